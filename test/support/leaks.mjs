/** A program that asks expectNoGrowth about good and bad code, and prints what it says as JSON. */

import { EventEmitter } from 'node:events';
import { connect, createServer } from 'node:net';
import { expectNoGrowth } from '../../dist/index.js';

class Session {
  constructor(id) {
    this.id = id;
  }
}

const sessions = new Map();
const listeners = [];
const emitter = new EventEmitter().setMaxListeners(0);
const texts = [];
const pool = [];
const ring = new Array(4);
let count = 0;

const CASES = {
  nothing: [() => {}],
  temporary: [
    async () => {
      const made = Array.from({ length: 1000 }, (_, id) => new Session(id));
      await new Promise((resolve) => setTimeout(resolve, 1));
      JSON.parse(JSON.stringify(made));
    },
  ],
  server: [
    async () => {
      const server = createServer((socket) => socket.end('bye'));
      await new Promise((resolve) => server.listen(0, resolve));
      await new Promise((resolve, reject) => {
        const socket = connect(server.address().port);
        socket.resume().on('close', resolve).on('error', reject);
      });
      await new Promise((resolve) => server.close(resolve));
    },
  ],
  'a pool that fills once': [() => void (pool.length < 9 && pool.push(new Session(pool.length)))],
  'a ring': [
    () => {
      ring[count % ring.length] = new Session(count);
      count++;
    },
  ],
  'a buffer of Node.js that has a limit': [
    () => {
      const at = performance.now();
      const timing = { startTime: at, endTime: at, finalConnectionTimingInfo: { domainLookupStartTime: at } };
      const url = `http://127.0.0.1/${count++}`;
      performance.markResourceTiming(timing, url, 'fetch', globalThis, '', { encodedSize: 1 }, 200, '');
    },
  ],
  'a leak beside such a buffer': [
    () => {
      const session = new Session(count++);
      sessions.set(`s${session.id}`, session);
      const at = performance.now();
      const timing = { startTime: at, endTime: at, finalConnectionTimingInfo: { domainLookupStartTime: at } };
      performance.markResourceTiming(
        timing,
        'http://x/',
        'fetch',
        globalThis,
        '',
        { encodedSize: 1 },
        200,
        '',
      );
    },
  ],
  map: [() => void sessions.set(`s${count}`, new Session(count++))],
  closure: [
    () => {
      const big = new Uint8Array(10);
      listeners.push(function onMessage() {
        return big;
      });
    },
  ],
  emitter: [() => void emitter.on('message', () => count++)],
  tolerance: [() => void sessions.set(`s${count}`, new Session(count++)), { tolerance: 5 }],
  'other class': [() => void sessions.set(`s${count}`, new Session(count++)), { classes: 'EventEmitter' }],
  'misspelt class': [() => void sessions.set(`s${count}`, new Session(count++)), { classes: ['Sesion'] }],
  'a holder and its company': [
    () => void sessions.set(`s${count}`, new Session({ number: count++, parts: [{}, {}] })),
  ],
  strings: [() => void texts.push(`a text with number ${count++}`)],
  'strings by name': [
    () => void texts.push(`a text with number ${count++}`),
    { classes: /string\)$/, runs: 8 },
  ],
};

const answers = {};
for (const [name, [run, options]] of Object.entries(CASES)) {
  try {
    await expectNoGrowth(run, options);
    answers[name] = null;
  } catch (error) {
    answers[name] = { message: error.message, growing: error.growing ?? null, name: error.name };
  }
}
process.stdout.write(JSON.stringify(answers));
