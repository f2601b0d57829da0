/** A program that holds objects in the ways of the language and of Node.js, for the test of what expressions give. */
const { EventEmitter } = require('node:events');
const http = require('node:http');
const vm = require('node:vm');

class Account {
  #owner = { owner: true };
  static shared = { shared: true };
  get total() {
    return this.#owner;
  }
  set total(_) {}
}
Object.assign(globalThis, {
  account: new Account(),
  Account,
  map: new Map([
    [1, { a: 1 }],
    ['k', new Set([{ z: 1 }, [1]])],
    [{}, { v: 1 }],
    [Symbol('q'), { s: 1 }],
    [1n, { big: 1 }],
    [true, { t: 1 }],
    [undefined, { u: 1 }],
    [-0, { zero: 1 }],
    [1.5, { f: 1 }],
  ]),
  symbols: {
    [Symbol('a')]: { x: 1 },
    [Symbol('a')]: { y: 1 },
    [Symbol()]: { z: 1 },
    [Symbol.for('r')]: { w: 1 },
    [Symbol.iterator]: function* all() {},
  },
  proxied: new Proxy({ inner: { a: 1 } }, { get: (target, key) => target[key] }),
  failed: new Error('x', { cause: { c: 1 } }),
  bytes: [Buffer.from('x'), new Uint8Array(10), new DataView(new ArrayBuffer(8))],
  emitter: new EventEmitter().on('x', () => {}),
  promise: Promise.resolve({ v: 1 }),
  bound: function unbound() {}.bind({ t: 1 }, { a: 1 }),
  // biome-ignore lint/suspicious/noSparseArray: it is what is tested
  sparse: Object.assign([, { h: 1 }, , { i: 2 }], { prop: { p: 1 } }),
  boxed: [Object(1), Object('s'), Object(true), Object(Symbol('b')), Object(1n)],
  frozen: Object.freeze({ a: { b: 1 } }),
  platform: [
    new URL('http://a/b?c'),
    new AbortController(),
    new Headers({ a: 'b' }),
    new Intl.NumberFormat(),
  ],
  odd: {
    'get x': { g: 1 },
    'a-b': {},
    '': { empty: 1 },
    '<symbol x>': { text: 1 },
    '#owner': { text: 1 },
    '😀': { e: 1 },
    [`${'x'.repeat(1100)}`]: { long: 1 },
  },
  iterated: [1, { a: 1 }].values(),
  weak: [new WeakSet(), new FinalizationRegistry(() => {})],
});
Object.defineProperty(globalThis, 'accessor', {
  value: {
    get total() {
      return 1;
    },
    set only(_) {},
  },
});
globalThis.weakMap = new WeakMap([[globalThis.account, { wv: 1 }]]);
globalThis.dictionary = Object.create(null);
for (let i = 0; i < 300; i++) globalThis.dictionary[`k${i}`] = { i };
for (let i = 0; i < 150; i++) delete globalThis.dictionary[`k${i}`];
globalThis.realm = vm.createContext({ inside: { a: 1 } });
vm.runInContext('var q = { z: 1 }; class K {}; globalThis.k = new K();', globalThis.realm);
globalThis.server = http.createServer(() => {}).listen(0);
setInterval(() => {}, 1e6);
process.on('x', () => {});
process.stderr.write('ready\n');
