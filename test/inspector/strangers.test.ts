/** What an inspector says is another program's word: wrong shapes, silence, too much of everything, other places. */
import http from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { ProcessError } from '../../src/base/errors.js';
import { attachToAddress } from '../../src/inspector/attach.js';
import { type Limits, limitsOf } from '../../src/inspector/limits.js';
import { takeSnapshot } from '../../src/inspector/snapshot.js';
import { workerSession } from '../../src/inspector/worker.js';
import {
  type Behaviour,
  CHUNK,
  facts,
  type Inspector,
  SNAPSHOT,
  SOUND,
  startInspector,
} from '../support/inspectors.js';

const open: Inspector[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.stop()));
});

async function inspector(behaviour: Behaviour, where?: { host?: string; port?: number }): Promise<Inspector> {
  const one = await startInspector(behaviour, where);
  open.push(one);
  return one;
}

/** For those that are sound, on a busy machine, and for those that never answer. */
const LONG: Limits = { answer: 20_000, silence: () => 20_000, whole: undefined };
const SHORT: Limits = { answer: 300, silence: () => 300, whole: undefined };

const limitsFor = (message: RegExp): { limits: Limits } => ({
  limits: message.source.includes('300 ms') ? SHORT : LONG,
});

/** Takes a snapshot as `capture --inspect ADDRESS` does; gives its text. */
async function capture(
  address: string,
  { limits = LONG, target }: { limits?: Limits; target?: string } = {},
): Promise<string> {
  const attached = await attachToAddress(address, target, { limits });
  let text = '';
  try {
    await takeSnapshot(attached.session, {
      write(piece) {
        text += piece;
        return undefined;
      },
      runtime: attached.facts.runtime?.name,
      heapUsed: attached.facts.heapUsed,
      numbers: true,
    });
    return text;
  } finally {
    await attached.detach();
  }
}

const evaluates = (result: object | undefined): Behaviour => ({
  answers: { ...SOUND, 'Runtime.evaluate': () => result },
});
const snapshots = (
  answer: NonNullable<Behaviour['answers']>['HeapProfiler.takeHeapSnapshot'],
): Behaviour => ({ answers: { ...SOUND, 'HeapProfiler.takeHeapSnapshot': answer! } });
const sends =
  (...messages: (object | string | Uint8Array | null)[]): NonNullable<Behaviour['answers']>[string] =>
  (_, { send }) => {
    for (const message of messages) send(message);
    return {};
  };
const chunk = (text: unknown): object => ({ method: CHUNK, params: { chunk: text } });

test('a sound one', async () => {
  const { address, asked } = await inspector({ answers: SOUND });
  expect(await capture(address)).toBe(SNAPSHOT);
  expect(asked).toEqual([
    'GET /json/list',
    'UPGRADE /x',
    'Runtime.evaluate',
    'Runtime.getHeapUsage',
    'NodeRuntime.notifyWhenWaitingForDisconnect',
    'HeapProfiler.collectGarbage',
    'HeapProfiler.takeHeapSnapshot',
  ]);
});

test('one at [::1]', async (context) => {
  const one = await inspector({ answers: SOUND }, { host: '::1' }).catch(() => undefined);
  if (!one) return context.skip('no IPv6 here');
  expect(await capture(one.address)).toBe(SNAPSHOT);
});

