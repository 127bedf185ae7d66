// setTimeout and its kin, on the engine's loop; process.
const { define, inspect } = shared;

class Timeout {
  constructor(id, again) { Object.defineProperty(this, '_id', { value: id, writable: true }); Object.defineProperty(this, '_again', { value: again }); }
  ref() { return this; }
  unref() { return this; }
  hasRef() { return true; }
  refresh() { host.clearTimer(this._id); this._id = this._again(); return this; }
  close() { host.clearTimer(this._id); return this; }
  [Symbol.toPrimitive]() { return this._id; }
}

function start(f, ms, args, repeat) {
  if (typeof f !== 'function') throw shared.coded(TypeError, 'ERR_INVALID_ARG_TYPE', 'The "callback" argument must be of type function.' + shared.received(f));
  ms = Number(ms);
  if (!(ms >= 1 && ms <= 2147483647)) ms = 1;
  const run = () => {
    try {
      f(...args);
    } catch (e) {
      host.print('error', 'Uncaught ' + inspect(e));
    }
  };
  const again = () => host.addTimer(run, ms, repeat);
  return new Timeout(again(), again);
}

function stop(t) {
  if (t === undefined || t === null) return;
  host.clearTimer(t instanceof Timeout ? t._id : Number(t) || 0);
}

define('setTimeout', function setTimeout(f, ms, ...args) { return start(f, ms, args, false); });
define('setInterval', function setInterval(f, ms, ...args) { return start(f, ms, args, true); });
define('setImmediate', function setImmediate(f, ...args) { return start(f, 1, args, false); });
for (const name of ['clearTimeout', 'clearInterval', 'clearImmediate']) define(name, stop);
define('queueMicrotask', function queueMicrotask(f) {
  if (typeof f !== 'function') throw shared.coded(TypeError, 'ERR_INVALID_ARG_TYPE', 'The "callback" argument must be of type function.' + shared.received(f));
  Promise.resolve().then(f).catch((e) => host.print('error', 'Uncaught ' + inspect(e)));
});

const began = host.monotonic();
function hrtime(before) {
  let ns = Math.round((host.monotonic() - began) * 1e6);
  if (before) ns -= before[0] * 1e9 + before[1];
  return [Math.floor(ns / 1e9), ns % 1e9];
}
hrtime.bigint = () => BigInt(Math.round((host.monotonic() - began) * 1e6));
define('process', {
  env: {}, platform: 'linux', arch: 'x64', pid: 1, argv: ['node'], execArgv: [], version: 'v20.0.0', versions: { node: '20.0.0' }, release: { name: 'node' },
  title: 'node', browser: undefined, hrtime, nextTick: (f, ...args) => queueMicrotask(() => f(...args)), cwd: () => '/', uptime: () => (host.monotonic() - began) / 1000,
  memoryUsage: () => ({ rss: 0, heapTotal: 0, heapUsed: 0, external: 0, arrayBuffers: 0 }), on() { return this; }, once() { return this; }, off() { return this; },
  emit: () => false, emitWarning: (w) => host.print('warn', String(w)), exitCode: undefined,
  stdout: { write: (t) => { host.print('log', String(t).replace(/\n$/, '')); return true; }, isTTY: false },
  stderr: { write: (t) => { host.print('error', String(t).replace(/\n$/, '')); return true; }, isTTY: false },
});
define('performance', { now: () => host.monotonic() - began, timeOrigin: Date.now() });
