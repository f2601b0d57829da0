// Many of each kind in one place, of known numbers; then a snapshot: node suspects.cjs FILE
const { EventEmitter } = require('node:events');
const { AsyncLocalStorage } = require('node:async_hooks');
const { MessageChannel } = require('node:worker_threads');
const vm = require('node:vm');
const { pathToFileURL } = require('node:url');
const v8 = require('node:v8');

class Item {
  constructor(i) {
    this.rows = Array.from({ length: 20 }, (_, k) => ({ i, k }));
  }
}
class Request extends Item {}
class Order extends Item {}
class Row extends Item {}
class Step extends Item {}

const emitter = new EventEmitter();
emitter.setMaxListeners(0);
function listen(i) {
  const item = new Item(i);
  emitter.on('change', function onChange() {
    return item;
  });
}
for (let i = 0; i < 31; i++) listen(i);

const target = new EventTarget();
require('node:events').setMaxListeners(0, target);
function watch(i) {
  const item = new Item(i);
  target.addEventListener('tick', function onTick() {
    return item;
  });
}
for (let i = 0; i < 32; i++) watch(i);

function poll(i) {
  const item = new Item(i);
  setInterval(function onPoll() {
    return item;
  }, 1e6);
}
for (let i = 0; i < 33; i++) poll(i);

const waiting = new Map();
async function placeOrder(i) {
  const order = new Order(i);
  await new Promise((resolve) => waiting.set(i, resolve));
  return order;
}
for (let i = 0; i < 34; i++) placeOrder(i);

const stopped = new Promise(() => {});
function follow(i) {
  const item = new Item(i);
  stopped.then(function onStop() {
    return item;
  });
}
for (let i = 0; i < 35; i++) follow(i);

const storage = new AsyncLocalStorage();
const kept = [];
for (let i = 0; i < 36; i++)
  storage.run(new Request(i), () => kept.push(setTimeout(function later() {}, 1e6)));

function call(i) {
  const item = new Item(i);
  const { port1 } = new MessageChannel();
  port1.on('message', function onMessage() {
    return item;
  });
}
for (let i = 0; i < 37; i++) call(i);

const parts = new Map();
for (let i = 0; i < 38; i++) parts.set(i, `${i}: ${'text '.repeat(4000)}`.replace('x', 'y').slice(2, 40));

// The runtime alone holds these: signals that will abort, servers that nobody closes.
for (let i = 0; i < 39; i++) {
  const order = new Order(i);
  AbortSignal.timeout(1e6).addEventListener('abort', function onTimeout() {
    return order;
  });
}
function serve(i) {
  const item = new Item(i);
  require('node:net')
    .createServer(function onSocket() {
      return item;
    })
    .listen(0);
}
for (let i = 0; i < 12; i++) serve(i);

class UploadError extends Error {
  constructor(request) {
    super('too large');
    this.request = request;
  }
}
const failed = [];
for (let i = 0; i < 15; i++) failed.push(new UploadError(new Request(i)));

const frames = [];
for (let i = 0; i < 6; i++) frames.push(new ArrayBuffer(30_000));

// 23 files with names alike, and a package in two folders.
const fs = require('node:fs');
const path = require('node:path');
function load(file, text) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
  return require(file);
}
const home = path.join(path.dirname(process.argv[2]), 'files');
for (let i = 0; i < 23; i++)
  load(path.join(home, `view-${i}.cjs`), 'exports.rows = new Array(500).fill(1.5);');
for (const user of ['a', 'b'])
  load(
    path.join(home, 'node_modules', user, 'node_modules', 'acme-parts', 'index.js'),
    'exports.table = new Array(5000).fill(1.5);',
  );

for (let i = 0; i < 1200; i++) Symbol.for(`acme.request.${i}`);

const contexts = [];
for (let i = 0; i < 6; i++) contexts.push(vm.createContext({ i }));

const byName = [];
const byTime = [];
for (let i = 0; i < 300; i++) {
  const row = new Row(i);
  byName.push(row);
  byTime.push(row);
}

let last = null;
for (let i = 0; i < 150; i++) {
  const step = new Step(i);
  step.before = last;
  last = step;
}

const times = Array.from({ length: 20_000 }, (_, i) => i / 7);

// A list that is written to at its tail, and kept by who reads it.
class LogLine {
  constructor(i) {
    this.text = `line ${i}`;
    this.next = null;
  }
}
const log = { tail: new LogLine(0), readers: new Map() };
log.readers.set('replica', { cursor: log.tail });
for (let i = 1; i < 170; i++) {
  log.tail.next = new LogLine(i);
  log.tail = log.tail.next;
}

// Each reload wraps the settings once more.
let settings = { pool: 10 };
for (let i = 0; i < 180; i++) {
  const more = { flags: new Array(30).fill(i) };
  settings = new Proxy(settings, { get: (of, key) => more[key] ?? of[key] });
}

const grants = new Map();
for (let i = 0; i < 41; i++) grants.set({ user: `u${i}`, groups: [i] }, { allowed: [i], denied: [i] });

// Over, and held: nothing of them waits.
function* pages(i) {
  const item = new Item(i);
  yield item;
}
const spent = [];
for (let i = 0; i < 27; i++) {
  const calls = pages(i);
  for (const page of calls) spent.push(page);
  spent.push(calls);
}

// One file, and a module for each address.
const plugin = path.join(home, 'plugin.mjs');
fs.writeFileSync(plugin, 'export const table = new Array(200).fill(1);');
const plugins = Promise.all(Array.from({ length: 26 }, (_, i) => import(`${pathToFileURL(plugin)}?v=${i}`)));

globalThis.used = () => [
  failed,
  frames,
  emitter,
  target,
  waiting,
  stopped,
  kept,
  parts,
  contexts,
  byName,
  byTime,
  last,
  log,
  settings,
  grants,
  times,
  spent,
];
setTimeout(async () => {
  await plugins;
  v8.writeHeapSnapshot(process.argv[2]);
  process.exit();
}, 100);
