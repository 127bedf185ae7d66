// btoa and atob, TextEncoder and TextDecoder, queueMicrotask, structuredClone.
const { Buffer, bytesOf } = shared;

function define(name, value) { Object.defineProperty(global, name, { value, writable: true, configurable: true }); }

class DOMException extends Error {
  constructor(message, name) {
    super(message);
    Object.defineProperty(this, 'name', { value: name || 'Error', configurable: true });
    this.code = name === 'InvalidCharacterError' ? 5 : name === 'AbortError' ? 20 : name === 'DataCloneError' ? 25 : 0;
  }
}

define('btoa', function btoa(text) {
  text = String(text);
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 255) throw new DOMException('Invalid character', 'InvalidCharacterError');
  }
  return Buffer.from(text, 'latin1').toString('base64');
});

define('atob', function atob(text) {
  text = String(text).replace(/[\t\n\f\r ]/g, '');
  if (text.length % 4 === 0) text = text.replace(/==?$/, '');
  if (text.length % 4 === 1 || /[^A-Za-z0-9+/]/.test(text)) {
    throw new DOMException('The string to be decoded is not correctly encoded.', 'InvalidCharacterError');
  }
  return Buffer.from(text, 'base64').toString('latin1');
});

class TextEncoder {
  get encoding() { return 'utf-8'; }
  encode(text = '') { return new Uint8Array(host.encodeText(String(text), 'utf8')); }
}

const decoders = { 'utf-8': 'utf8', 'utf8': 'utf8', 'latin1': 'latin1', 'iso-8859-1': 'latin1', 'ascii': 'latin1', 'windows-1252': 'latin1', 'utf-16le': 'utf16le', 'utf-16': 'utf16le' };

class TextDecoder {
  constructor(label = 'utf-8', options = {}) {
    this._name = decoders[String(label).toLowerCase().trim()];
    if (!this._name) throw shared.coded(RangeError, 'ERR_ENCODING_NOT_SUPPORTED', 'The "' + label + '" encoding is not supported');
    this.fatal = !!options.fatal;
    this.ignoreBOM = !!options.ignoreBOM;
  }
  get encoding() { return this._name === 'utf8' ? 'utf-8' : this._name === 'latin1' ? 'windows-1252' : 'utf-16le'; }
  decode(bytes) {
    if (bytes === undefined) return '';
    const b = bytesOf(bytes);
    if (!b) throw shared.coded(TypeError, 'ERR_INVALID_ARG_TYPE', 'The "list" argument must be an instance of ArrayBuffer or ArrayBufferView.');
    const text = host.decodeBytes(b.buffer, b.byteOffset, b.byteLength, this._name);
    if (this.fatal && this._name === 'utf8' && Buffer.compare(Buffer.from(text), b) !== 0) {
      throw shared.coded(TypeError, 'ERR_ENCODING_INVALID_ENCODED_DATA', 'The encoded data was not valid for encoding utf-8');
    }
    return !this.ignoreBOM && text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  }
}

// structuredClone for what JSON-like data is made of.
function structuredClone(value) {
  const seen = new Map();
  const clone = (v) => {
    if (typeof v === 'function' || typeof v === 'symbol') throw new DOMException(String(v) + ' could not be cloned.', 'DataCloneError');
    if (v === null || typeof v !== 'object') return v;
    if (seen.has(v)) return seen.get(v);
    let out;
    if (v instanceof Date) out = new Date(v.getTime());
    else if (v instanceof RegExp) out = new RegExp(v.source, v.flags);
    else if (v instanceof ArrayBuffer) out = v.slice(0);
    else if (ArrayBuffer.isView(v)) out = new Uint8Array(bytesOf(v));
    else if (v instanceof Map) { out = new Map(); seen.set(v, out); v.forEach((x, k) => out.set(clone(k), clone(x))); return out; }
    else if (v instanceof Set) { out = new Set(); seen.set(v, out); v.forEach((x) => out.add(clone(x))); return out; }
    else if (Array.isArray(v)) out = new Array(v.length);
    else if (v instanceof Error) { out = new (global[v.name] || Error)(v.message); out.stack = v.stack; seen.set(v, out); return out; }
    else out = {};
    seen.set(v, out);
    if (out instanceof Date || out instanceof RegExp || out instanceof ArrayBuffer || ArrayBuffer.isView(out)) return out;
    for (const k of Object.keys(v)) out[k] = clone(v[k]);
    return out;
  };
  return clone(value);
}

// RegExp rewrites what the engine does not know or does wrong. What it makes are ordinary expressions.
const Plain = global.RegExp;
function RegExp(pattern, flags) {
  if (new.target === undefined && flags === undefined && pattern instanceof Plain) return pattern;
  const text = pattern instanceof Plain ? pattern.source : pattern;
  const marks = flags === undefined && pattern instanceof Plain ? pattern.flags : flags;
  const args = [typeof text === 'string' && (marks === undefined || typeof marks === 'string') && /\\[pP]\{|\\u[dD][8cC]00-/.test(text) ? host.pattern(text, marks || '') : text, marks];
  return new.target === undefined || new.target === RegExp ? new Plain(...args) : Reflect.construct(Plain, args, new.target);
}
RegExp.prototype = Plain.prototype;
Object.defineProperty(RegExp, 'length', { value: 2 });
Object.defineProperty(RegExp, Symbol.species, { get() { return this; }, configurable: true });
define('RegExp', RegExp);

define('TextEncoder', TextEncoder);
define('TextDecoder', TextDecoder);
define('DOMException', DOMException);
define('structuredClone', structuredClone);
if (!Object.groupBy) {
  Object.defineProperty(Object, 'groupBy', { configurable: true, writable: true, value: function groupBy(items, of) {
    const out = Object.create(null);
    let i = 0;
    for (const item of items) (out[of(item, i++)] ||= []).push(item);
    return out;
  } });
}
if (!Error.captureStackTrace) Error.captureStackTrace = function captureStackTrace(target) { target.stack = target.stack || String(target); };
if (!Symbol.asyncIterator) Object.defineProperty(Symbol, 'asyncIterator', { value: Symbol('Symbol.asyncIterator') });
Object.assign(shared, { define, DOMException });
