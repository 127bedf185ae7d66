// toLocaleString and the like for en-US in UTC, which is all that there is: Intl stays undefined.
const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const currencies = { USD: '$', EUR: '€', GBP: '£', JPY: '¥', INR: '₹', CNY: 'CN¥', KRW: '₩', BRL: 'R$', CAD: 'CA$', AUD: 'A$', MXN: 'MX$', NZD: 'NZ$', ILS: '₪', VND: '₫' };

function method(Class, name, value) { Object.defineProperty(Class.prototype, name, { value, writable: true, configurable: true }); }

// roundHalfExpand rounds the decimal text of a number, as ICU does, away from zero at the half.
function fixed(n, least, most) {
  let [whole, part = ''] = decimal(n).split('.');
  if (part.length > most) {
    const up = part.charCodeAt(most) >= 53;
    part = part.slice(0, most);
    if (up) [whole, part] = increment(whole, part);
  }
  while (part.length < least) part += '0';
  while (part.length > least && part.endsWith('0')) part = part.slice(0, -1);
  return [whole, part];
}

// decimal writes a finite number ≥ 0 without an exponent.
function decimal(n) {
  const text = String(n);
  const at = text.indexOf('e');
  if (at < 0) return text;
  const power = Number(text.slice(at + 1));
  let [whole, part = ''] = text.slice(0, at).split('.');
  if (power < 0) return '0.' + '0'.repeat(-power - 1) + whole + part;
  part = part.padEnd(power, '0');
  return whole + part.slice(0, power) + (part.length > power ? '.' + part.slice(power) : '');
}

function increment(whole, part) {
  const digits = (whole + part).split('');
  let i = digits.length - 1;
  while (i >= 0 && digits[i] === '9') digits[i--] = '0';
  if (i < 0) digits.unshift('1');
  else digits[i] = String(Number(digits[i]) + 1);
  const text = digits.join('');
  return [text.slice(0, text.length - part.length), text.slice(text.length - part.length)];
}

function numberText(n, o = {}) {
  if (Number.isNaN(n)) return 'NaN';
  const negative = n < 0 || Object.is(n, -0);
  if (o.style === 'percent') n *= 100;
  const money = o.style === 'currency';
  if (money && o.currency === undefined) throw new TypeError('Currency code is required with currency style.');
  if (o.maximumSignificantDigits !== undefined) n = Number(n.toPrecision(o.maximumSignificantDigits));
  const none = money && (o.currency === 'JPY' || o.currency === 'KRW' || o.currency === 'VND');
  let least = o.minimumFractionDigits, most = o.maximumFractionDigits;
  const usual = money ? (none ? 0 : 2) : 0;
  const usualMost = money ? usual : o.style === 'percent' ? 0 : 3;
  if (least === undefined) least = most === undefined ? usual : Math.min(usual, most);
  if (most === undefined) most = Math.max(least, usualMost);
  if (!(least >= 0 && least <= 100) || !(most >= least && most <= 100)) throw new RangeError((least >= 0 && least <= 100 ? 'maximumFractionDigits' : 'minimumFractionDigits') + ' value is out of range.');
  let body;
  if (!Number.isFinite(n)) body = '∞';
  else {
    let [whole, part] = fixed(Math.abs(n), least, most);
    if (o.minimumIntegerDigits) whole = whole.padStart(o.minimumIntegerDigits, '0');
    if (o.useGrouping !== false) whole = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
    body = whole + (part ? '.' + part : '');
  }
  if (money) {
    const sign = currencies[String(o.currency).toUpperCase()];
    body = (sign || String(o.currency).toUpperCase() + '\u00a0') + body;
  }
  if (o.style === 'percent') body += '%';
  return (negative ? '-' : '') + body;
}

method(Number, 'toLocaleString', function toLocaleString(_, o) { return numberText(Number(this), o); });
method(BigInt, 'toLocaleString', function toLocaleString() { return BigInt.prototype.toString.call(this).replace(/\B(?=(\d{3})+(?!\d))/g, ','); });

const pad = (n, width = 2) => String(n).padStart(width, '0');

function yearText(d) { const y = d.getUTCFullYear(); return y > 0 ? String(y) : String(1 - y) + ' BC'; }

