// Buffer, as Node's, for the encodings that services use.
const { encodeText, decodeBytes, compareBytes } = host;

const encodings = {
  'utf8': 'utf8', 'utf-8': 'utf8', 'hex': 'hex', 'base64': 'base64', 'base64url': 'base64url', 'latin1': 'latin1', 'binary': 'latin1',
  'ascii': 'ascii', 'ucs2': 'utf16le', 'ucs-2': 'utf16le', 'utf16le': 'utf16le', 'utf-16le': 'utf16le',
};

function encodingOf(name) {
  if (name === undefined || name === null || name === '') return 'utf8';
  const known = encodings[String(name).toLowerCase()];
  if (!known) throw coded(TypeError, 'ERR_UNKNOWN_ENCODING', 'Unknown encoding: ' + name);
  return known;
}

function coded(Class, code, message) {
  const e = new Class(message);
  e.code = code;
  return e;
}

function isBytes(v) { return v instanceof Uint8Array; }

// bytesOf views any ArrayBuffer, typed array or DataView as bytes.
function bytesOf(v) {
  if (v instanceof ArrayBuffer) return new Uint8Array(v);
  if (ArrayBuffer.isView(v)) return new Uint8Array(v.buffer, v.byteOffset, v.byteLength);
  return undefined;
}

function mustBeBytes(name, value) {
  if (value instanceof Uint8Array) return;
  throw coded(TypeError, 'ERR_INVALID_ARG_TYPE', 'The "' + name + '" argument must be an instance of Buffer or Uint8Array.' + received(value));
}

class Buffer extends Uint8Array {
  static from(value, encoding, length) {
    if (typeof value === 'string') return wrap(encodeText(value, encodingOf(encoding)));
    if (value instanceof ArrayBuffer) return new Buffer(value, encoding === undefined ? 0 : encoding, length);
    if (value !== null && typeof value === 'object') {
      if (ArrayBuffer.isView(value) || Array.isArray(value)) return copyOf(value);
      if (value.type === 'Buffer' && Array.isArray(value.data)) return copyOf(value.data);
      const primitive = value.valueOf && value.valueOf();
      if (primitive !== undefined && primitive !== null && primitive !== value) return Buffer.from(primitive, encoding, length);
      if (typeof value.length === 'number') return copyOf(Array.prototype.slice.call(value));
    }
    throw coded(TypeError, 'ERR_INVALID_ARG_TYPE',
      'The first argument must be of type string or an instance of Buffer, ArrayBuffer, or Array or an Array-like Object.' + received(value));
  }

  static alloc(size, fill, encoding) {
    checkSize(size);
    const b = new Buffer(size);
    return fill === undefined ? b : b.fill(fill, encoding);
  }

  static allocUnsafe(size) { return Buffer.alloc(size); }

  static allocUnsafeSlow(size) { return Buffer.alloc(size); }

  static isBuffer(v) { return v instanceof Buffer; }

  static isEncoding(name) { return typeof name === 'string' && encodings[name.toLowerCase()] !== undefined; }

  static byteLength(value, encoding) {
    if (typeof value === 'string') return encodeText(value, encodingOf(encoding)).byteLength;
    const b = bytesOf(value);
    if (b) return b.length;
    throw coded(TypeError, 'ERR_INVALID_ARG_TYPE',
      'The "string" argument must be of type string or an instance of Buffer or ArrayBuffer.' + received(value));
  }

  static concat(list, total) {
    if (!Array.isArray(list)) {
      throw coded(TypeError, 'ERR_INVALID_ARG_TYPE', 'The "list" argument must be an instance of Array.' + received(list));
    }
    list.forEach((b, i) => mustBeBytes('list[' + i + ']', b));
    if (total === undefined) total = list.reduce((n, b) => n + b.length, 0);
    const out = Buffer.alloc(total);
    let at = 0;
    for (const b of list) {
      if (at >= total) break;
      const part = at + b.length > total ? b.subarray(0, total - at) : b;
      out.set(part, at);
      at += part.length;
    }
    return out;
  }

  static compare(a, b) {
    mustBeBytes('buf1', a);
    mustBeBytes('buf2', b);
    return compareBytes(a.buffer, a.byteOffset, a.byteLength, b.buffer, b.byteOffset, b.byteLength);
  }

  toString(encoding, start, end) {
    start = clamp(start, 0, this.length);
    end = clamp(end === undefined ? this.length : end, 0, this.length);
    if (end <= start) return '';
    return decodeBytes(this.buffer, this.byteOffset + start, end - start, encodingOf(encoding));
  }

  toLocaleString(encoding, start, end) { return this.toString(encoding, start, end); }

  toJSON() { return { type: 'Buffer', data: Array.from(this) }; }

  equals(other) {
    mustBeBytes('otherBuffer', other);
    return Buffer.compare(this, other) === 0;
  }

  compare(other, ...range) {
    const [from, to, own, end] = range;
    return Buffer.compare(this.subarray(own || 0, end === undefined ? this.length : end),
      other.subarray(from || 0, to === undefined ? other.length : to));
  }

  copy(target, at, start, end) {
    at = at || 0;
    start = clamp(start, 0, this.length);
    end = clamp(end === undefined ? this.length : end, start, this.length);
    const n = Math.max(0, Math.min(end - start, target.length - at));
    target.set(this.subarray(start, start + n), at);
    return n;
  }

  write(text, at, length, encoding) {
    if (typeof at === 'string') [encoding, at] = [at, undefined];
    if (typeof length === 'string') [encoding, length] = [length, undefined];
    at = at || 0;
    const bytes = new Uint8Array(encodeText(String(text), encodingOf(encoding)));
    const n = Math.min(bytes.length, this.length - at, length === undefined ? Infinity : length);
    this.set(bytes.subarray(0, n), at);
    return n;
  }

