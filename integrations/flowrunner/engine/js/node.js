// The modules that a service may require.
const { Buffer, coded, inspect, format } = shared;

function normalize(text) {
  const absolute = text.startsWith('/');
  const out = [];
  for (const part of text.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (out.length && out[out.length - 1] !== '..') out.pop();
      else if (!absolute) out.push('..');
    } else out.push(part);
  }
  const joined = out.join('/');
  const tail = joined && text.endsWith('/') ? '/' : '';
  return (absolute ? '/' : '') + joined + tail || (absolute ? '/' : '.');
}

const path = {
  sep: '/', delimiter: ':', normalize,
  join: (...parts) => normalize(parts.filter((p) => p !== '').join('/') || '.'),
  resolve: (...parts) => {
    let all = '';
    for (let i = parts.length - 1; i >= 0 && !all.startsWith('/'); i--) if (parts[i]) all = parts[i] + (all ? '/' + all : '');
    if (!all.startsWith('/')) all = '/' + all;
    const n = normalize(all);
    return n.length > 1 && n.endsWith('/') ? n.slice(0, -1) : n;
  },
  isAbsolute: (p) => p.startsWith('/'),
  dirname: (p) => {
    p = p.length > 1 ? p.replace(/\/+$/, '') || '/' : p;
    const at = p.lastIndexOf('/');
    return at < 0 ? '.' : p.slice(0, at).replace(/\/+$/, '') || '/';
  },
  basename: (p, ext) => {
    const base = p.replace(/\/+$/, '').split('/').pop();
    return ext && base.endsWith(ext) && base !== ext ? base.slice(0, -ext.length) : base;
  },
  extname: (p) => {
    const base = path.basename(p);
    const at = base.lastIndexOf('.');
    return at <= 0 ? '' : base.slice(at);
  },
  parse: (p) => {
    const base = path.basename(p), ext = path.extname(p), dir = path.dirname(p);
    return { root: p.startsWith('/') ? '/' : '', dir: dir === '.' && !p.startsWith('.') ? '' : dir, base, ext, name: ext ? base.slice(0, -ext.length) : base };
  },
  relative: (from, to) => {
    const [a, b] = [path.resolve(from).split('/').filter(Boolean), path.resolve(to).split('/').filter(Boolean)];
    let i = 0;
    while (i < a.length && i < b.length && a[i] === b[i]) i++;
    return [...a.slice(i).map(() => '..'), ...b.slice(i)].join('/');
  },
};
path.posix = path;

const custom = Symbol.for('nodejs.util.promisify.custom');
const util = {
  inspect, format,
  promisify: Object.assign((f) => f[custom] || function (...args) {
    return new Promise((resolve, reject) => f.call(this, ...args, (e, v) => e ? reject(e) : resolve(v)));
  }, { custom }),
  callbackify: (f) => function (...args) {
    const done = args.pop();
    f.apply(this, args).then((v) => done(null, v), (e) => done(e));
  },
  inherits: (Class, Parent) => { Object.defineProperty(Class, 'super_', { value: Parent }); Object.setPrototypeOf(Class.prototype, Parent.prototype); },
  deprecate: (f) => f, debuglog: () => () => {}, isArray: Array.isArray, TextEncoder, TextDecoder,
  isDeepStrictEqual: (a, b) => inspect(a, { depth: null }) === inspect(b, { depth: null }),
  types: {
    isDate: (v) => v instanceof Date, isRegExp: (v) => v instanceof RegExp, isPromise: (v) => v instanceof Promise, isMap: (v) => v instanceof Map,
    isUint8Array: (v) => v instanceof Uint8Array, isTypedArray: (v) => ArrayBuffer.isView(v) && !(v instanceof DataView), isAnyArrayBuffer: (v) => v instanceof ArrayBuffer,
    isNativeError: (v) => v instanceof Error,
  },
};
inspect.custom = Symbol.for('nodejs.util.inspect.custom');

function zipped(name) {
  return (bytes) => {
    const b = shared.bytesOf(bytes) || Buffer.from(String(bytes));
    const out = host.zlib(name, b.buffer, b.byteOffset, b.byteLength);
    if (typeof out === 'string') throw coded(Error, 'Z_DATA_ERROR', out);
    return shared.wrap(out);
  };
}
const zlib = { constants: {} };
for (const name of ['gunzip', 'gzip', 'inflate', 'deflate', 'inflateRaw', 'deflateRaw', 'unzip']) {
  const sync = zipped(name);
  zlib[name + 'Sync'] = sync;
  zlib[name] = (bytes, options, done = options) => queueMicrotask(() => {
    let out;
    try { out = sync(bytes); } catch (e) { done(e); return; }
    done(null, out);
  });
}

