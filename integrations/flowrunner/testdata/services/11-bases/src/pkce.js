// SHA-256 by hand (FIPS 180-4), and btoa over its raw bytes: what an engine gets wrong if it takes them for UTF-8.
const rotate = (x, n) => (x >>> n) | (x << (32 - n))

// The constants are the first 32 bits of the fractions of roots of the first primes.
const primes = []
for (let n = 2; primes.length < 64; n++) if (primes.every(p => n % p)) primes.push(n)
const fraction = x => ((x - Math.floor(x)) * 0x100000000) | 0
const K = primes.map(p => fraction(Math.cbrt(p)))

function sha256(ascii) {
  const h = primes.slice(0, 8).map(p => fraction(Math.sqrt(p)))
  const bytes = [...ascii].map(c => c.charCodeAt(0))
  const bits = bytes.length * 8
  bytes.push(0x80)
  while (bytes.length % 64 !== 56) bytes.push(0)
  for (let i = 7; i >= 0; i--) bytes.push(i > 3 ? 0 : (bits >>> (i * 8)) & 255)
  for (let at = 0; at < bytes.length; at += 64) {
    const w = []
    for (let i = 0; i < 16; i++) w[i] = (bytes[at + 4 * i] << 24) | (bytes[at + 4 * i + 1] << 16) | (bytes[at + 4 * i + 2] << 8) | bytes[at + 4 * i + 3]
    for (let i = 16; i < 64; i++) {
      const s0 = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ (w[i - 15] >>> 3)
      const s1 = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ (w[i - 2] >>> 10)
      w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0
    }
    let [a, b, c, d, e, f, g, k] = h
    for (let i = 0; i < 64; i++) {
      const t1 = (k + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0
      const t2 = ((rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0
      ;[a, b, c, d, e, f, g, k] = [(t1 + t2) | 0, a, b, c, (d + t1) | 0, e, f, g]
    }
    ;[a, b, c, d, e, f, g, k].forEach((v, i) => { h[i] = (h[i] + v) | 0 })
  }
  return String.fromCharCode(...h.flatMap(v => [v >>> 24, (v >>> 16) & 255, (v >>> 8) & 255, v & 255]))
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~'

exports.newVerifier = () => Array.from({ length: 64 }, () => alphabet[Math.floor(Math.random() * alphabet.length)]).join('')

exports.challengeOf = verifier => btoa(sha256(verifier)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