function dateText(d, o, defaults) {
  if (Number.isNaN(d.getTime())) return 'Invalid Date';
  o = o || {};
  const styles = { full: ['weekday:long', 'year', 'month:long', 'day'], long: ['year', 'month:long', 'day'], medium: ['year', 'month:short', 'day'], short: ['year:2-digit', 'month', 'day'] };
  const f = {};
  const dateKeys = ['weekday', 'year', 'month', 'day'], timeKeys = ['hour', 'minute', 'second', 'fractionalSecondDigits', 'dayPeriod'];
  for (const k of [...dateKeys, ...timeKeys]) if (o[k] !== undefined) f[k] = o[k];
  if (o.dateStyle) for (const s of styles[o.dateStyle] || []) { const [k, v] = s.split(':'); f[k] = v || 'numeric'; }
  if (o.timeStyle) Object.assign(f, { hour: 'numeric', minute: '2-digit' }, o.timeStyle === 'short' ? {} : { second: '2-digit' });
  const none = (keys) => !keys.some((k) => f[k] !== undefined);
  if (defaults !== 'time' && none(dateKeys) && (none(timeKeys) || defaults === 'date')) Object.assign(f, { year: 'numeric', month: 'numeric', day: 'numeric' });
  if (defaults !== 'date' && none(timeKeys) && (defaults === 'time' || (!o.dateStyle && dateKeys.every((k) => o[k] === undefined)))) {
    Object.assign(f, { hour: 'numeric', minute: '2-digit', second: '2-digit' });
  }
  const year = f.year === '2-digit' ? pad(d.getUTCFullYear() % 100) : f.year ? yearText(d) : '';
  const day = f.day === '2-digit' ? pad(d.getUTCDate()) : f.day ? String(d.getUTCDate()) : '';
  const weekday = f.weekday === 'long' ? days[d.getUTCDay()] : f.weekday === 'short' ? days[d.getUTCDay()].slice(0, 3) : f.weekday ? days[d.getUTCDay()][0] : '';
  let date = '';
  if (f.month === 'long' || f.month === 'short') {
    const month = f.month === 'long' ? months[d.getUTCMonth()] : months[d.getUTCMonth()].slice(0, 3);
    date = [month, day].filter(Boolean).join(' ');
    if (year) date += (day ? ', ' : ' ') + year;
  } else {
    const month = f.month === '2-digit' ? pad(d.getUTCMonth() + 1) : f.month ? String(d.getUTCMonth() + 1) : '';
    date = [month, day, year].filter(Boolean).join('/');
  }
  if (weekday) date = date ? weekday + ', ' + date : weekday;
  const twelve = o.hour12 !== undefined ? o.hour12 : !(o.hourCycle === 'h23' || o.hourCycle === 'h24');
  let time = '';
  if (f.hour !== undefined || f.minute !== undefined || f.second !== undefined) {
    const h = d.getUTCHours(), shownHour = twelve ? h % 12 || 12 : h;
    const list = [];
    if (f.hour !== undefined) list.push(f.hour === '2-digit' || !twelve ? pad(shownHour) : String(shownHour));
    if (f.minute !== undefined) list.push(list.length ? pad(d.getUTCMinutes()) : String(d.getUTCMinutes()));
    if (f.second !== undefined) list.push(list.length ? pad(d.getUTCSeconds()) : String(d.getUTCSeconds()));
    time = list.join(':');
    if (f.hour !== undefined && twelve) time += (h < 12 ? ' AM' : ' PM');
    if (o.timeZoneName || o.timeStyle === 'full' || o.timeStyle === 'long') time += o.timeStyle === 'full' ? ' Coordinated Universal Time' : ' UTC';
  }
  const glue = o.dateStyle === 'full' || o.dateStyle === 'long' ? ' at ' : ', ';
  return date && time ? date + glue + time : date || time;
}

method(Date, 'toLocaleDateString', function toLocaleDateString(_, o) { return dateText(this, o, 'date'); });
method(Date, 'toLocaleTimeString', function toLocaleTimeString(_, o) { return dateText(this, o, 'time'); });
method(Date, 'toLocaleString', function toLocaleString(_, o) { return dateText(this, o, 'all'); });
method(String, 'localeCompare', function localeCompare(other) { return host.collate(String(this), String(other)); });
const text = Date.prototype.toString, time = Date.prototype.toTimeString;
const zone = (t) => t.replace('(UTC)', '(Coordinated Universal Time)');
method(Date, 'toString', function toString() { return zone(text.call(this)); });
method(Date, 'toTimeString', function toTimeString() { return zone(time.call(this)); });
Object.defineProperty(Date.prototype, Symbol.toPrimitive, { configurable: true, value: function (hint) {
  return hint === 'number' ? this.valueOf() : this.toString();
} });
