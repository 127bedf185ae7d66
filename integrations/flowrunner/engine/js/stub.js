// Packages that the host brings under their own names, and the stand-in for those that are not there.
const { Buffer, FormData, Headers, Response, EventEmitter } = shared;

// stub loads where a package cannot: reading members goes on, calling or constructing throws.
function stub(name, why) {
  const fail = () => { throw shared.coded(Error, 'MODULE_NOT_FOUND', why || 'package "' + name + '" is not installed'); };
  const target = function () {};
  const text = () => '[package ' + name + ' is not installed]';
  const proxy = new Proxy(target, {
    get(_, key) {
      if (key === 'prototype') return target.prototype;
      if (key === 'toString') return text;
      if (key === 'then' || typeof key === 'symbol') return undefined;
      if (key === '__esModule') return undefined;
      if (key === 'default') return proxy;
      return stub(name, why);
    },
    set() { return true; },
    apply: fail,
    construct: fail,
  });
  return proxy;
}

const nodeFetch = (...args) => fetch(...args);
Object.assign(nodeFetch, { default: nodeFetch, Headers, Response, FormData, Blob: shared.Blob, File: shared.File, isRedirect: (s) => [301, 302, 303, 307, 308].includes(s) });

class AxiosError extends Error {
  constructor(message, code, config, request, response) {
    super(message);
    this.name = 'AxiosError';
    if (code) this.code = code;
    this.config = config;
    if (response) [this.response, this.status] = [response, response.status];
    this.isAxiosError = true;
  }
  toJSON() { return { message: this.message, name: this.name, code: this.code, status: this.response ? this.response.status : null }; }
}

function merged(...configs) {
  const out = { headers: {} };
  for (const c of configs) {
    if (!c) continue;
    const headers = Object.assign(out.headers, c.headers && c.headers.common, c.headers && !c.headers._list ? c.headers : {});
    Object.assign(out, c, { headers });
  }
  for (const k of ['common', 'get', 'post', 'put', 'patch', 'delete', 'head']) if (typeof out.headers[k] === 'object') delete out.headers[k];
  return out;
}

function search(params) {
  if (!params) return '';
  if (params instanceof URLSearchParams) return params.toString();
  const list = [];
  const text = (v) => encodeURIComponent(v instanceof Date ? v.toISOString() : typeof v === 'object' ? JSON.stringify(v) : String(v))
    .replace(/%3A/gi, ':').replace(/%24/g, '$').replace(/%2C/gi, ',').replace(/%20/g, '+');
  for (const k of Object.keys(params)) {
    const v = params[k];
    if (v === undefined || v === null) continue;
    if (Array.isArray(v)) for (const x of v) list.push(text(k + '[]') + '=' + text(x));
    else list.push(text(k) + '=' + text(v));
  }
  return list.join('&');
}

