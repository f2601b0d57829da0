// A program that fills a buffer of Node.js which has a limit (resource timings, as each fetch leaves one), and, unless it is
// told "fixed", keeps its orders for ever.
// node --expose-gc timings.cjs FOLDER [fixed] writes 1.heapsnapshot, 2.heapsnapshot and 3.heapsnapshot.
const path = require('node:path');
const { performance } = require('node:perf_hooks');
const v8 = require('node:v8');

const LEAKS = process.argv[3] !== 'fixed';

class Order {
  constructor(number) {
    this.number = number;
    this.lines = [`first line of ${number}`, `second line of ${number}`, { sku: `sku ${number}` }];
  }
}

const orders = new Map();
let count = 0;

function place() {
  const order = new Order(count++);
  if (LEAKS) orders.set(`order ${order.number}`, order);
  const at = performance.now();
  const timing = { startTime: at, endTime: at + 1, finalConnectionTimingInfo: { domainLookupStartTime: at } };
  const url = `http://127.0.0.1/orders/${order.number}`;
  performance.markResourceTiming(timing, url, 'fetch', globalThis, '', { encodedSize: 1 }, 200, '');
}

function write(name) {
  globalThis.gc();
  v8.writeHeapSnapshot(path.join(process.argv[2], `${name}.heapsnapshot`));
}

for (let step = 1; step <= 3; step++) {
  for (let i = 0; i < 75; i++) place();
  write(step);
}