const { Stream, EventEmitter, PassThrough } = shared;
Object.assign(Stream, {
  Stream, Readable: Stream, Writable: Stream, Duplex: Stream, Transform: Stream, PassThrough,
  pipeline: (...list) => {
    const done = typeof list[list.length - 1] === 'function' ? list.pop() : () => {};
    list.reduce((a, b) => a.pipe(b));
    list[list.length - 1].on('finish', () => done());
    for (const s of list) s.on('error', done);
    return list[list.length - 1];
  },
});
Stream.from = (items) => {
  const s = new PassThrough();
  for (const i of typeof items === 'string' || shared.bytesOf(items) ? [items] : items) s.write(i);
  return s.end();
};

const querystring = {
  escape: (t) => encodeURIComponent(t).replace(/%7E/g, '~'), unescape: decodeURIComponent,
  stringify: (o, sep = '&', eq = '=') => Object.keys(o || {}).map((k) => (Array.isArray(o[k]) ? o[k] : [o[k]])
    .map((v) => querystring.escape(k) + eq + (['string', 'number', 'boolean', 'bigint'].includes(typeof v) ? querystring.escape(String(v)) : '')).join(sep)).join(sep),
  parse: (text) => {
    const out = Object.create(null);
    for (const [k, v] of new URLSearchParams(text)) {
      if (out[k] === undefined) out[k] = v;
      else out[k] = [].concat(out[k], v);
    }
    return out;
  },
};
querystring.encode = querystring.stringify;
querystring.decode = querystring.parse;

function parseLegacy(text, query) {
  const u = URL.canParse(text) ? new URL(text) : null;
  if (!u) {
    const [p, search = ''] = String(text).split('#')[0].split('?');
    return { protocol: null, host: null, hostname: null, port: null, pathname: p, search: search ? '?' + search : null, query: query ? querystring.parse(search) : search || null, path: text, href: text, hash: null };
  }
  return {
    protocol: u.protocol, slashes: true, auth: u.username ? u.username + ':' + u.password : null, host: u.host, hostname: u.hostname, port: u.port || null, pathname: u.pathname,
    search: u.search || null, query: query ? querystring.parse(u.search.slice(1)) : u.search.slice(1) || null, hash: u.hash || null, path: u.pathname + u.search, href: u.href,
  };
}

function assert(ok, message) {
  if (!ok) throw message instanceof Error ? message : coded(Error, 'ERR_ASSERTION', message || 'The expression evaluated to a falsy value');
}
Object.assign(assert, {
  ok: assert, equal: (a, b, m) => assert(a == b, m), strictEqual: (a, b, m) => assert(Object.is(a, b), m), notStrictEqual: (a, b, m) => assert(!Object.is(a, b), m),
  deepStrictEqual: (a, b, m) => assert(util.isDeepStrictEqual(a, b), m), deepEqual: (a, b, m) => assert(util.isDeepStrictEqual(a, b), m), fail: (m) => assert(false, m),
});

shared.modules = {
  'buffer': { Buffer, Blob, File, btoa, atob, constants: { MAX_LENGTH: 2147483647 }, kMaxLength: 2147483647 },
  'crypto': shared.crypto, 'http': shared.http, 'https': shared.https, path, 'path/posix': path, util, zlib, 'stream': Stream, 'events': EventEmitter,
  'url': { URL, URLSearchParams, parse: parseLegacy, format: (u) => typeof u === 'string' ? u : u.href || (u.protocol || '') + '//' + (u.host || u.hostname || '') + (u.pathname || '') + (u.search || ''), resolve: (from, to) => new URL(to, from).href, fileURLToPath: (u) => new URL(String(u)).pathname },
  querystring, assert, 'string_decoder': { StringDecoder: class { constructor(code) { this.code = code; } write(b) { return Buffer.from(b).toString(this.code); } end(b) { return b ? this.write(b) : ''; } } },
  'timers': { setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate },
  'timers/promises': { setTimeout: (ms, v) => new Promise((r) => setTimeout(r, ms, v)), setImmediate: (v) => new Promise((r) => setImmediate(r, v)) },
  'stream/promises': { pipeline: (...list) => new Promise((resolve, reject) => Stream.pipeline(...list, (e) => e ? reject(e) : resolve())) },
  'process': process, 'console': console, 'punycode': { toASCII: (t) => new URL('http://' + t).hostname, toUnicode: (t) => t },
  'os': undefined, 'perf_hooks': { performance },
};
