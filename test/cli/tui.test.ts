/** The explorer on a terminal: what is to be seen, and how the terminal is left. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { snapshotBytes } from '../support/builder.js';
import { heapgraph, temporaryFolder } from '../support/cli.js';
import { expressPath } from '../support/fixtures.js';
import { hasTerminals, onTerminal } from '../support/terminal.js';

const FINAL = expressPath('final');
const folder = temporaryFolder();
const ESCAPE = '\x1b';
const [UP, DOWN, LEFT] = ['\x1b[A', '\x1b[B', '\x1b[D'];
const ENTER = '\r';
const shows =
  (...parts: string[]) =>
  (screen: string): boolean =>
    parts.every((part) => screen.includes(part));

describe.skipIf(!hasTerminals)('heapgraph tui app.heapsnapshot', () => {
  test('tree, classes, search, path, retainers, help; q: the terminal is as it was, exit code 0', async () => {
    const terminal = onTerminal(['tui', FINAL]);
    await terminal.until(shows('8.7 MB in 80,645 nodes', '8.2 MB  93.7% [######### ]', '1 of 173', 'q quit'));
    expect(terminal.buffer()).toBe('alternate');
    terminal.type(`${DOWN}${ENTER}`);
    await terminal.until(shows('Dominator tree › (synthetic) (GC roots) @3', '1 of 2,178: @47'));
    terminal.type(LEFT);
    await terminal.until(shows('2 of 173: @3'));
    terminal.type('/AuditEntry\r');
    await terminal.until(shows('Search: AuditEntry', '1 of 420: @63741', 'server.cjs:30'));
    terminal.type('p');
    await terminal.until(
      shows(
        '@63741 AuditEntry: held by a variable of the module /srv/express-leak/server.cjs',
        'auditLog (context)',
        '3 of 3: (variable auditLog of /srv/express-leak/server.cjs)[100]',
      ),
    );
    terminal.type(`${UP}r`);
    await terminal.until(shows('Who holds @79605 Array', '@63705 system / Context'));
    terminal.type(ESCAPE);
    await terminal.until(shows('@63741 AuditEntry: held by'));
    terminal.type('cs');
    await terminal.until(shows('Classes by size', '>    3.6 MB    3.6 MB      21,840 (string)'));
    terminal.type('fauditent');
    await terminal.until(shows('Classes by size, with auditent', 'AuditEntry', 'Filter: auditent_'));
    terminal.type(`${ENTER}?`);
    await terminal.until(shows('what it refers to (edges)'));
    terminal.type('xq');
    expect(await terminal.end).toEqual({ code: 0, asBefore: true });
    expect(terminal.buffer()).toBe('normal');
    expect(terminal.written()).toMatch(/\x1b\[\?7h\x1b\[\?25h\x1b\[\?1049l$/);
  });

  test('NO_COLOR, 40 columns, another size: no colour, no line too wide, drawn anew', async () => {
    const terminal = onTerminal(['tui', FINAL], { columns: 40, rows: 12, env: { NO_COLOR: '1' } });
    await terminal.until(shows('>    8.2 MB + global {URIError, DataVie…', 'q quit  ? help  → open  ← up'));
    await terminal.resize(100, 30);
    await terminal.until(shows('[######### ]', '/ search  c classes'));
    await terminal.resize(20, 3);
    await terminal.until((screen) => screen.startsWith('>    8.2 MB + globa…\n'));
    await terminal.resize(80, 24);
    await terminal.until(shows('80,645 nodes', '1 of 173'));
    terminal.type('q');
    expect(await terminal.end).toEqual({ code: 0, asBefore: true });
    expect(terminal.written()).not.toMatch(/\x1b\[[\d;]*m/);
  });

  test('hostile names: shown as escapes, no sequence of theirs reaches the terminal', async () => {
    const evil = '\x1b[2J\x1b]0;owned\x07\u202e\u009b31m\r\nnext';
    const file = path.join(folder, 'evil.heapsnapshot');
    writeFileSync(
      file,
      snapshotBytes({ root: { edges: [['property', evil, 'a']] }, a: { name: evil, edges: ['b'] } }),
    );
    const terminal = onTerminal(['tui', file]);
    await terminal.until(shows('\\x1b[2J\\x1b]0;owned\\x07\\u202e'));
    for (const key of ['r', ESCAPE, 'p', ESCAPE, 'e', ESCAPE, 'c', ENTER, 't']) {
      terminal.type(key);
      await new Promise((resolve) => setTimeout(resolve, 120));
    }
    terminal.type(`/${JSON.stringify(evil)}\r`);
    await terminal.until((screen) => screen.includes('Search: '));
    terminal.type('\x03');
    expect((await terminal.end).asBefore).toBe(true);
    const written = Buffer.from(terminal.written(), 'latin1').toString();
    // What tells a terminal where to write, and how: nothing else.
    expect(written.replace(/\x1b\[(\d+;1H|2K|\??\d+[hl]|[HJK]|2J|\d*m)/g, '')).not.toMatch(
      /[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u202e]/,
    );
  });

  test.each([
    ['Ctrl-C', 130],
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ])('%s: the terminal is as it was, exit code %i', async (how, code) => {
    const terminal = onTerminal(['tui', FINAL]);
    await terminal.until(shows('q quit'));
    if (how === 'Ctrl-C') terminal.type('\x03');
    else terminal.signal(code - 128);
    expect(await terminal.end).toEqual({ code, asBefore: true });
    expect(terminal.buffer()).toBe('normal');
  });

  test('the terminal is closed: it ends by SIGHUP; Ctrl-Z where nobody could continue it: it goes on', async () => {
    const terminal = onTerminal(['tui', FINAL]);
    await terminal.until(shows('q quit'));
    terminal.type('\x1a');
    const times = (): number => terminal.written().split('\x1b[?1049h').length - 1;
    await terminal.until(() => times() === 2);
    terminal.type(DOWN);
    await terminal.until(shows('2 of 173'));
    terminal.hangUp();
    expect((await terminal.end).code).toBe(-1);
    const told = onTerminal(['tui', FINAL]);
    await told.until(shows('q quit'));
    told.signal(1);
    expect(await told.end).toEqual({ code: -1, asBefore: true });
    expect(told.buffer()).toBe('normal');
  });

  test('a query that is none, a class that is not there: told, and the keys go on', async () => {
    const terminal = onTerminal(['tui', FINAL]);
    await terminal.until(shows('q quit'));
    terminal.type('/retained >\r');
    await terminal.until(shows('expected a value', 'Search: retained >_'));
    terminal.type(' 1mb and Context\r');
    await terminal.until(shows('no object fits retained > 1mb and Context'));
    terminal.type('/Nosuch\r');
    await terminal.until(shows('no object of the class Nosuch; /Nosuch/i looks for a part of the name'));
    terminal.type('q');
    expect((await terminal.end).code).toBe(0);
  });
});

test('heapgraph tui in a pipe, with a snapshot that is none, standard input: exit code 2', async () => {
  const piped = await heapgraph(['tui', FINAL]);
  expect([piped.code, piped.stdout]).toEqual([2, '']);
  expect(piped.stderr).toContain('tui needs a terminal');
});
