// Writes vectors.json: what Node answers to each line of expressions.txt. Run it with the Node that is to be imitated:
//   TZ=UTC LANG=en_US.UTF-8 node testdata/vectors.mjs
import { createRequire } from 'node:module';
import { readFileSync, writeFileSync } from 'node:fs';

const require = createRequire(import.meta.url);
const dir = new URL('.', import.meta.url);
const lines = readFileSync(new URL('expressions.txt', dir), 'utf8').split('\n').filter((l) => l && !l.startsWith('#'));
const KEY = readFileSync(new URL('test-pkcs8.pem', dir), 'utf8');
const PKCS1 = readFileSync(new URL('test-pkcs1.pem', dir), 'utf8');
// MULTIPART gives a form's body with a fixed boundary.
const MULTIPART = (form) => new ReadableStream({
  async start(c) {
    const r = new Response(form);
    const boundary = r.headers.get('content-type').split('boundary=')[1];
    c.enqueue(new TextEncoder().encode((await r.text()).replaceAll(boundary, 'BOUNDARY')));
    c.close();
  },
});
const out = [];
for (const line of lines) {
  const answer = { js: line };
  try {
    const f = new Function('require', 'KEY', 'PKCS1', 'MULTIPART', 'return (async () => { return (' + line + ') })()');
    const v = await f(require, KEY, PKCS1, MULTIPART);
    answer.json = JSON.stringify(v === undefined ? null : v) ?? 'null';
  } catch (e) {
    answer.error = e.name;
    if (e.code && typeof e.code === 'string') answer.code = e.code;
    if (e.code && typeof e.code === 'string' && e.code !== 'ERR_UNSUPPORTED_ESM_URL_SCHEME') answer.message = e.message;
  }
  out.push(answer);
}
writeFileSync(new URL('vectors.json', dir), '[\n' + out.map((a) => JSON.stringify(a)).join(',\n') + '\n]\n');
