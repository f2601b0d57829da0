/**
 * A program whose objects are held in many kinds of holders, for the tests of expressions.
 *
 *   node holders.cjs FILE [exposed]
 *
 * writes a snapshot of itself to FILE (with V8's internals and numbers exposed, as DevTools asks for it), prints `ready` and the kinds as one line of JSON, then answers: each
 * line of standard input is the JSON text of an expression, each line of output the label of the kept object
 * it gives, as JSON, or null. Every target is the one instance of a class of its own; the list of targets
 * holds them weakly.
 */
const v8 = require('node:v8');
const vm = require('node:vm');
const path = require('node:path');
const readline = require('node:readline');
const { EventEmitter } = require('node:events');

const kinds = [];
const targets = new Map();
/** Called right before the snapshot. */
const starters = [];

/**
 * Makes the next target and has it held: `place` gets it and the name of a global property to hang things
 * from.
 */
function hold(kind, place) {
  const label = `T${String(kinds.length + 1).padStart(2, '0')}`;
  // Snapshots know a class by the name in its source.
  const target = new (vm.runInThisContext(`(class ${label} {})`))();
  target.heldTarget = label;
  targets.set(label, new WeakRef(target));
  kinds.push({ label, kind });
  place(target, `hold${label}`);
}

hold('global property', (t, name) => {
  globalThis[name] = t;
});
hold('nested property', (t, name) => {
  globalThis[name] = { deep: { nested: t } };
});
hold('quoted property', (t, name) => {
  globalThis[name] = { 'content-type "x"\n': t };
});
hold('array element', (t, name) => {
  globalThis[name] = [0, 1, t];
});
hold('sparse array element', (t, name) => {
  const sparse = [];
  sparse[4_000_000] = t;
  globalThis[name] = sparse;
});
hold('integer key', (t, name) => {
  globalThis[name] = { 7: t };
});
hold('nested array', (t, name) => {
  globalThis[name] = [[], [[t]]];
});
hold('Map value, string key', (t, name) => {
  globalThis[name] = new Map([
    ['a', 1],
    ['id "7"', t],
  ]);
});
hold('Map value, number key', (t, name) => {
  globalThis[name] = new Map([[1.5, t]]);
});
hold('Map value, small integer key', (t, name) => {
  globalThis[name] = new Map([
    ['a', {}],
    [7, t],
  ]);
});
hold('Map value, boolean key', (t, name) => {
  globalThis[name] = new Map([
    [false, {}],
    [true, t],
  ]);
});
hold('Map value, null key', (t, name) => {
  globalThis[name] = new Map([[null, t]]);
});
hold('Map value, undefined key', (t, name) => {
  globalThis[name] = new Map([[undefined, t]]);
});
hold('Map value, NaN key', (t, name) => {
  globalThis[name] = new Map([[Number.NaN, t]]);
});
hold('Map value, registered symbol key', (t, name) => {
  globalThis[name] = new Map([[Symbol.for('held.key'), t]]);
});
hold('Map value, well-known symbol key', (t, name) => {
  globalThis[name] = new Map([[Symbol.iterator, t]]);
});
hold('Map value, bigint key', (t, name) => {
  globalThis[name] = new Map([[123n, t]]);
});
hold('Map value, object key', (t, name) => {
  globalThis[name] = new Map([
    [{ a: 1 }, {}],
    [{ b: 2 }, t],
  ]);
});
hold('Map key', (t, name) => {
  globalThis[name] = new Map([
    ['a', 'b'],
    [t, 1],
  ]);
});
hold('Map value behind deleted entries', (t, name) => {
  const map = new Map(Array.from({ length: 12 }, (_, i) => [{ key: i }, { value: i }]));
  let at = 0;
  for (const key of map.keys()) if (at++ < 3) map.delete(key);
  map.set({ key: 'last' }, t);
  globalThis[name] = map;
});
hold('large Map', (t, name) => {
  const map = new Map(Array.from({ length: 1000 }, (_, i) => [`key${i}`, `value${i}`]));
  map.set('key500', t);
  globalThis[name] = map;
});
hold('Set element', (t, name) => {
  globalThis[name] = new Set(['a', 'b', t]);
});
hold('Set element behind deleted ones', (t, name) => {
  const set = new Set(['a', 'b', 'c', 'd']);
  set.add(t);
  set.delete('b');
  globalThis[name] = set;
});
hold('subclass of Map', (t, name) => {
  class Registry extends Map {}
  globalThis[name] = new Registry([['some key', t]]);
});
hold('subclass of Set', (t, name) => {
  class Group extends Set {}
  globalThis[name] = new Group([{}, t]);
});
hold('Map value behind entries of small integers', (t, name) => {
  const map = new Map(Array.from({ length: 20 }, (_, i) => [i, -i]));
  map.delete(3);
  globalThis[name] = map.set({}, {}).set({}, t);
});
hold('string with line ends as key', (t, name) => {
  globalThis[name] = new Map([['"\\\'\n\u2028 ☃', t]]);
});
hold('emoji as key', (t, name) => {
  globalThis[name] = new Map([['😀', t]]);
});
hold('emoji as property', (t, name) => {
  globalThis[name] = { '😀': t };
});
hold('long key', (t, name) => {
  globalThis[name] = new Map([['x'.repeat(2000), t]]);
});
hold('joined string as key', (t, name) => {
  globalThis[name] = new Map([[`${name} is longer than thirteen characters`.repeat(3) + process.pid, t]]);
});
hold('subclass of Array', (t, name) => {
  class List extends Array {}
  globalThis[name] = List.of(1, t);
});
hold('data property named like a getter', (t, name) => {
  globalThis[name] = { 'get x': Object.assign(() => {}, { kept: t }) };
});
hold('getter under a symbol', (t, name) => {
  const get = () => 1;
  get.kept = t;
  globalThis[name] = Object.defineProperty({}, Symbol('computed'), { get });
});
hold('two symbols of one description', (t, name) => {
  globalThis[name] = { [Symbol('twin')]: {}, [Symbol('twin')]: t };
});
hold('symbol without a description', (t, name) => {
  globalThis[name] = { [Symbol()]: t };
});
hold('property named as V8 names symbols', (t, name) => {
  globalThis[name] = { '<symbol held>': t };
});
hold('symbols in one another', (t, name) => {
  const deep = Symbol('deep');
  globalThis[name] = { [deep]: { [deep]: { [deep]: { [deep]: { [deep]: t } } } } };
});
hold('Date', (t, name) => {
  globalThis[name] = Object.assign(new Date(0), { kept: t });
});
hold('RegExp', (t, name) => {
  globalThis[name] = Object.assign(/held/, { kept: t });
});
hold('object without a prototype', (t, name) => {
  globalThis[name] = Object.assign(Object.create(null), { kept: t });
});
hold('well-known symbol', (t, name) => {
  globalThis[name] = { [Symbol.iterator]: t };
});
hold('symbol', (t, name) => {
  globalThis[name] = { [Symbol('held "symbol"')]: t };
});
hold('registered symbol', (t, name) => {
  globalThis[name] = { [Symbol.for('held.symbol')]: t };
});
hold('prototype', (t, name) => {
  globalThis[name] = Object.create(t);
});
hold('prototype of a function', (t, name) => {
  function Held() {}
  Held.prototype = t;
  globalThis[name] = Held;
});
hold('static property', (t, name) => {
  globalThis[name] = class Held {
    static kept = t;
    held() {}
  };
});
hold('instance field', (t, name) => {
  class Session {
    user = t;
  }
  globalThis[name] = new Session();
});
hold('function property', (t, name) => {
  const handler = () => {};
  handler.kept = t;
  globalThis[name] = handler;
});
hold('property of a getter', (t, name) => {
  const get = () => 1;
  get.kept = t;
  globalThis[name] = Object.defineProperty({}, 'computed', { get, configurable: true });
});
hold('property of a setter', (t, name) => {
  const set = () => {};
  set.kept = t;
  globalThis[name] = Object.defineProperty({}, 'computed', { set, configurable: true });
});
hold('dictionary object', (t, name) => {
  const object = {};
  for (let i = 0; i < 2000; i++) object[`p${i}`] = i;
  for (let i = 0; i < 1000; i++) delete object[`p${i}`];
  object.p1500 = t;
  globalThis[name] = object;
});
hold('frozen array', (t, name) => {
  globalThis[name] = Object.freeze([t]);
});
hold('arguments', (t, name) => {
  globalThis[name] = (function () {
    // biome-ignore lint/complexity/noArguments: it is what is tested
    return arguments;
  })(t);
});
hold('error cause', (t, name) => {
  globalThis[name] = new Error('held', { cause: t });
});
hold('boxed primitive', (t, name) => {
  globalThis[name] = Object.assign(Object('text'), { kept: t });
});
hold('buffer of a typed array', (t, name) => {
  const view = new Uint32Array(100);
  view.buffer.kept = t;
  globalThis[name] = view;
});
hold('view of a buffer', (t, name) => {
  globalThis[name] = Object.assign(Buffer.alloc(100_000), { kept: t });
});
hold('event listener', (t, name) => {
  const emitter = new EventEmitter();
  const listener = () => {};
  listener.kept = t;
  emitter.on('data', listener);
  globalThis[name] = emitter;
});
hold('exports', (t) => {
  require('./held/exports.cjs').kept = t;
});
hold('module.exports', (t) => {
  require('./held/is-export.cjs');
  require.cache[require.resolve('./held/is-export.cjs')].exports = t;
});
hold('module', (t) => {
  require.cache[require.resolve('./held/is-export.cjs')].kept = t;
});
hold('property of process', (t) => {
  process.heldProperty = t;
});
hold('global of a script', (t, name) => {
  globalThis[name] = t;
  vm.runInThisContext(`const script_${name} = globalThis.${name}; delete globalThis.${name};`);
});
hold('variable of a module', (t) => {
  require('./held/variable.cjs')(t);
});
hold('variable of a module, several closures', (t) => {
  require('./held/closures.cjs').keep(t);
});
hold('scope of a function in a module', (t, name) => {
  globalThis[name] = require('./held/functions.cjs').make(t);
});
hold('scope of a function without a name', (t, name) => {
  globalThis[name] = require('./held/functions.cjs').listener(t);
});
hold('class named as a timer', (t, name) => {
  class Timeout {
    kept = t;
  }
  class TimersList {
    first = new Timeout();
  }
  globalThis[name] = new TimersList();
});
hold('script in another context', (t, name) => {
  globalThis[name] = vm.createContext({ t });
  vm.runInContext('const kept = t; delete globalThis.t;', globalThis[name]);
});
hold('closure', (t, name) => {
  globalThis[name] = function handler() {
    return t;
  };
});
hold('closure without a name', (t, name) => {
  globalThis[name] = [() => t];
});
hold('outer closure', (t, name) => {
  globalThis[name] = (function outer() {
    const inner = {};
    return () => () => [inner, t];
  })()();
});
hold('private field', (t, name) => {
  class Account {
    #owner = t;
    get owner() {
      return this.#owner;
    }
  }
  globalThis[name] = new Account();
});
hold('end of a long list', (t, name) => {
  let node = { next: null, kept: t };
  for (let i = 0; i < 300; i++) node = { next: node, kept: null };
  globalThis[name] = { head: node };
});
hold('list of promises', (t, name) => {
  let node = { kept: t };
  for (let i = 0; i < 20; i++) node = Promise.resolve({ next: node });
  globalThis[name] = node;
});
hold('list of alternating links', (t, name) => {
  let node = { 'the end': t };
  for (let i = 0; i < 20; i++) node = { left: { right: node } };
  globalThis[name] = node;
});
hold('list behind private fields', (t, name) => {
  class Link {
    #next;
    constructor(next) {
      this.#next = next;
    }
    get next() {
      return this.#next;
    }
  }
  let node = { kept: t };
  for (let i = 0; i < 20; i++) node = new Link(node);
  globalThis[name] = node;
});
hold('variable of a block', (t, name) => {
  {
    const first = {};
    const second = t;
    globalThis[name] = () => [first, second];
  }
});
hold('variable of a block behind a number', (t, name) => {
  {
    const first = process.argv.length;
    const second = t;
    globalThis[name] = () => [first, second];
  }
});
hold('bound this', (t, name) => {
  globalThis[name] = function bound() {}.bind(t);
});
hold('bound argument', (t, name) => {
  globalThis[name] = function bound() {}.bind(null, 1, t);
});
hold('bound function', (t, name) => {
  const original = () => {};
  original.kept = t;
  globalThis[name] = original.bind(null);
});
hold('fulfilled promise', (t, name) => {
  globalThis[name] = Promise.resolve(t);
});
hold('rejected promise', (t, name) => {
  globalThis[name] = Promise.reject(Object.assign(new TypeError('held'), { kept: t }));
  globalThis[name].catch(() => {});
});
hold('promise rejected with an error of its own class', (t, name) => {
  class Fault extends RangeError {
    kept = t;
  }
  globalThis[name] = Promise.reject(new Fault('held'));
  globalThis[name].catch(() => {});
});
hold('pending promise', (t, name) => {
  globalThis[name] = new Promise(() => {});
  globalThis[name].then(() => t);
});
hold('generator', (t, name) => {
  globalThis[name] = (function* counter() {
    const kept = t;
    yield 1;
    return kept;
  })();
  globalThis[name].next();
});
hold('async function', (t, name) => {
  const never = new Promise(() => {});
  globalThis[name] = never;
  (async function waiter() {
    const kept = t;
    await never;
    return kept;
  })();
});
hold('WeakMap value', (t, name) => {
  const key = { key: true };
  globalThis[name] = key;
  globalThis[`${name}map`] = new WeakMap([[key, t]]);
});
hold('Proxy target', (t, name) => {
  globalThis[name] = new Proxy({ kept: t }, {});
});
hold('Proxy handler', (t, name) => {
  globalThis[name] = new Proxy({}, { kept: t });
});
hold('Map iterator', (t, name) => {
  globalThis[name] = new Map([['a', t]]).entries();
});
hold('array iterator', (t, name) => {
  globalThis[name] = [t].values();
});
hold('timeout', (t) => {
  setTimeout(() => t, 1e9);
});
hold('timeout argument', (t) => {
  setTimeout(() => {}, 2e9, t);
});
hold('interval', (t) => {
  setInterval(() => t, 1.5e9);
});
hold('immediate', (t) => {
  starters.push(() => setImmediate(() => t));
});
hold('microtask', (t) => {
  starters.push(() => queueMicrotask(() => t));
});
hold('next tick', (t) => {
  starters.push(() => process.nextTick(() => t));
});
hold('promise job', (t) => {
  starters.push(() => Promise.resolve().then(() => t));
});
hold('finalization registry', (t, name) => {
  const registry = new FinalizationRegistry(() => {});
  globalThis[`${name}key`] = {};
  registry.register(globalThis[`${name}key`], t);
  globalThis[name] = registry;
});
hold('process listener', (t) => {
  process.on('heldEvent', () => t);
});
hold('native handle', (t) => {
  const server = require('node:net').createServer();
  server.kept = t;
  server.listen(0).unref();
});