describe('an answer to GET /json/list that', () => {
  const list =
    (value: unknown): NonNullable<Behaviour['http']> =>
    (_, response) =>
      response.end(typeof value === 'string' ? value : JSON.stringify(value));
  const target = { id: 'a', title: 't', url: 'u', type: 'node', webSocketDebuggerUrl: 'ws://127.0.0.1:1/x' };
  test.each<[string, NonNullable<Behaviour['http']>, RegExp]>([
    ['is nested a million times', list('['.repeat(1e6) + ']'.repeat(1e6)), /is not an inspector$/],
    ['is a list of lists', list([[target]]), /is not an inspector$/],
    ['has a number for an id', list([{ ...target, id: 5 }]), /is not an inspector$/],
    ['has an object for a title', list([{ ...target, title: { toString: 1 } }]), /is not an inspector$/],
    [
      'redirects',
      (_, r) => r.writeHead(302, { location: 'http://127.0.0.2:1/json/list' }).end(),
      /HTTP status 302/,
    ],
    ['fails', (_, r) => r.writeHead(500).end('[]'), /HTTP status 500/],
    ['never comes', () => {}, /does not answer GET \/json\/list within 300 ms/],
    [
      'comes byte by byte',
      (_, response) => {
        const timer = setInterval(() => response.write(' '), 50);
        response.on('close', () => clearInterval(timer));
      },
      /does not answer GET \/json\/list within 300 ms/,
    ],
    [
      'has no end',
      (_, response) => {
        const more = (): void => {
          if (!response.destroyed) response.write('x'.repeat(1 << 16), more);
        };
        more();
      },
      /is not an inspector \(its answer is too long\)/,
    ],
    [
      'has headers without end',
      (request) => {
        const more = (): void => {
          if (!request.socket.destroyed) request.socket.write(`x: ${'y'.repeat(5000)}\r\n`, more);
        };
        request.socket.write('HTTP/1.1 200 OK\r\n', more);
      },
      /is not an inspector \(HPE_HEADER_OVERFLOW\)/,
    ],
    [
      'is no HTTP',
      (request) => void request.socket.end('SSH-2.0-OpenSSH_9\r\n'),
      /is not an inspector \(HPE_/,
    ],
    ['is empty', list([]), /has no target that can be attached to/],
    [
      'names 5,000 targets, with control characters',
      list(Array.from({ length: 5000 }, (_, i) => ({ ...target, id: `${i}`, title: '\x1b[31m\n::error::' }))),
      /5000 targets at/,
    ],
  ])('%s', async (_, behaviour, message) => {
    const { address } = await inspector({ http: behaviour });
    await expect(capture(address, limitsFor(message))).rejects.toThrow(message);
  });

  test('names many targets: the message names some of them, without control characters', async () => {
    const many = Array.from({ length: 5000 }, (_, i) => ({
      ...target,
      id: `${i}`,
      title: `\x1b[31m\n::error::\u202e${'x'.repeat(500)}`,
    }));
    const { address } = await inspector({ http: list(many) });
    const error = await capture(address).catch((thrown: unknown) => thrown);
    const { hint } = error as { hint: string };
    expect(hint).toContain('; and 4980 more');
    expect(hint.length).toBeLessThan(20 * 500);
    expect(hint).not.toMatch(/[\x00-\x1f\u202e]/);
  });
});

describe('a WebSocket URL that leads elsewhere', () => {
  test.each([
    ['ws://127.0.0.2:1/evil', '/evil'],
    ['ws://10.1.2.3/evil?a=b', '/evil?a=b'],
    ['WS://[::1]:1/evil', '/evil'],
    ['ws://127.0.0.2:1//127.0.0.2:1/evil', '//127.0.0.2:1/evil'],
    ['ws://a/@127.0.0.2:1/evil', '/@127.0.0.2:1/evil'],
  ])('%s: only its path counts', async (webSocketDebuggerUrl, path) => {
    const one = await inspector({ answers: SOUND, target: { webSocketDebuggerUrl } });
    expect(await capture(one.address)).toBe(SNAPSHOT);
    expect(one.asked[1]).toBe(`UPGRADE ${path}`);
  });

  test.each([
    '@127.0.0.2:1/evil',
    '.evil.example/evil',
    'ws://127.0.0.1:1@127.0.0.2/evil',
    'http://127.0.0.2:1/evil',
    'ws:evil',
    '',
    'ws://127.0.0.1:99999/x',
  ])('%s: refused', async (webSocketDebuggerUrl) => {
    const { address, asked } = await inspector({ answers: SOUND, target: { webSocketDebuggerUrl } });
    await expect(capture(address)).rejects.toThrow(
      /is not an inspector \(it names a target at ".*", which is no ws/,
    );
    expect(asked).toEqual(['GET /json/list']);
  });

  test('a redirect of the WebSocket is not followed', async () => {
    const second = await inspector({ answers: SOUND }, { host: '127.0.0.2' });
    const first = await inspector({
      upgrade: (socket) =>
        void socket.end(`HTTP/1.1 302 Found\r\nLocation: ws://${second.address}/x\r\n\r\n`),
    });
    await expect(capture(first.address)).rejects.toThrow(/HTTP status 302, which would lead elsewhere/);
    expect(second.asked).toEqual([]);
  });
});

describe('a WebSocket that', () => {
  test.each<[string, NonNullable<Behaviour['upgrade']>, RegExp]>([
    ['is never accepted', () => {}, /does not answer the request for a WebSocket within 300 ms/],
    [
      'is accepted byte by byte',
      (socket) => {
        socket.write('HTTP/1.1 101 Switching Protocols\r\n');
        const timer = setInterval(() => socket.write('x'), 50);
        socket.on('close', () => clearInterval(timer));
      },
      /does not answer the request for a WebSocket within 300 ms/,
    ],
    ['is refused', (socket) => void socket.end('HTTP/1.1 400 Bad\r\n\r\n'), /HTTP status 400/],
    ['is cut', (socket) => void socket.destroy(), /cannot connect to/],
    [
      'is accepted with the wrong key',
      (socket) =>
        void socket.write(
          'HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n',
        ),
      /cannot connect to/,
    ],
  ])('%s', async (_, upgrade, message) => {
    const { address } = await inspector({ upgrade });
    await expect(capture(address, limitsFor(message))).rejects.toThrow(message);
  });
});

describe('a session that', () => {
  const first = (send: object | string | Uint8Array | null): Behaviour => ({
    answers: { ...SOUND, 'Runtime.evaluate': sends(send) },
  });
  test.each<[string, Behaviour, RegExp]>([
    ['sends text that is not JSON', first('not json'), /sent text that is not JSON: "not json"/],
    ['sends null', first(null), /sent what is no message: null/],
    ['sends a number', first('5'), /sent what is no message: 5/],
    ['sends a list', first('[]'), /sent what is no message: \[\]/],
    ['answers with an id that is text', first({ id: 'zzz' }), /sent what is no message/],
    ['answers with an error that is text', first({ id: 1, error: 'x' }), /sent what is no message/],
    ['answers with a result that is a list', first({ id: 1, result: [] }), /sent what is no message/],
    ['sends an event whose name is a number', first({ method: 5 }), /sent what is no message/],
    ['sends bytes that are no UTF-8', first(new Uint8Array([0xff, 0xfe])), /not JSON|no WebSocket message/],
    ['sends text without end characters', first(`"${'\x1b[31m'.repeat(1e5)}`), /sent text that is not JSON/],
    [
      'answers without a result of the expression',
      evaluates({}),
      /an answer to Runtime\.evaluate with other/,
    ],
    [
      'answers with usage that is text',
      { answers: { ...SOUND, 'Runtime.getHeapUsage': () => ({ usedSize: '5' }) } },
      /an answer to Runtime\.getHeapUsage with other contents/,
    ],
    [
      'answers nothing',
      { answers: { 'Runtime.evaluate': () => undefined, 'Runtime.getHeapUsage': () => undefined } },
      /does not answer Runtime\.evaluate within 300 ms/,
    ],
    [
      'closes',
      {
        answers: {
          'Runtime.evaluate': (_, { socket }) => {
            socket.close();
            return undefined;
          },
        },
      },
      /ended, or closed the connection/,
    ],
    [
      'breaks the WebSocket protocol',
      {
        answers: {
          'Runtime.evaluate': (_, { raw }) => {
            raw.write(new Uint8Array([0xff, 0xff, 0xff, 0xff]));
            return undefined;
          },
        },
      },
      /what is no WebSocket message/,
    ],
    [
      'announces a message of an exabyte',
      {
        answers: {
          'Runtime.evaluate': (_, { raw }) => {
            raw.write(new Uint8Array([0x81, 127, 0, 0x10, 0, 0, 0, 0, 0, 0]));
            return undefined;
          },
        },
      },
      /what is no WebSocket message \(Max payload size exceeded\)/,
    ],
    ['sends no snapshot', snapshots(() => ({})), /sent a snapshot that is not whole/],
    ['sends something else', snapshots(sends(chunk('hello }'))), /sent a snapshot that is not whole/],
    ['sends half a snapshot', snapshots(sends(chunk(SNAPSHOT.slice(0, -9)))), /not whole/],
    ['sends chunks of numbers', snapshots(sends(chunk(5))), /the event .*Chunk with other contents/],
    ['sends chunks of nothing', snapshots(sends({ method: CHUNK })), /the event .*Chunk with other contents/],
    [
      'sends progress of text',
      snapshots(
        sends({
          method: 'HeapProfiler.reportHeapSnapshotProgress',
          params: { done: '\x1b[31m', total: '\n' },
        }),
      ),
      /the event .*Progress with other contents/,
    ],
    [
      'goes in the middle',
      snapshots((_, { send, socket }) => {
        send(chunk('{'));
        socket.terminate();
        return undefined;
      }),
      /ended, or closed the connection/,
    ],
    [
      'is silent in the middle',
      snapshots((_, { send }) => {
        send(chunk('{'));
        return undefined;
      }),
      /has said nothing for 300 ms \(HeapProfiler\.takeHeapSnapshot\)/,
    ],
    [
      'only pings in the middle',
      snapshots((_, { socket }) => {
        const timer = setInterval(() => socket.ping(), 20);
        socket.on('close', () => clearInterval(timer));
        return undefined;
      }),
      /has said nothing for 300 ms/,
    ],
  ])('%s', async (_, behaviour, message) => {
    const { address } = await inspector(behaviour);
    const error = await capture(address, limitsFor(message)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ProcessError);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).not.toMatch(/[\x00-\x1f]/);
    expect((error as Error).message.length).toBeLessThan(500);
  });

  test('refuses: its words are shown, without control characters', async () => {
    const { address } = await inspector(
      snapshots(({ id }, { send }) => {
        send({ id, error: { code: 1, message: `\x1b[31mbad\n::error::${'x'.repeat(1e6)}` } });
        return undefined;
      }),
    );
    const error = await capture(address).catch((thrown: unknown) => thrown as Error);
    expect((error as Error).message).toMatch(
      /refuses HeapProfiler\.takeHeapSnapshot: \\x1b\[31mbad\\n::error::x+…$/,
    );
  });
});

describe('facts are wishes', () => {
  test.each<[string, object | undefined]>([
    ['refused', undefined],
    ['a pid that is a path', facts('../../../../tmp/evil')],
    ['a pid that is an object', facts({ toString: 1 })],
    ['a pid that is a fraction', facts(1.5)],
    ['a negative pid', facts(-1)],
    ['a pid that no system has', facts(1e15)],
    ['nothing', { result: {} }],
    ['an exception', { result: { description: '\x1b[31m'.repeat(1e5) }, exceptionDetails: {} }],
  ])('%s: no pid, and a snapshot', async (_, result) => {
    const { address } = await inspector({
      answers: {
        ...SOUND,
        'Runtime.evaluate': ({ id }, { send }) => {
          if (result) return result;
          send({ id, error: { message: 'Cannot find default execution context' } });
          return undefined;
        },
      },
    });
    const attached = await attachToAddress(address, undefined, { limits: LONG });
    await attached.detach();
    expect(attached.facts.pid).toBe(null);
    expect(attached.name).toBe(address);
    expect(await capture(address)).toBe(SNAPSHOT);
  });

  test('a version with control characters is none', async () => {
    const value = { name: 'Node.js', version: '\x1b[31m', pid: 5, node: 'v20\n', heapUsed: null };
    const { address } = await inspector(evaluates({ result: { value } }));
    const attached = await attachToAddress(address, undefined, { limits: LONG });
    await attached.detach();
    expect(attached.facts).toMatchObject({
      pid: 5,
      runtime: { name: 'Node.js', version: null },
      nodeVersion: null,
    });
  });

  test('garbage collection and facts that are never answered', async () => {
    const limits = { ...LONG, answer: 300 };
    const { address } = await inspector({
      answers: {
        ...SOUND,
        'Runtime.evaluate': () => undefined,
        'HeapProfiler.collectGarbage': () => undefined,
      },
    });
    expect(await capture(address, { limits })).toBe(SNAPSHOT);
  });
});

describe('time and size', () => {
  const endless = (text: string): Behaviour =>
    snapshots((_, { send, socket }) => {
      send(chunk('{"snapshot":{'));
      const timer = setInterval(() => send(chunk(text)), 10);
      socket.on('close', () => clearInterval(timer));
      return undefined;
    });

  test('--timeout ends a stream that never ends', async () => {
    const { address } = await inspector(endless(' '));
    await expect(capture(address, { limits: limitsOf(400) })).rejects.toThrow(
      /the snapshot of process 4242 was not there within 400 ms|the snapshot of .* was not there within 400 ms/,
    );
  });

  test('a reader that has no room is not the target being silent', { tags: 'slow' }, async () => {
    const { address } = await inspector({ answers: SOUND });
    const limits = { ...LONG, silence: () => 300 };
    const { session, detach } = await attachToAddress(address, undefined, { limits });
    let text = '';
    await takeSnapshot(session, {
      write(piece) {
        text += piece;
        return new Promise((resolve) => {
          setTimeout(resolve, 700);
        });
      },
      runtime: 'Node.js',
      heapUsed: 0,
      numbers: true,
    });
    await detach();
    expect(text).toBe(SNAPSHOT);
  });

  test('an aborted attempt ends at once', async () => {
    for (const behaviour of [
      { http: () => {} },
      { upgrade: () => {} },
      { answers: { 'Runtime.evaluate': () => undefined, 'Runtime.getHeapUsage': () => undefined } },
    ]) {
      const { address } = await inspector(behaviour);
      const ending = new AbortController();
      const begun = performance.now();
      setTimeout(() => ending.abort(new Error('ended on purpose')), 50);
      const limits = LONG;
      const attempt = attachToAddress(address, undefined, { limits, signal: ending.signal });
      await expect(attempt).rejects.toThrow('ended on purpose');
      expect(performance.now() - begun).toBeLessThan(5000);
    }
  });
});

describe('workers', () => {
  const refuses: NonNullable<Behaviour['answers']>[string] = ({ id, sessionId }, { send }) => {
    send({ id, sessionId, error: { message: "'NodeWorker.enable' wasn't found" } });
    return undefined;
  };
  const web: NonNullable<Behaviour['answers']> = {
    ...SOUND,
    'NodeWorker.enable': refuses,
    'Target.setAutoAttach': ({ params }, { send }) => {
      expect(params).toEqual({ autoAttach: true, waitForDebuggerOnStart: false, flatten: true });
      const targetInfo = { type: 'worker', title: 'jobs', url: 'http://a/w.js' };
      send({ method: 'Target.attachedToTarget', params: { sessionId: 'S', targetInfo } });
      return {};
    },
    'HeapProfiler.takeHeapSnapshot': ({ sessionId }, { send }) => {
      send({ method: CHUNK, params: { chunk: 'of the page' } });
      send({ sessionId: 'another', method: CHUNK, params: { chunk: 'of another' } });
      send({ sessionId, method: CHUNK, params: { chunk: SNAPSHOT } });
      return {};
    },
  };

  test('a worker of a page: its own messages only', async () => {
    const { address } = await inspector({ answers: web });
    const { session, detach } = await attachToAddress(address, undefined, { limits: LONG });
    const worker = await workerSession(session, 'jobs');
    let text = '';
    await takeSnapshot(worker, {
      write: (piece) => {
        text += piece;
        return undefined;
      },
      runtime: undefined,
      heapUsed: null,
      numbers: true,
    });
    await worker.close();
    await detach();
    expect(text).toBe(SNAPSHOT);
  });

  test.each<[string, NonNullable<Behaviour['answers']>, RegExp]>([
    ['that has another name', web, /no worker of .* is called "none"/],
    [
      'of wrong shape',
      {
        ...web,
        'Target.setAutoAttach': sends({ method: 'Target.attachedToTarget', params: { sessionId: 1 } }),
      },
      /the event Target\.attachedToTarget with other contents/,
    ],
    [
      'of Node.js, of wrong shape',
      {
        ...SOUND,
        'NodeWorker.enable': sends({
          method: 'NodeWorker.attachedToWorker',
          params: { sessionId: '1', workerInfo: { workerId: 1 } },
        }),
      },
      /the event NodeWorker\.attachedToWorker with other contents/,
    ],
    [
      'that the target does not know',
      { ...SOUND, 'NodeWorker.enable': refuses, 'Target.setAutoAttach': refuses },
      /does not show workers/,
    ],
  ])('a worker %s', async (_, answers, message) => {
    const { address } = await inspector({ answers });
    const { session, detach } = await attachToAddress(address, undefined, { limits: LONG });
    await expect(workerSession(session, 'none')).rejects.toThrow(message);
    await detach();
  });
});

test('the Host header names the address that was asked for', async () => {
  const hosts: (string | undefined)[] = [];
  const server = http.createServer((request, response) => {
    hosts.push(request.headers.host);
    response.end('[]');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await expect(capture(`localhost:${port}`)).rejects.toThrow(/no target|refuses the connection/);
  server.close();
  for (const host of hosts) expect(host).toBe(`127.0.0.1:${port}`);
});

describe('Bun, whose inspector speaks another protocol', () => {
  /** As Bun 1.4 answers; its text has a character of two halves at every place where a piece could end. */
  const text = `${SNAPSHOT.slice(0, -2)},${JSON.stringify('\u{1f600}'.repeat(300_000))}]}`;
  const bun = (piece: (from: number, size: number) => object): NonNullable<Behaviour['answers']> => ({
    'Runtime.evaluate': ({ params }) => {
      if (params.returnByValue !== true)
        return { result: { type: 'object', objectId: '{"id":1}' }, wasThrown: false };
      const value = { name: 'Bun', version: '1.4.5', pid: 4242, node: null, heapUsed: 5000 };
      return { result: { type: 'object', value }, wasThrown: false };
    },
    'Runtime.getHeapUsage': ({ id }, { send }) => {
      send({ id, error: { code: -32601, message: "'Runtime.getHeapUsage' was not found", data: [] } });
      return undefined;
    },
    'Runtime.callFunctionOn': ({ params }) => {
      const [from, size] = (params.arguments as { value: number }[]).map(({ value }) => value);
      return { result: { type: 'object', value: piece(from!, size!) }, wasThrown: false };
    },
  });

  test('its text comes in pieces', async () => {
    const { address, asked } = await inspector({
      answers: bun((from, size) => {
        // The function that is sent there, run here.
        let next = Math.min(from + size, text.length);
        const last = text.charCodeAt(next - 1);
        if (last >= 0xd800 && last <= 0xdbff && next < text.length) next++;
        return { text: text.slice(from, next), next, length: text.length };
      }),
    });
    expect(await capture(address)).toBe(text);
    expect(asked.at(-1)).toBe('Runtime.releaseObject');
    expect(asked).not.toContain('HeapProfiler.takeHeapSnapshot');
  });

  test.each<[string, (from: number, size: number) => object, RegExp]>([
    ['that do not go on', () => ({ text: '', next: 0, length: 100 }), /sent a snapshot that is not whole/],
    [
      'of numbers',
      () => ({ text: 5, next: 1, length: 1 }),
      /an answer to Runtime\.callFunctionOn with other/,
    ],
    ['of something else', () => ({ text: '[1]', next: 3, length: 3 }), /sent a snapshot that is not whole/],
  ])('pieces %s', async (_, piece, message) => {
    const { address } = await inspector({ answers: bun(piece) });
    await expect(capture(address)).rejects.toThrow(message);
  });

  test('its address alone: it lists no targets', async () => {
    const { address } = await inspector({
      http({ url }, response) {
        if (url === '/json/version') response.end('{"Browser":"Bun","Bun-Version":"1.4.5"}');
        else response.writeHead(404).end();
      },
    });
    await expect(capture(address)).rejects.toThrow(/the inspector of Bun at .* does not list its targets/);
  });
});
