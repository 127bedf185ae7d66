// The modules http and https, over the host's HTTP.
const { Buffer, bytesOf, headersOf } = shared;

class EventEmitter {
  constructor() { Object.defineProperty(this, '_on', { value: new Map(), writable: true, configurable: true }); }
  _list(name) {
    if (!this._on) Object.defineProperty(this, '_on', { value: new Map(), writable: true, configurable: true });
    if (!this._on.has(name)) this._on.set(name, []);
    return this._on.get(name);
  }
  on(name, f) { this._list(name).push({ f }); this.emit('newListener', name, f); return this; }
  addListener(name, f) { return this.on(name, f); }
  prependListener(name, f) { this._list(name).unshift({ f }); return this; }
  once(name, f) { this._list(name).push({ f, once: true }); return this; }
  off(name, f) { this._on && this._on.set(name, this._list(name).filter((l) => l.f !== f)); return this; }
  removeListener(name, f) { return this.off(name, f); }
  removeAllListeners(name) { if (this._on) name === undefined ? this._on.clear() : this._on.delete(name); return this; }
  listeners(name) { return this._list(name).map((l) => l.f); }
  listenerCount(name) { return this._list(name).length; }
  setMaxListeners() { return this; }
  eventNames() { return this._on ? [...this._on.keys()].filter((k) => this._on.get(k).length) : []; }
  emit(name, ...args) {
    if (!this._on || !this._on.has(name)) {
      if (name === 'error') throw args[0];
      return false;
    }
    const list = [...this._on.get(name)];
    if (name === 'error' && list.length === 0) throw args[0];
    for (const l of list) {
      if (l.once) this._on.set(name, this._on.get(name).filter((x) => x !== l));
      l.f.apply(this, args);
    }
    return list.length > 0;
  }
}
EventEmitter.EventEmitter = EventEmitter;
EventEmitter.default = EventEmitter;
EventEmitter.once = (emitter, name) => new Promise((resolve, reject) => {
  emitter.once(name, (...args) => resolve(args));
  if (name !== 'error') emitter.once('error', reject);
});

// Stream is as much of Node's streams as bodies need: what is written is read, in one go.
class Stream extends EventEmitter {
  constructor(options) {
    super();
    Object.assign(this, { readable: true, writable: true, destroyed: false });
    for (const [name, value] of Object.entries({ _chunks: [], _ended: false, _flowing: false, _code: undefined, _options: options || {}, _over: false })) {
      Object.defineProperty(this, name, { value, writable: true });
    }
  }
  setEncoding(code) { this._code = code; return this; }
  write(chunk, encoding, done) {
    if (typeof encoding === 'function') [encoding, done] = [undefined, encoding];
    if (this._options.transform) {
      this._options.transform.call(this, chunk, encoding, (e, out) => { if (e) this.destroy(e); else if (out !== undefined && out !== null) this.push(out); });
    } else if (this._options.write) {
      this._options.write.call(this, chunk, encoding, (e) => { if (e) this.destroy(e); });
    } else this.push(chunk, encoding);
    if (done) queueMicrotask(done);
    return true;
  }
  push(chunk, encoding) {
    if (chunk === null) this._ended = true;
    else this._chunks.push(typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk);
    this._flow();
    return true;
  }
  end(chunk, encoding, done) {
    if (typeof chunk === 'function') [chunk, done] = [undefined, chunk];
    if (chunk !== undefined && chunk !== null) this.write(chunk, encoding);
    this._ended = true;
    queueMicrotask(() => { this.emit('finish'); if (typeof done === 'function') done(); });
    this._flow();
    return this;
  }
  on(name, f) {
    super.on(name, f);
    if (name === 'data') this.resume();
    return this;
  }
  resume() { this._flowing = true; queueMicrotask(() => this._flow()); return this; }
  pause() { this._flowing = false; return this; }
  read() { const c = this._chunks.length ? Buffer.concat(this._chunks.map((x) => bytesOf(x) || Buffer.from(String(x)))) : null; this._chunks = []; return c && this._code ? c.toString(this._code) : c; }
  _flow() {
    if (!this._flowing || this.destroyed) return;
    while (this._chunks.length) {
      const c = this._chunks.shift();
      this.emit('data', this._code && bytesOf(c) ? Buffer.from(bytesOf(c)).toString(this._code) : c);
      if (!this._flowing) return;
    }
    if (this._ended && !this._over) {
      this._over = true;
      this.readable = false;
      this.emit('end');
      this.emit('close');
    }
  }
  pipe(to) {
    this.on('data', (c) => to.write(c));
    this.on('end', () => to.end());
    return to;
  }
  destroy(e) {
    if (this.destroyed) return this;
    this.destroyed = true;
    queueMicrotask(() => { if (e) this.emit('error', e); this.emit('close'); });
    return this;
  }
  cork() {}
  uncork() {}
  get readableEnded() { return this._over; }
  get writableEnded() { return this._ended; }
}