async function modules() {
  const exported = await import('./held/exported.mjs');
  hold('module namespace', (t, name) => {
    exported.keep(t);
    globalThis[name] = exported;
  });
  const importer = await import('./held/importer.mjs');
  hold('import of another module', (t) => {
    importer.keep(t);
  });
  const module = await import('./held/module.mjs');
  hold('variable of an ES module', (t) => {
    module.keep(t);
  });
}

function label(value) {
  for (const [name, target] of targets) if (target.deref() === value) return name;
  return null;
}

modules().then(() => {
  // A turn later: the references that WeakRef keeps for the rest of a turn are gone.
  setTimeout(() => {
    for (const start of starters.splice(0)) start();
    const exposed = process.argv[3] === 'exposed';
    v8.writeHeapSnapshot(path.resolve(process.argv[2]), {
      exposeInternals: exposed,
      exposeNumericValues: exposed,
    });
    process.stdout.write(`ready ${JSON.stringify(kinds)}\n`);
    readline
      .createInterface({ input: process.stdin })
      .on('line', (line) => answer(line))
      .on('close', () => process.exit());
  }, 50);
});

async function answer(line) {
  let found;
  try {
    const AsyncFunction = (async () => {}).constructor;
    found = { label: label(await wrapped(AsyncFunction('require', `return [${JSON.parse(line)}]`))) };
  } catch (error) {
    found = { error: String(error) };
  }
  process.stdout.write(`${JSON.stringify(found)}\n`);
}

/**
 * The value, not awaited: a target is never a promise, but the expression's own promises are not to be
 * settled.
 */
async function wrapped(evaluate) {
  return (await evaluate(require))[0];
}
