// Blob, File, FormData and its body, Headers, Response, AbortController, fetch.
const { Buffer, bytesOf, define, coded, wellFormed } = shared;

class Blob {
  constructor(parts = [], options = {}) {
    const list = [];
    for (const part of parts) {
      const bytes = part instanceof Blob ? part._bytes : bytesOf(part);
      list.push(bytes ? bytes : Buffer.from(String(part)));
    }
    hidden(this, '_bytes', Buffer.concat(list));
    hidden(this, '_type', /[^\x20-\x7e]/.test(String(options.type === undefined ? '' : options.type)) ? '' : String(options.type === undefined ? '' : options.type).toLowerCase());
  }
  get size() { return this._bytes.length; }
  get type() { return this._type; }
  async arrayBuffer() { return this._bytes.buffer.slice(this._bytes.byteOffset, this._bytes.byteOffset + this._bytes.length); }
  async bytes() { return new Uint8Array(await this.arrayBuffer()); }
  async text() { return this._bytes.toString('utf8'); }
  slice(start, end, type) { return new Blob([this._bytes.subarray(start, end)], { type }); }
  stream() { return shared.streamOf(this._bytes); }
  get [Symbol.toStringTag]() { return 'Blob'; }
}

class File extends Blob {
  constructor(parts, name, options = {}) {
    super(parts, options);
    hidden(this, '_name', String(name));
    hidden(this, 'lastModified', options.lastModified === undefined ? Date.now() : Number(options.lastModified));
  }
  get name() { return this._name; }
  get [Symbol.toStringTag]() { return 'File'; }
}

function hidden(o, name, value) { Object.defineProperty(o, name, { value, writable: true, configurable: true }); }

const types = {
  txt: 'text/plain', html: 'text/html', htm: 'text/html', css: 'text/css', csv: 'text/csv', xml: 'application/xml', json: 'application/json', js: 'application/javascript',
  pdf: 'application/pdf', zip: 'application/zip', gz: 'application/gzip', png: 'image/png', jpg: 'image/jpeg', jpeg: 'image/jpeg', gif: 'image/gif', webp: 'image/webp',
  svg: 'image/svg+xml', mp3: 'audio/mpeg', wav: 'audio/wav', mp4: 'video/mp4', webm: 'video/webm', md: 'text/markdown', ics: 'text/calendar',
  doc: 'application/msword', docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', xls: 'application/vnd.ms-excel',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', ppt: 'application/vnd.ms-powerpoint',
  pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
};

function typeOf(filename) { return types[String(filename).split('.').pop().toLowerCase()] || 'application/octet-stream'; }

