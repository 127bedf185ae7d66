// URL and URLSearchParams over the host's parser of the WHATWG rules.
const { define, coded } = shared;
const { parseURL } = host;

// formEncode is application/x-www-form-urlencoded: all but letters, digits and *-._ is escaped, a space is +.
function formEncode(text) {
  return encodeURIComponent(wellFormed(text)).replace(/%20/g, '+').replace(/[!'()~]/g, (c) => '%' + c.charCodeAt(0).toString(16).toUpperCase());
}

// wellFormed replaces lone surrogates, which have no UTF-8. (With the flag u: without it the engine does not see pairs.)
function wellFormed(text) { return text.replace(/[\ud800-\udfff]/gu, '\ufffd'); }

function formDecode(text) {
  const latin = text.replace(/\+/g, ' ').replace(/[^\x00-\x7f]+/g, (c) => shared.Buffer.from(c).toString('latin1'))
    .replace(/%([0-9a-fA-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  return shared.Buffer.from(latin, 'latin1').toString('utf8');
}

class URLSearchParams {
  constructor(init) {
    this._pairs = [];
    if (init === undefined || init === null) return;
    if (typeof init === 'object' || typeof init === 'function') {
      if (typeof init[Symbol.iterator] === 'function') {
        for (const pair of init) {
          const [name, value, ...more] = pair === null || typeof pair !== 'object' ? [] : Array.from(pair);
          if (pair === null || typeof pair !== 'object' || Array.from(pair).length !== 2 || more.length) {
            throw coded(TypeError, 'ERR_INVALID_TUPLE', 'Each query pair must be an iterable [name, value] tuple');
          }
          this._pairs.push([wellFormed(String(name)), wellFormed(String(value))]);
        }
      } else {
        for (const name of Object.keys(init)) this._pairs.push([wellFormed(name), wellFormed(String(init[name]))]);
      }
      return;
    }
    this._parse(String(init));
  }
  _parse(text) {
    this._pairs = [];
    for (const part of (text[0] === '?' ? text.slice(1) : text).split('&')) {
      if (part === '') continue;
      const at = part.indexOf('=');
      this._pairs.push(at < 0 ? [formDecode(part), ''] : [formDecode(part.slice(0, at)), formDecode(part.slice(at + 1))]);
    }
  }
  _changed() { if (this._url) this._url._query(this.toString()); }
  get size() { return this._pairs.length; }
  append(name, value) {
    if (arguments.length < 2) throw coded(TypeError, 'ERR_MISSING_ARGS', 'The "name" and "value" arguments must be specified');
    this._pairs.push([wellFormed(String(name)), wellFormed(String(value))]);
    this._changed();
  }
  delete(name, value) {
    name = String(name);
    this._pairs = this._pairs.filter((p) => p[0] !== name || (value !== undefined && p[1] !== String(value)));
    this._changed();
  }
  get(name) { const p = this._pairs.find((x) => x[0] === String(name)); return p ? p[1] : null; }
  getAll(name) { return this._pairs.filter((x) => x[0] === String(name)).map((x) => x[1]); }
  has(name, value) { return this._pairs.some((x) => x[0] === String(name) && (value === undefined || x[1] === String(value))); }
  set(name, value) {
    name = String(name);
    value = wellFormed(String(value));
    const at = this._pairs.findIndex((x) => x[0] === name);
    if (at < 0) this._pairs.push([name, value]);
    else {
      this._pairs[at][1] = value;
      this._pairs = this._pairs.filter((x, i) => i <= at || x[0] !== name);
    }
    this._changed();
  }
  sort() {
    this._pairs.sort((a, b) => a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0);
    this._changed();
  }
  forEach(f, self) { for (const [name, value] of this._pairs) f.call(self, value, name, this); }
  *entries() { for (let i = 0; i < this._pairs.length; i++) yield [...this._pairs[i]]; }
  *keys() { for (const [name] of this.entries()) yield name; }
  *values() { for (const [, value] of this.entries()) yield value; }
  [Symbol.iterator]() { return this.entries(); }
  toString() { return this._pairs.map(([name, value]) => formEncode(name) + '=' + formEncode(value)).join('&'); }
  get [Symbol.toStringTag]() { return 'URLSearchParams'; }
}
for (const hidden of ['_pairs', '_url']) {
  Object.defineProperty(URLSearchParams.prototype, hidden, {
    configurable: true, set(v) { Object.defineProperty(this, hidden, { value: v, writable: true, configurable: true, enumerable: false }); },
  });
}

function invalid(input) {
  const e = coded(TypeError, 'ERR_INVALID_URL', 'Invalid URL');
  e.input = input;
  return e;
}

const parts = ['href', 'origin', 'protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search', 'hash'];

class URL {
  constructor(input, base) {
    const text = String(input);
    const parsed = parseURL(text, base === undefined ? undefined : String(base), '', '');
    if (parsed === null) throw invalid(text);
    hide(this, '_parts', parsed);
    const params = new URLSearchParams(parsed.search);
    params._url = this;
    hide(this, '_params', params);
  }
  static canParse(input, base) { return parseURL(String(input), base === undefined ? undefined : String(base), '', '') !== null; }
  get searchParams() { return this._params; }
  _set(part, value) {
    const parsed = parseURL(this._parts.href, undefined, part, String(value));
    if (parsed === null) {
      if (part === 'href') throw invalid(String(value));
      return;
    }
    this._parts = parsed;
    if (part === 'href' || part === 'search') this._params._parse(parsed.search);
  }
  _query(text) { this._parts = parseURL(this._parts.href, undefined, 'search', text) || this._parts; }
  toString() { return this._parts.href; }
  toJSON() { return this._parts.href; }
  get [Symbol.toStringTag]() { return 'URL'; }
}
function hide(o, name, value) { Object.defineProperty(o, name, { value, writable: true, configurable: true }); }
for (const part of parts) {
  Object.defineProperty(URL.prototype, part, {
    configurable: true, enumerable: true, get() { return this._parts[part]; }, set: part === 'origin' ? undefined : function (v) { this._set(part, v); },
  });
}

define('URL', URL);
define('URLSearchParams', URLSearchParams);
Object.assign(shared, { wellFormed, formEncode, formDecode });
