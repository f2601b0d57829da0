/** What the operating system says of processes, their programs and their sockets, in its own words. */
import { describe, expect, test } from 'vitest';
import { parseAddress, webSocketPath } from '../../src/inspector/address.js';
import { programOf } from '../../src/inspector/node-program.js';
import { isKnownAs, isStillThere, parseStat } from '../../src/inspector/process.js';
import {
  addressInFlags,
  listeningAddresses,
  parseLsof,
  parseNetstat,
  parseSocketTable,
} from '../../src/inspector/sockets.js';
import { startInspector } from '../support/inspectors.js';

const linux = process.platform === 'linux';

test('parseStat: the name may hold brackets and blanks', () => {
  const rest = '4 1 1 0 -1 4194560 10 0 0 0 1 2 0 0 20 0 7 0 98765 1000 200';
  expect(parseStat(`12 (a) S (b)) T ${rest}`)).toEqual({ state: 'T', started: '98765', isKernel: false });
  expect(parseStat('2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 15 0 0')).toEqual({
    state: 'S',
    started: '15',
    isKernel: true,
  });
  expect(parseStat('')).toBe(undefined);
  expect(parseStat('12 (a')).toBe(undefined);
});

test.runIf(linux)('a process is the one that was started then', () => {
  expect(isStillThere({ pid: process.pid, started: undefined })).toBe(true);
  expect(isStillThere({ pid: process.pid, started: '1' })).toBe(false);
  expect(isKnownAs(process.pid, process.pid)).toBe(true);
  expect(isKnownAs(process.pid, 1)).toBe(false);
});

test.runIf(linux)('programOf: by what the executable holds', () => {
  expect(programOf(process.pid)).toBe('Node.js');
  expect(programOf(999_999_999)).toBe(undefined);
});

describe('parseSocketTable', () => {
  const table = (...rows: string[]): string =>
    [
      '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
      ...rows,
      '',
    ].join('\n');
  const row = (local: string, state: string, inode: number): string =>
    `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000  1000        0 ${inode} 1 0000 100`;

  test.each([
    ['0100007F:240D', '127.0.0.1', false],
    ['00000000:240D', '127.0.0.1', true],
    ['0501A8C0:240D', '192.168.1.5', false],
    ['00000000000000000000000001000000:240D', '::1', false],
    ['00000000000000000000000000000000:240D', '::1', true],
    ['0000000000000000FFFF00000100007F:240D', '127.0.0.1', false],
    ['000080FE00000000FF00000001020304:240D', 'fe80::ff:403:201', false],
  ])('%s is %s', (local, host, isAny) => {
    expect(parseSocketTable(table(row(local, '0A', 77)), 'LE')).toEqual([
      { host, port: 9229, inode: '77', isAny },
    ]);
  });

  test('of a machine whose numbers begin with the large end', () => {
    expect(parseSocketTable(table(row('7F000001:240D', '0A', 1)), 'BE')).toMatchObject([
      { host: '127.0.0.1' },
    ]);
  });

  test('connections, and what is no table', () => {
    expect(parseSocketTable(table(row('0100007F:240D', '01', 1)), 'LE')).toEqual([]);
    expect(parseSocketTable('x\n0: zz:1 0:0 0A', 'LE')).toEqual([]);
    expect(parseSocketTable('', 'LE')).toEqual([]);
  });
});

test.runIf(linux).each(['127.0.0.1', '0.0.0.0', '::1'])(
  'listeningAddresses: its own, at %s',
  async (host) => {
    const inspector = await startInspector({}, { host }).catch(() => undefined);
    if (!inspector) return; // no IPv6 here
    const reached = host === '0.0.0.0' ? '127.0.0.1' : host;
    expect(listeningAddresses(process.pid)).toContainEqual(
      expect.objectContaining({ host: reached, port: inspector.port }),
    );
    expect(listeningAddresses(process.ppid)).not.toContainEqual(
      expect.objectContaining({ port: inspector.port }),
    );
    await inspector.stop();
  },
);

test('parseLsof', () => {
  expect(parseLsof('p12\nf23\nn127.0.0.1:9229\nf24\nn*:80\nf25\nn[::1]:9230\n')).toEqual([
    { host: '127.0.0.1', port: 9229 },
    { host: '127.0.0.1', port: 80 },
    { host: '::1', port: 9230 },
  ]);
  expect(parseLsof('')).toEqual([]);
});

test('parseNetstat: in any language', () => {
  const text = `
Aktive Verbindungen

  Proto  Lokale Adresse         Remoteadresse          Status           PID
  TCP    127.0.0.1:9229         0.0.0.0:0              ABHÖREN         4711
  TCP    127.0.0.1:9229         127.0.0.1:50000        HERGESTELLT     4711
  TCP    [::]:80                [::]:0                 ABHÖREN         4711
  TCP    0.0.0.0:135            0.0.0.0:0              ABHÖREN         900
  UDP    0.0.0.0:500            *:*                                    4711
`;
  expect(parseNetstat(text, 4711)).toEqual([
    { host: '127.0.0.1', port: 9229 },
    { host: '::1', port: 80 },
  ]);
});

test.each([
  [[], '127.0.0.1', 9229],
  [['--inspect=9300'], '127.0.0.1', 9300],
  [['--inspect', 'app.js'], '127.0.0.1', 9229],
  [['--inspect-port', '0'], '127.0.0.1', 0],
  [['--debug-port=9301'], '127.0.0.1', 9301],
  [['--inspect-brk=[::1]:9302'], '::1', 9302],
  [['--inspect=0.0.0.0:9303'], '127.0.0.1', 9303],
  [['--inspect=localhost:9304'], '127.0.0.1', 9304],
  [['--inspect=10.0.0.5'], '10.0.0.5', 9229],
  [['--inspect-port=1', '--inspect=9305'], '127.0.0.1', 9305],
  [['--inspect-publish-uid=http'], '127.0.0.1', 9229],
])('addressInFlags %j', (flags, host, port) => {
  expect(addressInFlags(flags)).toEqual({ host, port });
});

test.each([
  ['127.0.0.1:9229', { host: '127.0.0.1', port: 9229 }],
  [':9229', { host: '127.0.0.1', port: 9229 }],
  ['[::1]:9229', { host: '::1', port: 9229 }],
  ['ws://localhost:9229/a-b', { host: 'localhost', port: 9229, path: '/a-b' }],
  ['http://localhost:9229/', { host: 'localhost', port: 9229 }],
])('parseAddress %s', (text, address) => {
  expect(parseAddress(text)).toEqual(address);
});

test.each(['user@127.0.0.1:1', '127.0.0.1:1@evil:2', '127.0.0.1', '1.2.3.4:99999', 'ws://a b:1/', ''])(
  'parseAddress "%s" is none',
  (text) => {
    expect(() => parseAddress(text)).toThrow('is not the address of an inspector');
  },
);

test('webSocketPath: a path, whatever the host', () => {
  expect(webSocketPath('ws://1.2.3.4/devtools/page/5')).toBe('/devtools/page/5');
  expect(webSocketPath('wss://1.2.3.4:1/a?b=c#d')).toBe('/a?b=c');
  expect(webSocketPath('ws://u:p@1.2.3.4/a')).toBe(undefined);
  expect(webSocketPath('//1.2.3.4/a')).toBe(undefined);
});