  fill(value, start, end, encoding) {
    if (typeof start === 'string') [encoding, start, end] = [start, 0, this.length];
    start = start === undefined ? 0 : start;
    end = end === undefined ? this.length : end;
    if (typeof value === 'string') value = Buffer.from(value, encoding);
    if (!isBytes(value)) return Uint8Array.prototype.fill.call(this, value, start, end);
    for (let i = start; i < end; i++) this[i] = value.length ? value[(i - start) % value.length] : 0;
    return this;
  }

  slice(start, end) { return this.subarray(start, end); }

  subarray(start, end) {
    const n = this.length;
    const from = relative(start === undefined ? 0 : start, n);
    const to = Math.max(from, relative(end === undefined ? n : end, n));
    return new Buffer(this.buffer, this.byteOffset + from, to - from);
  }

  indexOf(value, at, encoding) { return search(this, value, at, encoding, 1); }

  lastIndexOf(value, at, encoding) { return search(this, value, at, encoding, -1); }

  includes(value, at, encoding) { return this.indexOf(value, at, encoding) !== -1; }

  swap16() {
    for (let i = 0; i + 1 < this.length; i += 2) [this[i], this[i + 1]] = [this[i + 1], this[i]];
    return this;
  }

  get parent() { return this.buffer; }
}

function search(buffer, value, at, encoding, step) {
  if (typeof at === 'string') [encoding, at] = [at, undefined];
  if (typeof value === 'number') value = Buffer.from([value]);
  if (typeof value === 'string') value = Buffer.from(value, encoding);
  const last = buffer.length - value.length;
  let i = at === undefined ? (step > 0 ? 0 : last) : relative(at, buffer.length);
  if (step < 0) i = Math.min(i, last);
  for (; i >= 0 && i <= last; i += step) {
    let j = 0;
    while (j < value.length && buffer[i + j] === value[j]) j++;
    if (j === value.length) return i;
  }
  return -1;
}

const views = { Int8: 1, Uint8: 1, Int16: 2, Uint16: 2, Int32: 4, Uint32: 4, Float32: 4, Float64: 8, BigInt64: 8, BigUint64: 8 };
const names = { Float32: ['Float'], Float64: ['Double'], Uint8: ['UInt8', 'Uint8'], Uint16: ['UInt16', 'Uint16'], Uint32: ['UInt32', 'Uint32'], BigUint64: ['BigUInt64', 'BigUint64'] };
for (const kind of Object.keys(views)) {
  const size = views[kind];
  for (const order of size === 1 ? [''] : ['LE', 'BE']) {
    const read = function (at = 0) {
      inRange(this, at, size);
      return new DataView(this.buffer, this.byteOffset, this.length)['get' + kind](at, order === 'LE');
    };
    const write = function (value, at = 0) {
      inRange(this, at, size);
      new DataView(this.buffer, this.byteOffset, this.length)['set' + kind](at, value, order === 'LE');
      return at + size;
    };
    for (const name of names[kind] || [kind]) {
      Object.defineProperty(Buffer.prototype, 'read' + name + order, { value: read, writable: true, configurable: true });
      Object.defineProperty(Buffer.prototype, 'write' + name + order, { value: write, writable: true, configurable: true });
    }
  }
}

function inRange(buffer, at, size) {
  if (buffer.length < size) throw coded(RangeError, 'ERR_BUFFER_OUT_OF_BOUNDS', 'Attempt to access memory outside buffer bounds');
  if (!(at >= 0 && at + size <= buffer.length)) {
    throw coded(RangeError, 'ERR_OUT_OF_RANGE', 'The value of "offset" is out of range. It must be >= 0 and <= ' + (buffer.length - size) + '. Received ' + at);
  }
}

function checkSize(size) {
  if (typeof size !== 'number') {
    throw coded(TypeError, 'ERR_INVALID_ARG_TYPE', 'The "size" argument must be of type number.' + received(size));
  }
  if (!(size >= 0 && size <= 0x100000000)) {
    throw coded(RangeError, 'ERR_OUT_OF_RANGE', 'The value of "size" is out of range. It must be >= 0 && <= 4294967296. Received ' + size);
  }
}

function received(v) {
  if (v === undefined || v === null) return ' Received ' + v;
  if (typeof v === 'function') return ' Received function ' + v.name;
  if (typeof v === 'object') return v.constructor && v.constructor.name ? ' Received an instance of ' + v.constructor.name : ' Received ' + String(v);
  const text = typeof v === 'string' ? "'" + v + "'" : String(v);
  return ' Received type ' + typeof v + ' (' + (text.length > 28 ? text.slice(0, 25) + '...' : text) + ')';
}

function clamp(n, low, high) {
  n = Math.trunc(Number(n)) || 0;
  return Math.min(Math.max(n, low), high);
}

function relative(n, length) {
  n = Math.trunc(Number(n)) || 0;
  return n < 0 ? Math.max(0, length + n) : Math.min(n, length);
}

function wrap(buffer) { return new Buffer(buffer); }

function copyOf(list) {
  const b = new Buffer(list.length);
  for (let i = 0; i < list.length; i++) b[i] = list[i];
  return b;
}

Object.assign(shared, { Buffer, bytesOf, isBytes, wrap, coded, received });
Object.defineProperty(global, 'Buffer', { value: Buffer, writable: true, configurable: true });
Object.defineProperty(global, 'global', { value: global, writable: true, configurable: true });