class IncomingMessage extends Stream {}

class ClientRequest extends Stream {
  constructor(options, done) {
    super();
    Object.defineProperty(this, '_to', { value: options });
    Object.defineProperty(this, '_headers', { value: new Map() });
    for (const name of Object.keys(options.headers || {})) if (options.headers[name] !== undefined) this.setHeader(name, options.headers[name]);
    if (options.auth && !this._headers.has('authorization')) this.setHeader('Authorization', 'Basic ' + Buffer.from(options.auth).toString('base64'));
    if (done) this.once('response', done);
    if (options.timeout) this.setTimeout(options.timeout);
    if (options.signal) options.signal.addEventListener('abort', () => this.destroy(options.signal.reason));
  }
  setHeader(name, value) { this._headers.set(String(name).toLowerCase(), [String(name), value]); return this; }
  getHeader(name) { const h = this._headers.get(String(name).toLowerCase()); return h && h[1]; }
  removeHeader(name) { this._headers.delete(String(name).toLowerCase()); }
  setTimeout(ms, f) {
    if (f) this.once('timeout', f);
    const t = setTimeout(() => { if (!this._answered && !this.destroyed) this.emit('timeout'); }, ms);
    this.once('response', () => clearTimeout(t));
    this.once('close', () => clearTimeout(t));
    return this;
  }
  setNoDelay() { return this; }
  setSocketKeepAlive() { return this; }
  flushHeaders() {}
  abort() { return this.destroy(); }
  end(chunk, encoding, done) {
    super.end(chunk, encoding, done);
    const body = this._chunks.length ? Buffer.concat(this._chunks.map((c) => Buffer.from(bytesOf(c)))) : undefined;
    this._chunks = [];
    const headers = [];
    for (const [, [name, value]] of this._headers) for (const v of Array.isArray(value) ? value : [value]) headers.push([name, String(v)]);
    shared.exchange(this._to.method, this._to.href, headers, body, { decompress: false }).then((answer) => {
      if (this.destroyed) return;
      Object.defineProperty(this, '_answered', { value: true });
      const res = new IncomingMessage();
      Object.assign(res, {
        statusCode: answer.status, statusMessage: answer.statusText || shared.reasons[answer.status] || '', headers: headersOf(answer.headers),
        rawHeaders: answer.headers.flat(), httpVersion: '1.1', complete: true, url: '', method: null, req: this,
      });
      if (answer.body.length) res.push(answer.body);
      res.push(null);
      this.res = res;
      if (!this.emit('response', res)) res.resume();
    }, (e) => { if (!this.destroyed) this.destroy(e); });
    return this;
  }
  destroy(e) {
    if (!e && !this.destroyed && !this._answered) {
      e = new Error('socket hang up');
      e.code = 'ECONNRESET';
    }
    return super.destroy(e);
  }
}

function optionsOf(protocol, args) {
  let options = {};
  let done;
  for (const a of args) {
    if (typeof a === 'function') done = a;
    else if (typeof a === 'string' || a instanceof URL) {
      const u = new URL(String(a));
      Object.assign(options, { protocol: u.protocol, hostname: u.hostname, port: u.port, path: u.pathname + u.search });
      if (u.username) options.auth = decodeURIComponent(u.username) + ':' + decodeURIComponent(u.password);
    } else if (a) options = Object.assign({}, options, a);
  }
  const scheme = options.protocol || protocol;
  const hostname = options.hostname || String(options.host || 'localhost').replace(/:\d+$/, '');
  const port = options.port || (/:(\d+)$/.exec(options.hostname ? '' : options.host || '') || [])[1];
  options.method = String(options.method || 'GET').toUpperCase();
  options.href = scheme + '//' + (hostname.includes(':') && !hostname.startsWith('[') ? '[' + hostname + ']' : hostname) + (port ? ':' + port : '') + (options.path || '/');
  return [options, done];
}

class Agent { constructor(options) { this.options = options || {}; } destroy() {} }

function client(protocol) {
  const request = (...args) => new ClientRequest(...optionsOf(protocol, args));
  return {
    request, get: (...args) => { const r = request(...args); r.end(); return r; }, Agent, globalAgent: new Agent(), STATUS_CODES: shared.reasons,
    METHODS: ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'], IncomingMessage, ClientRequest,
  };
}

class PassThrough extends Stream {}
Object.assign(shared, { EventEmitter, Stream, PassThrough, http: client('http:'), https: client('https:') });
