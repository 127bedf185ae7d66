// console, and the text of values as util.inspect writes it.
const { define } = shared;

function inspect(value, options) {
  const depth = options && options.depth !== undefined ? (options.depth === null ? Infinity : options.depth) : 2;
  return show(value, depth, [], true);
}

const plainKey = /^[A-Za-z_$][\w$]*$/;

function quote(text) {
  const mark = !text.includes("'") ? "'" : !text.includes('"') ? '"' : !text.includes('`') && !text.includes('${') ? '`' : "'";
  const escaped = text.replace(/[\\\n\r\t\b\f\v\x00-\x1f\x7f]/g, (c) => {
    const known = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\b': '\\b', '\f': '\\f', '\v': '\\v' }[c];
    return known || '\\x' + c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0');
  });
  return mark + (mark === "'" ? escaped.replace(/'/g, "\\'") : escaped) + mark;
}

function show(v, depth, above, top) {
  if (typeof v === 'string') return quote(v);
  if (typeof v === 'bigint') return v + 'n';
  if (Object.is(v, -0)) return '-0';
  if (v === null || (typeof v !== 'object' && typeof v !== 'function')) return String(v);
  if (above.includes(v)) return '[Circular *1]';
  if (typeof v === 'function') {
    const kind = /^class\b/.test(Function.prototype.toString.call(v)) ? 'class' : 'Function';
    return kind === 'class' ? '[class ' + (v.name || '(anonymous)') + ']' : '[Function' + (v.name ? ': ' + v.name : ' (anonymous)') + ']';
  }
  if (v instanceof Date) return Number.isNaN(v.getTime()) ? 'Invalid Date' : v.toISOString();
  if (v instanceof RegExp) return String(v);
  const within = [...above, v];
  const name = className(v);
  if (v instanceof Error) {
    const own = Object.keys(v).filter((k) => k !== 'stack' && k !== 'message');
    const head = v.stack && String(v.stack).includes(String(v.message)) ? String(v.stack) : String(v);
    return own.length && depth >= 0 ? head + ' ' + braces(own.map((k) => keyText(k) + ': ' + show(v[k], depth - 1, within)), '{', '}', v) : top ? head : head;
  }
  if (v instanceof shared.Buffer) {
    const hex = v.toString('hex', 0, 50).replace(/../g, ' $&');
    return '<Buffer' + hex + (v.length > 50 ? ' ... ' + (v.length - 50) + ' more byte' + (v.length > 51 ? 's' : '') : '') + '>';
  }
  if (v instanceof Promise) return 'Promise { <pending> }';
  if (depth < 0) return Array.isArray(v) ? '[Array]' : '[' + (name || 'Object: null prototype') + ']';
  if (Array.isArray(v) || ArrayBuffer.isView(v)) {
    const items = [];
    for (let i = 0; i < v.length && items.length < 100; i++) items.push(Array.isArray(v) && !(i in v) ? '<1 empty item>' : show(v[i], depth - 1, within));
    if (v.length > 100) items.push('... ' + (v.length - 100) + ' more item' + (v.length > 101 ? 's' : ''));
    const head = Array.isArray(v) ? '' : name + '(' + v.length + ') ';
    return head + braces(items, '[', ']', v, Array.isArray(v) && v.length > 6 && v.every((x) => typeof x !== 'object'));
  }
  if (v instanceof global.URLSearchParams) return 'URLSearchParams ' + braces([...v].map(([k, x]) => quote(k) + ' => ' + quote(x)), '{', '}', v);
  if (v instanceof Map) return 'Map(' + v.size + ') ' + braces([...v].map(([k, x]) => show(k, depth - 1, within) + ' => ' + show(x, depth - 1, within)), '{', '}', v);
  if (v instanceof Set) return 'Set(' + v.size + ') ' + braces([...v].map((x) => show(x, depth - 1, within)), '{', '}', v);
  const items = [];
  for (const k of Object.keys(v)) {
    const d = Object.getOwnPropertyDescriptor(v, k);
    const text = d && (d.get || d.set) ? (d.get && d.set ? '[Getter/Setter]' : d.get ? '[Getter]' : '[Setter]') : show(v[k], depth - 1, within);
    items.push(keyText(k) + ': ' + text);
  }
  const head = name === 'Object' ? '' : (name || '[Object: null prototype]') + ' ';
  return head + braces(items, '{', '}', v);
}

function className(v) {
  const proto = Object.getPrototypeOf(v);
  if (proto === null) return '';
  const d = Object.getOwnPropertyDescriptor(proto, 'constructor');
  return d && typeof d.value === 'function' && d.value.name ? d.value.name : 'Object';
}

function keyText(k) { return plainKey.test(k) ? k : quote(k); }

function braces(items, open, close) {
  if (items.length === 0) return open + close;
  const line = open + ' ' + items.join(', ') + ' ' + close;
  if (line.length <= 76 && !line.includes('\n')) return line;
  return open + '\n' + items.map((i) => '  ' + i.replace(/\n/g, '\n  ')).join(',\n') + '\n' + close;
}

// format is util.format: %s, %d, %i, %f, %j, %o, %O, %c, %%.
function format(...args) {
  let out = '';
  let at = 0;
  if (typeof args[0] === 'string') {
    at = 1;
    out = args[0].replace(/%[sdifjoOc%]/g, (m) => {
      if (m === '%%') return '%';
      if (at >= args.length) return m;
      const v = args[at++];
      switch (m[1]) {
        case 's': return typeof v === 'string' ? v : typeof v === 'object' && v !== null ? inspect(v, { depth: 0 }) : typeof v === 'bigint' ? v + 'n' : String(v);
        case 'd': return typeof v === 'bigint' ? v + 'n' : typeof v === 'symbol' || typeof v === 'object' ? 'NaN' : String(Number(v));
        case 'i': return typeof v === 'bigint' ? v + 'n' : typeof v === 'object' ? 'NaN' : String(parseInt(v, 10));
        case 'f': return typeof v === 'symbol' ? 'NaN' : String(parseFloat(v));
        case 'j': try { return String(JSON.stringify(v)); } catch { return '[Circular]'; }
        case 'c': return '';
        default: return inspect(v, { depth: 4 });
      }
    });
  }
  for (; at < args.length; at++) out += (out || at > 0 ? ' ' : '') + (typeof args[at] === 'string' ? args[at] : inspect(args[at]));
  return out;
}

const quiet = ['dir', 'table', 'group', 'groupCollapsed', 'groupEnd', 'time', 'timeEnd', 'timeLog', 'assert', 'count', 'countReset', 'trace', 'clear'];
const c = {};
let wanted = true; // lines beyond what is kept are not even made
for (const level of ['log', 'info', 'warn', 'error', 'debug']) c[level] = (...args) => { if (wanted) wanted = host.print(level, format(...args)); };
for (const name of quiet) c[name] = () => {};
define('console', c);
// lost tells of a rejected promise that nobody handled.
function lost(reason) {
  host.print('error', 'a promise was rejected, and nobody handled it: ' + (reason instanceof Error ? reason.name + ': ' + format(reason.message) : format(reason)));
}
Object.assign(shared, { inspect, format, lost });