async function axiosRequest(c) {
  let url = String(c.url || '');
  if (c.baseURL && !/^([a-z][a-z\d+\-.]*:)?\/\//i.test(url)) url = url ? c.baseURL.replace(/\/+$/, '') + '/' + url.replace(/^\/+/, '') : c.baseURL;
  const query = search(c.params);
  if (query) url = url.split('#')[0] + (url.includes('?') ? '&' : '?') + query;
  const headers = new Headers();
  for (const name of Object.keys(c.headers)) if (c.headers[name] !== undefined && c.headers[name] !== null && c.headers[name] !== false) headers.set(name, c.headers[name]);
  if (!headers.has('accept')) headers.set('accept', 'application/json, text/plain, */*');
  if (c.auth) headers.set('authorization', 'Basic ' + Buffer.from((c.auth.username || '') + ':' + (c.auth.password || '')).toString('base64'));
  let body = c.data;
  const type = headers.get('content-type') || '';
  if (body !== undefined && body !== null && typeof body === 'object' && !shared.bytesOf(body) && !(body instanceof FormData) && !(body instanceof shared.Blob) && typeof body.getBuffer !== 'function') {
    if (body instanceof URLSearchParams) {
      if (!type) headers.set('content-type', 'application/x-www-form-urlencoded;charset=utf-8');
      body = body.toString();
    } else if (type.includes('x-www-form-urlencoded')) body = search(body);
    else {
      if (!type) headers.set('content-type', 'application/json');
      body = JSON.stringify(body);
    }
  } else if (typeof body === 'string' && !type) headers.set('content-type', 'application/x-www-form-urlencoded');
  if (body instanceof FormData || (body && typeof body.getHeaders === 'function')) {
    for (const [n, v] of Object.entries(body.getHeaders())) headers.set(n, v);
    body = body.getBuffer();
  }
  const method = String(c.method || 'get').toUpperCase();
  const [bytes] = shared.bodyFor(body);
  let answer;
  try {
    answer = await shared.exchange(method, new URL(url).href, headers._list, bytes, { follow: c.maxRedirects !== 0, idle: c.timeout || 0 });
  } catch (e) {
    throw new AxiosError(e.code === 'ETIMEDOUT' && c.timeout ? 'timeout of ' + c.timeout + 'ms exceeded' : e.message, e.code === 'ETIMEDOUT' ? 'ECONNABORTED' : e.code, c);
  }
  let data = answer.body;
  if (c.responseType === 'stream') data = new shared.PassThrough().end(answer.body);
  else if (c.responseType !== 'arraybuffer') {
    data = answer.body.toString('utf8');
    if (c.responseType !== 'text') try { data = JSON.parse(data); } catch { /* it stays text */ }
  }
  const response = { data, status: answer.status, statusText: answer.statusText, headers: shared.headersOf(answer.headers), config: c, request: {} };
  const valid = c.validateStatus === undefined ? (s) => s >= 200 && s < 300 : c.validateStatus;
  if (valid && !valid(answer.status)) {
    throw new AxiosError('Request failed with status code ' + answer.status, answer.status >= 500 ? 'ERR_BAD_RESPONSE' : 'ERR_BAD_REQUEST', c, {}, response);
  }
  return response;
}

function axiosInstance(defaults) {
  const interceptors = { request: [], response: [] };
  const run = (config) => {
    let p = Promise.resolve(merged(instance.defaults, config));
    for (const [ok, failed] of interceptors.request) p = p.then(ok, failed);
    p = p.then(axiosRequest);
    for (const [ok, failed] of interceptors.response) p = p.then(ok, failed);
    return p;
  };
  const instance = (a, b) => run(typeof a === 'string' ? Object.assign({}, b, { url: a }) : a);
  const use = (list) => ({ use: (ok, failed) => list.push([ok, failed]), eject() {} });
  Object.assign(instance, {
    defaults: defaults || { headers: { common: {} } }, request: run, interceptors: { request: use(interceptors.request), response: use(interceptors.response) },
    getUri: (c) => c.url, AxiosError, isAxiosError: (e) => !!(e && e.isAxiosError), create: (c) => axiosInstance(merged(c)), all: (l) => Promise.all(l), spread: (f) => (l) => f(...l),
  });
  for (const m of ['get', 'delete', 'head', 'options']) instance[m] = (url, c) => run(Object.assign({}, c, { method: m, url }));
  for (const m of ['post', 'put', 'patch']) instance[m] = (url, data, c) => run(Object.assign({}, c, { method: m, url, data }));
  instance.default = instance;
  instance.Axios = function Axios() {};
  return instance;
}

class NodeFormData extends FormData {
  _lines(text) { return text; }
}
Object.defineProperty(NodeFormData, 'default', { value: NodeFormData });
shared.packages = { 'node-fetch': nodeFetch, 'form-data': NodeFormData, 'cross-fetch': nodeFetch, axios: axiosInstance() };
shared.stub = stub;
