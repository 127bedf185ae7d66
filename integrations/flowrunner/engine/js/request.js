// Flowrunner.Request: a chainable client that sends at most once (reference/flowrunner.md §5).
const { Buffer, bytesOf, FormData, wellFormed } = shared;

const kinds = { form: 'application/x-www-form-urlencoded', json: 'application/json' };

// pairs are the parts of a query: undefined is left out, an array repeats its name.
function pairs(query) {
  const list = [];
  const text = (v) => encodeURIComponent(wellFormed(String(v)));
  for (const name of Object.keys(query)) {
    const value = query[name];
    if (value === undefined) continue;
    for (const v of Array.isArray(value) ? value : [value]) if (v !== undefined) list.push(text(name) + '=' + text(v));
  }
  return list.join('&');
}

class Call {
  constructor(method, url, body) {
    const own = { _method: String(method).toUpperCase(), _url: url, _body: body, _headers: new Map(), _query: {}, _encoding: 'utf8', _unwrap: true, _timeout: 0, _sent: undefined, _fromForm: false };
    for (const name of Object.keys(own)) Object.defineProperty(this, name, { value: own[name], writable: true });
  }
  set(name, value) {
    if (name !== null && typeof name === 'object') {
      for (const key of Object.keys(name)) this.set(key, name[key]);
      return this;
    }
    if (name === undefined || name === null || value === undefined) return this;
    this._headers.set(String(name).toLowerCase(), [String(name), value]);
    return this;
  }
  query(query) { Object.assign(this._query, query); return this; }
  type(t) { return this.set('Content-Type', kinds[t] || t); }
  form(f) {
    if (f) [this._body, this._fromForm] = [f, true];
    return this;
  }
  setEncoding(e) { this._encoding = e; return this; }
  unwrapBody(unwrap) { this._unwrap = unwrap !== false; return this; }
  setTimeout(ms) { this._timeout = Number(ms) || 0; return this; }
  send(body) {
    if (body !== undefined && !this._sent) [this._body, this._fromForm] = [body, false];
    return this._send();
  }
  then(ok, failed) { return this._send().then(ok, failed); }
  catch(failed) { return this._send().catch(failed); }
  finally(f) { return this._send().finally(f); }
  _send() {
    if (!this._sent) {
      this._sent = this._exchange();
      this._sent.catch(() => {}); // a request that nobody awaits does not fail the call
    }
    return this._sent;
  }
  async _exchange() {
    const url = new URL(String(this._url));
    const query = pairs(this._query);
    let href = url.href;
    if (query) {
      const at = href.indexOf('#');
      const [head, tail] = at < 0 ? [href, ''] : [href.slice(0, at), href.slice(at)];
      href = head + (head.includes('?') ? (/[?&]$/.test(head) ? '' : '&') : '?') + query + tail;
    }
    const bytes = this._bytes();
    const headers = [];
    for (const [, [name, value]] of this._headers) {
      for (const v of Array.isArray(value) ? value : [value]) headers.push([name, checkValue(name, String(v))]);
    }
    const answer = await shared.exchange(this._method, href, headers, bytes, {
      follow: this._method === 'GET', decompress: !this._headers.has('accept-encoding'), idle: this._timeout,
    });
    return this._result(answer);
  }
  _bytes() {
    const body = this._body;
    if (body === undefined || body === null || body === false || body === '' || body === 0) return undefined;
    if (typeof body === 'string') return Buffer.from(body);
    const raw = bytesOf(body);
    if (raw) return raw;
    if (typeof body === 'number' || body === true) return Buffer.from(String(body));
    if (body instanceof FormData) return this._multipart(body);
    if (body instanceof shared.Blob) return body._bytes;
    if (typeof body.getBuffer === 'function' && typeof body.getHeaders === 'function') {
      this.set(body.getHeaders());
      return body.getBuffer();
    }
    const type = this._headers.has('content-type') ? String(this._headers.get('content-type')[1]).toLowerCase() : '';
    if (body instanceof URLSearchParams || type.includes('x-www-form-urlencoded')) {
      if (!type) this.set('Content-Type', 'application/x-www-form-urlencoded');
      return Buffer.from(body instanceof URLSearchParams ? body.toString() : new URLSearchParams(body).toString());
    }
    if (this._fromForm && type.startsWith('multipart/form-data')) {
      const form = new Request.FormData();
      for (const name of Object.keys(body)) {
        for (const v of Array.isArray(body[name]) ? body[name] : [body[name]]) {
          if (v === undefined) continue;
          if (v !== null && typeof v === 'object' && 'value' in v && !bytesOf(v)) form.append(name, v.value, v.options);
          else form.append(name, v !== null && typeof v === 'object' && !bytesOf(v) && !(v instanceof shared.Blob) ? JSON.stringify(v) : v);
        }
      }
      return this._multipart(form);
    }
    const text = JSON.stringify(body);
    if (!type) this.set('Content-Type', 'application/json');
    return text === undefined ? undefined : Buffer.from(wellFormed(text));
  }
  _multipart(form) {
    this._headers.delete('content-type');
    this.set('Content-Type', form.getHeaders()['content-type']);
    return form.getBuffer();
  }
  _result(answer) {
    const ok = answer.status >= 200 && answer.status < 300;
    const bytes = this._encoding === null || this._encoding === undefined;
    let body;
    if (ok && bytes) body = answer.body;
    else if (ok && this._encoding === 'base64') body = answer.body.toString('base64');
    else body = decoded(answer.body.toString('utf8'));
    const full = { status: answer.status, statusCode: answer.status, statusText: answer.statusText, headers: headersOf(answer.headers), body };
    if (ok) return this._unwrap ? body : full;
    throw failure(full);
  }
}

