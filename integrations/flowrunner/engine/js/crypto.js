// crypto: hashes, HMAC, signatures with RSA, random bytes.
const { Buffer, bytesOf, coded, define } = shared;

const hashes = { md5: 'md5', sha1: 'sha1', sha224: 'sha224', sha256: 'sha256', sha384: 'sha384', sha512: 'sha512' };

function hashName(name, invalid) {
  const known = hashes[String(name).toLowerCase().replace(/^rsa-/, '').replace('-', '')];
  if (!known && invalid !== undefined) throw coded(TypeError, 'ERR_CRYPTO_INVALID_DIGEST', invalid);
  if (!known) throw coded(Error, 'ERR_OSSL_EVP_UNSUPPORTED', 'Digest method not supported');
  return known;
}

function input(data, encoding) {
  if (typeof data === 'string') return Buffer.from(data, encoding === 'buffer' ? undefined : encoding);
  const bytes = bytesOf(data);
  if (!bytes) throw coded(TypeError, 'ERR_INVALID_ARG_TYPE', 'The "data" argument must be of type string or an instance of Buffer, TypedArray, or DataView.' + shared.received(data));
  return bytes;
}

function output(bytes, encoding) { return encoding && encoding !== 'buffer' ? bytes.toString(encoding) : bytes; }

// Collector gathers what update is given.
class Collector {
  constructor() { Object.defineProperty(this, '_list', { value: [], writable: true }); }
  update(data, encoding) {
    if (this._done) throw coded(Error, 'ERR_CRYPTO_HASH_FINALIZED', 'Digest already called');
    this._list.push(Buffer.from(input(data, encoding)));
    return this;
  }
  _all() { return Buffer.concat(this._list); }
}

class Hash extends Collector {
  constructor(name) { super(); Object.defineProperty(this, '_name', { value: hashName(name) }); }
  digest(encoding) {
    if (this._done) throw coded(Error, 'ERR_CRYPTO_HASH_FINALIZED', 'Digest already called');
    const all = this._all();
    Object.defineProperty(this, '_done', { value: true });
    return output(shared.wrap(host.hash(this._name, all.buffer, all.byteOffset, all.length)), encoding);
  }
  copy() { const h = new Hash(this._name); h._list = [...this._list]; return h; }
}

class Hmac extends Collector {
  constructor(name, key) {
    super();
    Object.defineProperty(this, '_name', { value: hashName(name, 'Invalid digest: ' + name) });
    if (key === undefined || key === null) throw coded(TypeError, 'ERR_INVALID_ARG_TYPE', 'The "key" argument must be of type string or an instance of ArrayBuffer, Buffer, TypedArray, DataView, KeyObject, or CryptoKey.' + shared.received(key));
    Object.defineProperty(this, '_key', { value: Buffer.from(input(key)) });
  }
  digest(encoding) {
    if (this._done) return output(Buffer.alloc(0), encoding);
    const all = this._all();
    Object.defineProperty(this, '_done', { value: true });
    const k = this._key;
    return output(shared.wrap(host.hmac(this._name, k.buffer, k.byteOffset, k.length, all.buffer, all.byteOffset, all.length)), encoding);
  }
}

function pem(key) {
  if (key !== null && typeof key === 'object' && !bytesOf(key)) {
    if (key._pem !== undefined) return key._pem;
    return pem(key.key);
  }
  return typeof key === 'string' ? key : Buffer.from(bytesOf(key)).toString('utf8');
}

class Sign extends Collector {
  constructor(name) { super(); Object.defineProperty(this, '_name', { value: hashName(name, 'Invalid digest') }); }
  sign(key, encoding) {
    const all = this._all();
    const signed = host.sign(this._name, pem(key), all.buffer, all.byteOffset, all.length);
    if (typeof signed === 'string') throw coded(Error, 'ERR_OSSL_UNSUPPORTED', signed);
    return output(shared.wrap(signed), encoding);
  }
  end() { return this; }
}

function randomBytes(n, done) {
  if (typeof n !== 'number') throw coded(TypeError, 'ERR_INVALID_ARG_TYPE', 'The "size" argument must be of type number.' + shared.received(n));
  if (!(n >= 0 && n <= 2147483647)) throw coded(RangeError, 'ERR_OUT_OF_RANGE', 'The value of "size" is out of range. It must be >= 0 && <= 2147483647. Received ' + n);
  const b = shared.wrap(host.random(n));
  if (typeof done !== 'function') return b;
  queueMicrotask(() => done(null, b));
  return undefined;
}

function randomUUID() {
  const b = randomBytes(16);
  b[6] = b[6] & 0x0f | 0x40;
  b[8] = b[8] & 0x3f | 0x80;
  const hex = b.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

function randomInt(low, high) {
  if (high === undefined || typeof high === 'function') [low, high] = [0, low];
  const range = high - low;
  if (!(range > 0 && range <= 2 ** 48 - 1)) throw coded(RangeError, 'ERR_OUT_OF_RANGE', 'The value of "max" is out of range.');
  const most = 2 ** 48 - 2 ** 48 % range;
  for (;;) {
    const n = randomBytes(6).reduce((sum, b) => sum * 256 + b, 0);
    if (n < most) return low + n % range;
  }
}

function timingSafeEqual(a, b) {
  const [x, y] = [bytesOf(a), bytesOf(b)];
  if (!x || !y) throw coded(TypeError, 'ERR_INVALID_ARG_TYPE', 'The "' + (x ? 'buf2' : 'buf1') + '" argument must be an instance of ArrayBuffer, Buffer, TypedArray, or DataView.');
  if (x.length !== y.length) throw coded(RangeError, 'ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH', 'Input buffers must have the same byte length');
  let diff = 0;
  for (let i = 0; i < x.length; i++) diff |= x[i] ^ y[i];
  return diff === 0;
}

const crypto = {
  createHash: (name) => new Hash(name), createHmac: (name, key) => new Hmac(name, key), createSign: (name) => new Sign(name),
  sign: (name, data, key) => new Sign(name).update(data).sign(key),
  hash: (name, data, encoding = 'hex') => new Hash(name).update(data).digest(encoding),
  randomBytes, randomUUID, randomInt, timingSafeEqual, getHashes: () => Object.keys(hashes),
  createPrivateKey: (key) => Object.defineProperty({ type: 'private', asymmetricKeyType: 'rsa' }, '_pem', { value: pem(key) }),
  randomFillSync: (b) => { bytesOf(b).set(randomBytes(bytesOf(b).length)); return b; },
  getRandomValues: (b) => { bytesOf(b).set(randomBytes(bytesOf(b).length)); return b; },
  constants: { RSA_PKCS1_PADDING: 1 },
};
crypto.subtle = {
  digest: async (name, data) => {
    const b = new Hash(typeof name === 'object' ? name.name : name).update(data).digest();
    return b.buffer.slice(b.byteOffset, b.byteOffset + b.length);
  },
};
crypto.webcrypto = crypto;
define('crypto', crypto);
shared.crypto = crypto;
