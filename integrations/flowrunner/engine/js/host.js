// The door between the host and a service: modules, registration, calls.
const stringify = JSON.stringify;
const parse = JSON.parse;
const registered = [];
const TYPES = { STRING: 'STRING', BOOL: 'BOOL', DATE: 'DATE', CHOICE: 'CHOICE', TEXT: 'TEXT' };

const ServerCode = {
  addService(Class, items) { registered.push({ Class, items: items === undefined ? [] : items }); },
  ConfigItems: { TYPES },
};
shared.define('Flowrunner', { ServerCode, Request: shared.Request });
shared.define('Backendless', { ServerCode, Request: shared.Request });

// needModules makes Node's modules and the packages that stand in for others, once something asks for them.
function needModules() {
  if (shared.modules === undefined) host.modules(shared);
}
shared.streamOf = (bytes) => {
  needModules();
  return new shared.PassThrough().end(bytes);
};
Object.defineProperty(global, 'crypto', {
  get() { needModules(); return shared.crypto; },
  set(value) { shared.define('crypto', value); },
  configurable: true,
});

const cache = new Map();

function notFound(ref, from) {
  const e = shared.coded(Error, 'MODULE_NOT_FOUND', "Cannot find module '" + ref + "'\nRequire stack:\n- /service/" + from);
  e.requireStack = ['/service/' + from];
  return e;
}

// requireFrom is the require of the module at the path from.
function requireFrom(from) {
  const dir = from.includes('/') ? from.slice(0, from.lastIndexOf('/')) : '.';
  const require = (ref) => {
    ref = String(ref);
    const relative = ref.startsWith('./') || ref.startsWith('../') || ref === '.' || ref === '..';
    const name = ref.startsWith('node:') ? ref.slice(5) : ref;
    if (!relative) {
      needModules();
      if (shared.modules[name] !== undefined) return shared.modules[name];
      if (shared.packages[ref] !== undefined) return shared.packages[ref];
    }
    const found = host.source(dir, ref);
    if (found === null) {
      if (relative) throw notFound(ref, from);
      return stubbed(ref, undefined);
    }
    if (cache.has(found.name)) return cache.get(found.name).exports;
    const inPackage = found.name.includes('node_modules/');
    try {
      return run(found).exports;
    } catch (e) {
      cache.delete(found.name);
      if (!inPackage || dir.includes('node_modules')) throw e;
      return stubbed(ref, 'package "' + ref + '" cannot run here: ' + (e && e.message));
    }
  };
  require.resolve = (ref) => {
    const found = host.source(dir, ref);
    if (found === null) throw notFound(ref, from);
    return '/service/' + found.name;
  };
  require.cache = {};
  return require;
}

const stubs = new Map();
function stubbed(ref, why) {
  if (!stubs.has(ref)) {
    stubs.set(ref, shared.stub(ref, why));
    host.stubbed(ref, why || '');
  }
  return stubs.get(ref);
}

function run(found) {
  const module = { exports: {}, id: '/service/' + found.name, filename: '/service/' + found.name, loaded: false, children: [], paths: [] };
  cache.set(found.name, module);
  if (found.kind === 'json') {
    try {
      module.exports = parse(found.text);
    } catch (e) {
      e.message = '/service/' + found.name + ': ' + e.message;
      throw e;
    }
  } else {
    const at = found.name.lastIndexOf('/');
    host.wrapper(found.name, found.text).call(module.exports, module.exports, requireFrom(found.name), module, module.filename, '/service' + (at < 0 ? '' : '/' + found.name.slice(0, at)));
  }
  module.loaded = true;
  return module;
}

// load evaluates the entry. It returns whether a service registered.
shared.load = () => {
  const found = host.source('src', './index.js');
  if (found === null) throw new Error('there is no src/index.js');
  run(found);
  return registered.length > 0;
};

shared.items = () => stringify(registered[registered.length - 1].items);

// call makes an instance, sets the host's members, calls one method and hands over the text of what came of it: done(kind, text) once,
// kind "result" or "error". given is JSON of {method, args, undefined: indexes of args that are undefined, config, dates, request, construct}.
shared.call = (given, done) => {
  const call = parse(given);
  const fail = (e) => done('error', shared.failure(e));
  let instance;
  try {
    const { Class } = registered[registered.length - 1];
    const config = {};
    for (const name of Object.keys(call.config || {})) set(config, name, call.config[name]);
    for (const name of call.absent || []) set(config, name, undefined);
    for (const name of call.dates || []) if (typeof config[name] === 'number') config[name] = new Date(config[name]);
    const request = call.request;
    const context = Object.assign({ userId: null, userToken: null, deviceType: null, httpHeaders: request.headers, configurationItems: config }, request.context);
    try {
      instance = new Class(config, context);
    } catch (e) {
      done('constructor', shared.failure(e));
      return;
    }
    instance.config = config;
    instance.request = { headers: request.headers, path: request.path || '/', pathParams: {}, queryParams: {}, body: request.body || {}, context };
    instance.response = { headers: {} };
    instance.flowrunner = { Files: files() };
  } catch (e) {
    fail(e);
    return;
  }
  const method = instance[call.method];
  if (typeof method !== 'function') {
    done('missing', call.method);
    return;
  }
  const args = (call.args || []).map((v, i) => (call.undefined || []).includes(i) ? undefined : v);
  let result;
  try {
    result = method.apply(instance, args);
  } catch (e) {
    fail(e);
    return;
  }
  Promise.resolve(result).then((v) => {
    let text;
    try {
      text = stringify(v === undefined ? null : v);
      if (text === undefined) text = 'null';
    } catch (e) {
      fail(e);
      return;
    }
    done('result', text);
  }, fail);
};

// set makes an own member, also of the name __proto__.
function set(o, name, value) { Object.defineProperty(o, name, { value, writable: true, configurable: true, enumerable: true }); }

function files() {
  return {
    uploadFile: (data, options) => new Promise((resolve, reject) => {
      const bytes = shared.bytesOf(data) || (data instanceof shared.Blob ? data._bytes : shared.Buffer.from(String(data)));
      host.upload(bytes.buffer, bytes.byteOffset, bytes.byteLength, stringify(options || {}), (url, problem) => problem ? reject(new Error(problem)) : resolve({ url }));
    }),
    getFileDownloadUrl: (path) => Promise.resolve(host.downloadURL(String(path))),
  };
}

// failure is the text of {name, message, code, status, body} of whatever was thrown (§1.6). It never throws.
shared.failure = (e) => {
  const text = (v) => {
    if (v === undefined || v === null) return '';
    if (typeof v === 'string') return v;
    try {
      return typeof v === 'object' ? stringify(v) || '' : String(v);
    } catch {
      return '';
    }
  };
  try {
    if (e === null || (typeof e !== 'object' && typeof e !== 'function')) return stringify({ name: '', message: String(e) });
    const status = Number(e.status || e.httpStatusCode || e.statusCode) || 0;
    return stringify({
      name: text(e.name), message: text(e.message) || (e instanceof Error ? '' : text(e)), code: text(e.code), status, body: text(e.body).slice(0, 65536), stack: text(e.stack).slice(0, 4096),
    });
  } catch {
    return '{"name":"","message":"an error that cannot be read"}';
  }
};

shared.stringify = stringify;
shared.parse = parse;
shared.respond = () => {};
shared.require = requireFrom('src/index.js');
