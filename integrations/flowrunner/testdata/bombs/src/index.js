'use strict'

/**
 * Each method tries to take the machine with it (reference/security.md §8).
 * @integrationName Bombs
 */
class Bombs {
  loop() { for (;;) { } }
  lookahead() { return /(?=(a+)+b)/.test('a'.repeat(40)) }
  backreference() { return /(a*)*\1b/.test('a'.repeat(40)) }
  repeat() { return 'x'.repeat(2 ** 32).length }
  fill() { return new Array(5e7).fill(1).length }
  join() { const a = []; a[4e9] = 1; return a.join('x').length }
  sort() { const a = []; a.length = 4294967295; a.sort(); return a.length }
  recursion() { const deeper = n => deeper(n + 1) + 1; return deeper(0) }
  async asyncRecursion() { const deeper = async n => await deeper(n + 1); return await deeper(0) }
  push() { const a = []; for (;;) a.push('y'.repeat(1e6) + a.length) }
  stringify() { return JSON.stringify(new Array(4294967295)).length }
  double() { let s = 'xy'; for (;;) s += s }
  bytes() { return new Uint8Array(2 ** 33).length }
  promises() { const again = () => Promise.resolve().then(again); return again() }
  parse() { return JSON.parse('['.repeat(5e6)) }
  replace() { const x = 'x'.repeat(1e6); return x.replace(/x/g, x).length }
  evaluate() { return eval('('.repeat(1e6) + '1' + ')'.repeat(1e6)) }
  getter() { return { get a() { for (;;) { } } } }
  proxy() { return new Proxy({ a: 1 }, { ownKeys() { for (;;) { } } }) }
  toJSON() { return { toJSON() { for (;;) { } } } }
  bigint() { return String(10n ** (10n ** 9n)) }

  throwingGetter() { return { get a() { throw new RangeError('the getter threw') } } }
  throwingProxy() { return new Proxy({}, { get() { throw new TypeError('the proxy threw') } }) }
  throwingToJSON() { return { toJSON() { throw new SyntaxError('toJSON threw') } } }
  cycle() { const a = {}; a.a = a; return a }
  deep() { let a = []; for (let i = 0; i < 1e6; i++) a = [a]; return a }
  quiteDeep() { let a = []; for (let i = 0; i < 1200; i++) a = [a]; return a }
  proto() { return JSON.parse('{"__proto__":{"admin":true},"constructor":1,"a":1,"a":2}') }
  spoilt() {
    JSON.stringify = () => '"not this one"'
    JSON.parse = () => ({})
    Object.prototype.toJSON = undefined
    Promise.prototype.then = Promise.prototype.then
    return { a: 1 }
  }
  thrownBomb() { throw { get message() { for (;;) { } } } }
  print() { const z = 'z'.repeat(1e6); for (let i = 0; i < 200; i++) console.log(z); return 'printed' }
  async requests(n) {
    const all = []
    for (let i = 0; i < n; i++) all.push(Flowrunner.Request.get('https://bombs.example/' + i).then(() => 1, e => e.message))
    return (await Promise.all(all)).length
  }
  forgotten() { for (let i = 0; i < 20; i++) Flowrunner.Request.get('https://bombs.example/slow/' + i).send(); return 'sent' }
  interval() { setInterval(() => { }, 1); return 'returned' }
  busyInterval() { return new Promise(() => setInterval(() => { for (let i = 0; i < 1e5; i++); }, 1)) }
  never() { return new Promise(() => { }) }
  wait() { return new Promise(done => setTimeout(done, 600000)) }
  large() { return 'w'.repeat(25e6) }
  async tryAll(addresses) {
    const one = a => Flowrunner.Request.get(a).then(b => 'reached: ' + b, e => (e.code || '') + ' ' + e.message)
    const other = a => fetch(a).then(r => 'reached: ' + r.status, e => String((e.cause && e.cause.code) || e.message))
    const raw = a => new Promise(done => {
      try {
        require('http').get(a, r => done('reached: ' + r.statusCode)).on('error', e => done(e.code + ' ' + e.message))
      } catch (e) { done(e.code + ' ' + e.message) }
    })
    return await Promise.all(addresses.map(async a => [await one(a), await other(a), await raw(a)]))
  }
  get(address) { return Flowrunner.Request.get(address) }
  fine() { return 'fine' }
}

Flowrunner.ServerCode.addService(Bombs, [
  { name: 'server', displayName: 'Server', type: 'STRING' },
  { name: 'preset', displayName: 'Preset', type: 'STRING', defaultValue: 'http://127.0.0.1/' },
])