// escapeName and escapeFile are how names stand in a part's head, as Node writes them: the line ends of a name become CRLF first.
function escapeName(text) { return escapeFile(lines(String(text))); }
function escapeFile(text) { return wellFormed(String(text)).replace(/\n/g, '%0A').replace(/\r/g, '%0D').replace(/"/g, '%22'); }
function lines(text) { return text.replace(/\r\n|\r|\n/g, '\r\n'); }

// multipart is the body of parts {name, value: bytes, filename, type}.
function multipart(parts, boundary) {
  const list = [];
  for (const p of parts) {
    let head = '--' + boundary + '\r\nContent-Disposition: form-data; name="' + escapeName(p.name) + '"';
    if (p.filename !== undefined && p.filename !== '') head += '; filename="' + escapeFile(p.filename) + '"';
    if (p.type) head += '\r\nContent-Type: ' + String(p.type).replace(/[\r\n]+/g, ' ');
    list.push(Buffer.from(head + '\r\n\r\n'), p.value, Buffer.from('\r\n'));
  }
  list.push(Buffer.from('--' + boundary + '--\r\n'));
  return Buffer.concat(list);
}

function newBoundary() { return '----authdeck' + Buffer.from(host.random(12)).toString('hex'); }

// FormData is the global one and Flowrunner.Request.FormData: it takes what both take.
class FormData {
  constructor() {
    hidden(this, '_parts', []);
    hidden(this, '_boundary', newBoundary());
  }
  append(name, value, options) {
    if (arguments.length < 2) throw new TypeError("Failed to execute 'append' on 'FormData': 2 arguments required, but only " + arguments.length + ' present.');
    this._parts.push(this._part(name, value, options));
  }
  set(name, value, options) {
    const part = this._part(name, value, options);
    const at = this._parts.findIndex((p) => p.name === part.name);
    if (at < 0) this._parts.push(part);
    else this._parts = this._parts.filter((p, i) => i === at || p.name !== part.name).map((p) => p.name === part.name ? part : p);
  }
  _part(name, value, options) {
    if (typeof options === 'string') options = { filename: options };
    options = options || {};
    const part = { name: String(name), filename: options.filename, type: options.contentType || '', given: value };
    if (value instanceof Blob) {
      part.value = value._bytes;
      part.type = part.type || value.type;
      if (part.filename === undefined) part.filename = value instanceof File ? value.name : 'blob';
      if (!part.type) part.type = 'application/octet-stream';
    } else if (bytesOf(value)) {
      part.value = Buffer.from(bytesOf(value));
      if (!part.type) part.type = part.filename === undefined ? 'application/octet-stream' : typeOf(part.filename);
    } else {
      part.value = Buffer.from(wellFormed(this._lines(String(value))));
      if (!part.type && part.filename !== undefined) part.type = typeOf(part.filename);
      part.text = String(value);
    }
    return part;
  }
  _lines(text) { return lines(text); } // Request.FormData leaves them as they are
  delete(name) { this._parts = this._parts.filter((p) => p.name !== String(name)); }
  has(name) { return this._parts.some((p) => p.name === String(name)); }
  get(name) { const p = this._parts.find((x) => x.name === String(name)); return p ? shown(p) : null; }
  getAll(name) { return this._parts.filter((x) => x.name === String(name)).map(shown); }
  *entries() { for (const p of this._parts) yield [p.name, shown(p)]; }
  *keys() { for (const p of this._parts) yield p.name; }
  *values() { for (const p of this._parts) yield shown(p); }
  [Symbol.iterator]() { return this.entries(); }
  forEach(f, self) { for (const p of this._parts) f.call(self, shown(p), p.name, this); }
  getBoundary() { return this._boundary; }
  getHeaders(more) { return Object.assign({ 'content-type': 'multipart/form-data; boundary=' + this._boundary }, more); }
  getBuffer() { return multipart(this._parts, this._boundary); }
  getLengthSync() { return this.getBuffer().length; }
  getLength(done) {
    if (typeof done !== 'function') return this.getLengthSync();
    queueMicrotask(() => done(null, this.getLengthSync()));
  }
  pipe(to) { return to.end(this.getBuffer()), to; }
  get [Symbol.toStringTag]() { return 'FormData'; }
}

function shown(p) {
  if (p.text !== undefined && p.filename === undefined) return p.text;
  return p.given instanceof File ? p.given : new File([p.value], p.filename === undefined ? 'blob' : p.filename, { type: p.type });
}

class Headers {
  constructor(init) {
    hidden(this, '_list', []);
    if (init instanceof Headers) this._list = init._list.map((p) => [...p]);
    else if (init && typeof init[Symbol.iterator] === 'function') for (const [name, value] of init) this.append(name, value);
    else if (init) for (const name of Object.keys(init)) this.append(name, init[name]);
  }
  append(name, value) { this._list.push([String(name).toLowerCase(), String(value).trim()]); }
  set(name, value) { this.delete(name); this.append(name, value); }
  delete(name) { this._list = this._list.filter((p) => p[0] !== String(name).toLowerCase()); }
  get(name) {
    const all = this._list.filter((p) => p[0] === String(name).toLowerCase()).map((p) => p[1]);
    return all.length ? all.join(', ') : null;
  }
  getSetCookie() { return this._list.filter((p) => p[0] === 'set-cookie').map((p) => p[1]); }
  has(name) { return this.get(name) !== null; }
  *entries() { for (const name of [...new Set(this._list.map((p) => p[0]))].sort()) yield [name, this.get(name)]; }
  *keys() { for (const [name] of this.entries()) yield name; }
  *values() { for (const [, value] of this.entries()) yield value; }
  [Symbol.iterator]() { return this.entries(); }
  forEach(f, self) { for (const [name, value] of this.entries()) f.call(self, value, name, this); }
}

class Response {
  constructor(body, init = {}) {
    hidden(this, '_bytes', body === null || body === undefined ? Buffer.alloc(0) : bytesOf(body) ? Buffer.from(bytesOf(body)) : Buffer.from(String(body)));
    hidden(this, 'bodyUsed', false);
    this.status = init.status === undefined ? 200 : init.status;
    this.statusText = init.statusText || '';
    this.headers = new Headers(init.headers);
    this.url = init.url || '';
    this.redirected = !!init.redirected;
    this.type = 'default';
  }
  get ok() { return this.status >= 200 && this.status < 300; }
  get body() { return shared.streamOf(this._bytes); }
  _take() {
    if (this.bodyUsed) throw new TypeError('Body is unusable: Body has already been read');
    this.bodyUsed = true;
    return this._bytes;
  }
  async text() { const t = this._take().toString('utf8'); return t.charCodeAt(0) === 0xfeff ? t.slice(1) : t; }
  async json() { return JSON.parse(await this.text()); }
  async buffer() { return this._take(); }
  async arrayBuffer() { const b = this._take(); return b.buffer.slice(b.byteOffset, b.byteOffset + b.length); }
  async bytes() { return new Uint8Array(await this.arrayBuffer()); }
  async blob() { return new Blob([this._take()], { type: this.headers.get('content-type') || '' }); }
  clone() { return new Response(this._bytes, this); }
}

class AbortSignal {
  constructor() { this.aborted = false; this.reason = undefined; hidden(this, '_listeners', []); }
  addEventListener(type, f) { if (type === 'abort') this._listeners.push(f); }
  removeEventListener(type, f) { this._listeners = this._listeners.filter((x) => x !== f); }
  throwIfAborted() { if (this.aborted) throw this.reason; }
  static timeout(ms) {
    const c = new AbortController();
    setTimeout(() => c.abort(new shared.DOMException('The operation was aborted due to timeout', 'TimeoutError')), ms);
    return c.signal;
  }
}

class AbortController {
  constructor() { this.signal = new AbortSignal(); }
  abort(reason) {
    if (this.signal.aborted) return;
    this.signal.aborted = true;
    this.signal.reason = reason === undefined ? new shared.DOMException('This operation was aborted', 'AbortError') : reason;
    for (const f of [...this.signal._listeners]) f({ type: 'abort' });
  }
}

// exchange sends one request and resolves with {status, statusText, headers: pairs, body: Buffer, url}; it rejects with an
// Error that has Node's code. bytes is what formed the body: undefined is none.
function exchange(method, url, headers, bytes, options = {}) {
  return new Promise((resolve, reject) => {
    const body = bytes === undefined ? undefined : bytesOf(bytes);
    host.send({
      method, url, headers: headers.map(([n, v]) => n + '\n' + v), follow: !!options.follow, decompress: options.decompress !== false, idle: options.idle || 0,
    }, body && body.buffer, body ? body.byteOffset : 0, body ? body.byteLength : 0, (answer, buffer) => {
      if (answer.code) {
        const e = new Error(answer.message);
        e.code = answer.code;
        if (answer.errno) e.errno = answer.errno;
        reject(e);
        return;
      }
      resolve({
        status: answer.status, statusText: answer.statusText, url: answer.url, body: shared.wrap(buffer),
        headers: answer.headers.map((line) => [line.slice(0, line.indexOf('\n')), line.slice(line.indexOf('\n') + 1)]),
      });
    });
  });
}

// bodyFor gives the bytes of a fetch body and the content type that comes with it.
function bodyFor(body) {
  if (body === undefined || body === null) return [undefined, ''];
  if (body instanceof FormData) return [body.getBuffer(), body.getHeaders()['content-type']];
  if (body instanceof URLSearchParams) return [Buffer.from(body.toString()), 'application/x-www-form-urlencoded;charset=UTF-8'];
  if (body instanceof Blob) return [body._bytes, body.type];
  const bytes = bytesOf(body);
  if (bytes) return [bytes, ''];
  if (typeof body.getBuffer === 'function') return [body.getBuffer(), ''];
  return [Buffer.from(String(body)), 'text/plain;charset=UTF-8'];
}

async function fetch(input, init = {}) {
  const url = typeof input === 'string' ? input : input.url !== undefined ? input.url : String(input);
  init = init || {};
  let absolute;
  try {
    absolute = new URL(url).href;
  } catch (e) {
    const failed = new TypeError('Failed to parse URL from ' + url);
    failed.cause = e;
    throw failed;
  }
  if (init.signal) init.signal.throwIfAborted();
  const headers = new Headers(init.headers || (typeof input === 'object' && input.headers) || undefined);
  const [bytes, type] = bodyFor(init.body);
  if (type && !headers.has('content-type')) headers.set('content-type', type);
  const method = String(init.method || (typeof input === 'object' && input.method) || 'GET').toUpperCase();
  const sent = exchange(method, absolute, headers._list, bytes, { follow: init.redirect === undefined || init.redirect === 'follow', decompress: !headers.has('accept-encoding') });
  let answer;
  try {
    answer = init.signal ? await Promise.race([sent, new Promise((_, reject) => init.signal.addEventListener('abort', () => reject(init.signal.reason)))]) : await sent;
  } catch (e) {
    if (init.signal && init.signal.aborted) throw e;
    const failed = new TypeError('fetch failed');
    failed.cause = e;
    throw failed;
  }
  return new Response(answer.body, { status: answer.status, statusText: answer.statusText, headers: answer.headers, url: answer.url, redirected: answer.url !== absolute });
}

for (const [name, value] of Object.entries({ Blob, File, FormData, Headers, Response, AbortController, AbortSignal, fetch })) define(name, value);
Object.assign(shared, { exchange, multipart, typeOf, FormData, Blob, File, Headers, Response, bodyFor });