function checkValue(name, value) {
  for (let i = 0; i < value.length; i++) {
    const c = value.charCodeAt(i);
    if (c > 255 || c === 127 || (c < 32 && c !== 9)) {
      throw shared.coded(TypeError, 'ERR_INVALID_CHAR', 'Invalid character in header content ["' + name + '"]');
    }
  }
  return value;
}

function decoded(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const single = new Set(['age', 'authorization', 'content-length', 'content-type', 'etag', 'expires', 'from', 'host', 'if-modified-since', 'if-unmodified-since', 'last-modified',
  'location', 'max-forwards', 'proxy-authorization', 'referer', 'retry-after', 'server', 'user-agent']);

// headersOf is an answer's headers as Node has them.
function headersOf(list) {
  const out = {};
  for (const [given, value] of list) {
    const name = given.toLowerCase();
    if (name === 'set-cookie') (out[name] ||= []).push(value);
    else if (out[name] === undefined) out[name] = value;
    else if (!single.has(name)) out[name] += (name === 'cookie' ? '; ' : ', ') + value;
  }
  return out;
}

function failure(full) {
  const body = full.body;
  const object = body !== null && typeof body === 'object';
  const e = new Error('');
  const message = object && body.message ? body.message : body || 'Status Code ' + full.status + ' (' + (full.statusText || reasons[full.status] || '') + ')';
  const own = {
    message, code: object ? body.code : undefined, status: full.status, statusCode: full.statusCode, headers: full.headers, body,
    response: { status: full.status, statusCode: full.statusCode, headers: full.headers, body },
  };
  for (const name of Object.keys(own)) Object.defineProperty(e, name, { value: own[name], writable: true, configurable: true, enumerable: true });
  return e;
}

const reasons = {
  400: 'Bad Request', 401: 'Unauthorized', 402: 'Payment Required', 403: 'Forbidden', 404: 'Not Found', 405: 'Method Not Allowed', 406: 'Not Acceptable', 408: 'Request Timeout',
  409: 'Conflict', 410: 'Gone', 412: 'Precondition Failed', 413: 'Payload Too Large', 415: 'Unsupported Media Type', 422: 'Unprocessable Entity', 423: 'Locked', 424: 'Failed Dependency',
  426: 'Upgrade Required', 428: 'Precondition Required', 429: 'Too Many Requests', 451: 'Unavailable For Legal Reasons', 500: 'Internal Server Error', 501: 'Not Implemented',
  502: 'Bad Gateway', 503: 'Service Unavailable', 504: 'Gateway Timeout', 301: 'Moved Permanently', 302: 'Found', 303: 'See Other', 304: 'Not Modified', 307: 'Temporary Redirect', 308: 'Permanent Redirect',
};

function Request(method, url, body) { return new Call(method, url, body); }
for (const verb of ['get', 'post', 'put', 'patch', 'delete', 'head', 'options']) Request[verb] = (url, body) => new Call(verb, url, body);
Request.FormData = class FormData extends shared.FormData {
  _lines(text) { return text; }
};
shared.Request = Request;
shared.reasons = reasons;
shared.headersOf = headersOf;
