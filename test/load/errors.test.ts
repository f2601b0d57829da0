import fs, { chmodSync } from 'node:fs';
import path from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { SNAPSHOT_PROBLEMS, type SnapshotError } from '../../src/base/errors.js';
import { formatCount } from '../../src/base/units.js';
import { REMEDIES } from '../../src/cli/remedies.js';
import { readHead } from '../../src/load/head.js';
import { loadSnapshot, tallySnapshot } from '../../src/load/load.js';
import type { SnapshotInput } from '../../src/load/source.js';
import { loadClasses } from '../../src/session/class-counts.js';
import { snapshotText } from '../support/builder.js';
import { fixtureBytes } from '../support/fixtures.js';
import {
  bytesOf,
  chunksOf,
  type Editable,
  edited,
  expectReadable,
  failureOf,
  SMALL,
  smallText,
  temporaryFolder,
} from './inputs.js';

const { folder, write } = temporaryFolder();
const READERS = { loadSnapshot, tallySnapshot, loadClasses };

/** The error of a content, which has to be the same from bytes, a file, a stream and gzip, and with every reader. */
async function errorOf(
  content: Uint8Array | string,
  readers: readonly (keyof typeof READERS)[] = ['loadSnapshot', 'tallySnapshot', 'loadClasses'],
): Promise<SnapshotError> {
  const bytes = typeof content === 'string' ? bytesOf(content) : content;
  const error = await failureOf(loadSnapshot(bytes));
  expectReadable(error);
  const file = write('bad.heapsnapshot', bytes);
  const inputs: [SnapshotInput, string][] = [
    [bytes, '(memory)'],
    [file, file],
    [chunksOf(bytes, 100), '(stream)'],
    ...(error.code === 'empty' || error.offset === 0
      ? []
      : [[gzipSync(bytes), '(memory)'] as [Uint8Array, string]]),
  ];
  for (const [input, name] of inputs) {
    for (const reader of readers) {
      if (reader !== 'loadSnapshot' && !(input instanceof Uint8Array || typeof input === 'string')) continue;
      const other = await failureOf(READERS[reader](input));
      expectReadable(other, name);
      const { code, section, expected } = error;
      expect(other, reader).toMatchObject({ code, section, expected });
      // The byte of a bad string index needs a second reading, which a stream does not allow.
      if (other.offset !== undefined || error.code !== 'range')
        expect(other.offset, reader).toBe(error.offset);
    }
  }
  return error;
}

describe('a file that cannot be read', () => {
  afterEach(() => vi.restoreAllMocks());

  it('is missing', async () => {
    const file = path.join(folder, 'missing.heapsnapshot');
    for (const read of [loadSnapshot, tallySnapshot, loadClasses, readHead]) {
      const error = await failureOf(read(file));
      expect(error).toMatchObject({
        code: 'missing',
        message: `${file}: no such file`,
        hint: 'Check the path.',
      });
      expectReadable(error, file);
    }
    const below = path.join(write('file', 'x'), 'below.heapsnapshot');
    expect(await failureOf(loadSnapshot(below))).toMatchObject({ code: 'missing' });
  });

  it('has a name that would turn the terminal around', async () => {
    const file = path.join(folder, 'a\u001b[31m\u202eb\nc.heapsnapshot');
    const error = await failureOf(loadSnapshot(file));
    expect(error.message).toBe(`${folder}/a\\x1b[31m\\u202eb\\nc.heapsnapshot: no such file`);
    expect(error.file).toBe(file);
  });

  it('has a name that cannot be', async () => {
    expect(await failureOf(loadSnapshot('a\0b'))).toMatchObject({ code: 'unreadable' });
    expect(await failureOf(loadSnapshot(''))).toMatchObject({ code: 'missing' });
    expect(await failureOf(loadSnapshot('x'.repeat(5000)))).toMatchObject({ code: 'unreadable' });
  });

  it('is a folder', async () => {
    const error = await failureOf(loadSnapshot(folder));
    expect(error).toMatchObject({ code: 'unreadable', message: `${folder}: is a folder` });
    expectReadable(error, folder);
  });

  it.skipIf(process.getuid?.() === 0)('is one without permission', async () => {
    const file = write('secret.heapsnapshot', smallText());
    chmodSync(file, 0);
    const error = await failureOf(loadSnapshot(file));
    expect(error).toMatchObject({ code: 'unreadable', message: `${file}: no permission to read it` });
    expectReadable(error, file);
  });

  it.each(['EACCES', 'EPERM'])('is one whose opening fails with %s', async (code) => {
    const file = write('secret.heapsnapshot', smallText());
    vi.spyOn(fs, 'openSync').mockImplementation(() => {
      throw Object.assign(new Error(`${code}: permission denied, open`), { code, syscall: 'open' });
    });
    const error = await failureOf(loadSnapshot(file));
    expect(error.message).toBe(`${file}: no permission to read it`);
    expectReadable(error, file);
  });

  it('is one whose reading fails, at its start or later', async () => {
    const file = write('io.heapsnapshot', smallText());
    const { readSync } = fs;
    for (const failing of [1, 2]) {
      let calls = 0;
      vi.spyOn(fs, 'readSync').mockImplementation(((...args: Parameters<typeof readSync>) => {
        if (++calls < failing) return readSync(...args);
        throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO', syscall: 'read' });
      }) as typeof readSync);
      const error = await failureOf(loadSnapshot(file));
      expect(error).toMatchObject({
        code: 'unreadable',
        message: `${file}: cannot be read: the disk or the device has failed`,
      });
      expect(error.hint, 'a hint').toBeDefined();
      vi.restoreAllMocks();
    }
  });
});

describe('a file without a snapshot', () => {
  it.each([
    ['no bytes', '', 'is empty: it holds no bytes'],
    ['a line break', '\n', 'holds nothing but white space'],
    ['100,000 spaces', ' '.repeat(100_000), 'holds nothing but white space'],
    ['a byte order mark', '\ufeff', 'holds nothing but white space'],
    ['a byte order mark and white space', '\ufeff\r\n\t ', 'holds nothing but white space'],
  ])('is empty: %s', async (_, text, summary) => {
    const error = await errorOf(text);
    expect(error).toMatchObject({ code: 'empty', message: `(memory): ${summary}` });
  });

  const bytes = bytesOf(smallText());
  const utf16 = Buffer.from(`\ufeff${smallText()}`, 'utf16le');
  it.each<[string, Uint8Array | string, string]>([
    ['a page that was downloaded', '<!DOCTYPE html><html><body>404</body></html>', 'an HTML or XML page'],
    ['a page after white space', '\n  <html lang="en">', 'an HTML or XML page'],
    ['XML', '<?xml version="1.0"?><a/>', 'an HTML or XML page'],
    ['a ZIP archive', Buffer.concat([Buffer.from('PK\x03\x04'), bytes]), 'a ZIP archive'],
    [
      'a Git LFS pointer',
      'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n',
      'a Git LFS pointer',
    ],
    ['UTF-16, little end first', utf16, 'text in UTF-16'],
    ['UTF-16, big end first', Buffer.from(utf16).swap16(), 'text in UTF-16'],
    ['1,000 zero bytes', new Uint8Array(1000), 'nothing but zero bytes'],
    ['a program', Buffer.concat([Buffer.from('\x7fELF\x02\x01\x01'), bytes]), 'an ELF program or library'],
    ['a Java heap dump', 'JAVA PROFILE 1.0.2\0', 'a Java heap dump (HPROF)'],
    ['bzip2', Buffer.from('BZh91AY&SY'), 'bzip2 data'],
    ['xz', Buffer.from('fd377a585a000004', 'hex'), 'xz data'],
    ['lz4', Buffer.from('04224d186440a7', 'hex'), 'lz4 data'],
    ['a picture', Buffer.from('89504e470d0a1a0a', 'hex'), 'a PNG picture'],
    ['a database', 'SQLite format 3\0', 'an SQLite database'],
    ['a tar archive', tar(), 'a tar archive (its first file is "app.heapsnapshot")'],
    ['plain text', 'Hello, world', 'bytes that start with "Hello, world"'],
    [
      'text with terminal sequences',
      '\u001b]0;title\u0007\u001b[31m',
      String.raw`bytes that start with "\u001b]0;title\u0007\u001b[31m"`,
    ],
    ['a number', '12345', 'bytes that start with "12345"'],
    ['true', 'true', 'bytes that start with "true"'],
    ['JavaScript', 'module.exports = {}', 'bytes that start with "module.exports = {}"'],
  ])('is another kind of file: %s', async (_, content, found) => {
    const error = await errorOf(content);
    expect(error).toMatchObject({ code: 'not-a-snapshot', offset: 0, found });
    expect(error.expected).toBe('a JSON object, plain or compressed with gzip, brotli or zstd');
  });

  function tar(): Buffer {
    const archive = Buffer.alloc(1024);
    archive.write('app.heapsnapshot\0');
    archive.write('ustar\0', 257);
    return archive;
  }

  it('hints at git lfs pull for a pointer', async () => {
    const error = await errorOf('version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\n');
    expect(error.hint).toContain('git lfs pull');
  });

  it.each([
    [
      'a CPU profile',
      '{"nodes":[{"id":1,"callFrame":{"functionName":"(root)"}}],"timeDeltas":[1]}',
      'a CPU profile (.cpuprofile)',
    ],
    [
      'a sampling heap profile',
      '{"head":{"callFrame":{"functionName":"(root)"},"selfSize":0,"id":1,"children":[]},"samples":[]}',
      'a sampling allocation profile (.heapprofile)',
    ],
    ['a trace', '{"traceEvents":[{"pid":1}]}', 'a trace (of the Performance panel or --trace-events)'],
    ['a list of trace events', '[{"pid":1,"ts":2,"ph":"M"}]', 'a trace (a list of trace events)'],
    [
      'a diagnostic report',
      '{"header":{"reportVersion":3,"event":"OutOfMemory"}}',
      'a Node.js diagnostic report',
    ],
    ['a JSON array', '[1,2,3]', 'a JSON array'],
    ['a JSON string', '"snapshot"', 'a JSON string'],
    ['an empty object', '{}', 'an empty object'],
    ['package.json', '{\n  "name": "app"\n}', 'an object whose first key is "name"'],
    [
      'an object with the sections only',
      '{"nodes":[],"edges":[]}',
      'an object with the sections of a snapshot and without its head in front',
    ],
    ['a key of control characters', '{"\\u001b[31m":1}', 'an object whose first key is "\\u001b[31m"'],
    ['a snapshot that is a number', '{"snapshot": 1}', 'an object whose "snapshot" is not an object'],
    [
      'a snapshot that is a list',
      '{"snapshot":[{"meta":{}}]}',
      'an object whose "snapshot" is not an object',
    ],
    [
      'a snapshot without meta',
      '{"snapshot":{"node_count":1},"nodes":[]}',
      'an object whose "snapshot" has no "meta"',
    ],
    ['a snapshot that is empty', '{"snapshot":{}}', 'an object whose "snapshot" has no "meta"'],
  ])('is other JSON: %s', async (_, text, found) => {
    for (const spelling of [text, `\ufeff ${text}\n`, text.replace(/[[{]/, '$&\n')]) {
      const error = await errorOf(spelling);
      expect(error).toMatchObject({ code: 'not-a-snapshot', found });
      expect(error.expected).toBe('an object that begins with "snapshot"');
      expectReadable(error);
    }
  });

  it.each([
    ['{"snapshot"', 'truncated', 11],
    ['{"snapshot":', 'truncated', 12],
    ['{"snapshot" 1}', 'malformed', 12],
    ['{snapshot:{}}', 'malformed', 1],
    ['{,', 'malformed', 1],
    ['{"snapshot":{"meta":{}', 'truncated', 22],
    ['{', 'truncated', 1],
    ['{"', 'truncated', 2],
  ])('is damaged in its first bytes: %s is %s', async (text, code, offset) => {
    expect(await errorOf(text)).toMatchObject({ code, section: 'snapshot', offset });
  });

  it('is damaged where the key of a section should be', async () => {
    const text = smallText();
    for (const [damaged, expected] of [
      [text.replace(',\n"nodes"', ' \n"nodes"'), '","'],
      [text.replace('"nodes":', 'nodes:'), 'the name of a section'],
      [text.replace('"nodes":', '"nodes"='), '":"'],
      [text.replace('"nodes":', '["nodes"]:'), 'the name of a section'],
      [text.replace('"nodes":[', '"nodes":{'), '"["'],
      [text.replace('"nodes":[', '"nodes":'), '"["'],
      [`${text.slice(0, -1)},}`, 'the name of a section'],
      [`${text.slice(0, -1)}]`, '","'],
    ] as const) {
      expect(await errorOf(damaged), damaged).toMatchObject({ code: 'malformed', expected });
    }
  });

  it('has a key of more than 4 kB for a section', async () => {
    const bytes = bytesOf(smallText().replace('"nodes"', `"${'n'.repeat(5000)}"`));
    const error = await failureOf(loadSnapshot(bytes));
    expectReadable(error);
    expect(error).toMatchObject({ code: 'malformed', section: 'snapshot' });
  });
});

describe('numbers that do not fit together', () => {
  const text = smallText();
  const change = (edit: (sections: Editable) => void): string => edited(text, edit);
  const place = (json: string, needle: string): number => {
    expect(json.split(needle).length, `${needle} stands there once`).toBe(2);
    return Buffer.from(json.slice(0, json.indexOf(needle))).length;
  };

  it.each([
    [4, 'mismatch', '4 nodes (node_count)', 'more of them'],
    [6, 'mismatch', '6 nodes (node_count)', '5 before "]"'],
    [2_147_483_646, 'mismatch', '2,147,483,646 nodes (node_count)', '5 before "]"'],
  ])('node_count %d for 5 nodes', async (count, code, expected, found) => {
    const error = await errorOf(change(({ snapshot }) => Object.assign(snapshot, { node_count: count })));
    expect(error).toMatchObject({ code, section: 'nodes', expected, found });
  });

  it.each([5, 7, 2_147_483_646])('edge_count %d for 6 edges', async (count) => {
    const error = await errorOf(change(({ snapshot }) => Object.assign(snapshot, { edge_count: count })));
    expect(error).toMatchObject({
      code: 'mismatch',
      section: 'nodes',
      expected: `${formatCount(count)} (edge_count)`,
      found: '6',
    });
  });

  it('more or fewer edges than promised, where the edge counts of the nodes agree with the promise', async () => {
    const fewer = await errorOf(
      change(({ edges }) => edges.splice(0, 3)),
      ['loadSnapshot'],
    );
    expect(fewer).toMatchObject({
      code: 'mismatch',
      section: 'edges',
      expected: '6 edges (edge_count)',
      found: '5 before "]"',
    });
    const more = await errorOf(
      change(({ edges }) => edges.push(2, 0, 0)),
      ['loadSnapshot'],
    );
    expect(more).toMatchObject({
      code: 'mismatch',
      section: 'edges',
      expected: '6 edges (edge_count)',
      found: 'more of them',
    });
  });

  it('a record that is not whole', async () => {
    for (const missing of [1, 2, 5]) {
      const error = await errorOf(change(({ nodes }) => nodes.splice(nodes.length - missing)));
      expect(error).toMatchObject({
        code: 'mismatch',
        section: 'nodes',
        expected: '6 numbers (type, name, id, self_size, edge_count, detachedness)',
        found: String(6 - missing),
      });
    }
  });

  it.each([0, 1, 2, 3, 4])('a string index beyond the strings in node %d, with its byte', async (node) => {
    for (const [recordSeparator, nodeFields] of [
      ['', undefined],
      ['\n', undefined],
      ['', ['id', 'type', 'name', 'self_size', 'edge_count']],
    ] as const) {
      const fields = nodeFields ?? ['type', 'name', 'id', 'self_size', 'edge_count', 'detachedness'];
      const spec = snapshotText(SMALL, { recordSeparator, nodeFields: fields });
      const at = node * fields.length + fields.indexOf('name');
      let index = -1;
      const damaged = spec.replace(/"nodes":\[[^\]]*\]/, (nodes) =>
        nodes.replace(/\d+/g, (number) => (++index === at ? '7777' : number)),
      );
      const error = await errorOf(damaged);
      expect(error).toMatchObject({
        code: 'range',
        section: 'nodes',
        offset: place(damaged, '7777'),
        expected: 'a string index below 8',
        found: '7,777',
      });
      expect(error.message).toContain(`name of record ${node} is out of range`);
    }
  });

  it.each([0, 2, 3, 5])('a string index beyond the strings in edge %d, with its byte', async (edge) => {
    const damaged = change(({ edges }) => {
      edges[edge * 3 + 1] = 7777;
    });
    const error = await errorOf(damaged, ['loadSnapshot']);
    expect(error).toMatchObject({
      code: 'range',
      section: 'edges',
      offset: place(damaged, '7777'),
      expected: 'a string index below 8',
      found: '7,777',
    });
    expect(error.message).toContain(`name_or_index of record ${edge} is out of range`);
  });

  it('the first of many bad string indexes far into a file of 2.5 MB, with its byte, through any window', async () => {
    const plain = Buffer.from(fixtureBytes('chromium156')).toString('latin1'); // one character a byte
    const from = plain.indexOf('"nodes":[') + 9;
    let comma = plain.indexOf(',', from + 300_000);
    const fields = plain.slice(from, comma).split(',').length % 6;
    for (let skip = 0; skip < (13 - fields) % 6; skip++) comma = plain.indexOf(',', comma + 1);
    const next = plain.indexOf(',', comma + 1);
    const damaged = Buffer.from(`${plain.slice(0, comma + 1)}88888888${plain.slice(next)}`, 'latin1');
    for (const windowSize of [undefined, 5000, 100_000]) {
      const error = await failureOf(loadSnapshot(damaged, { windowSize }));
      expect(error).toMatchObject({
        code: 'range',
        section: 'nodes',
        offset: comma + 1,
        found: '88,888,888',
      });
      expect(await failureOf(tallySnapshot(damaged, { windowSize }))).toMatchObject({ offset: comma + 1 });
    }
  });

  it.each([
    [1, '1', 'a multiple of 6 below 30, the place of a node'],
    [29, '29', 'a multiple of 6 below 30, the place of a node'],
    [30, '30', 'a multiple of 6 below 30, the place of a node'],
    [6_000_000_000, '6000000000', 'a multiple of 6 below 30, the place of a node'],
  ])('to_node %d', async (target, found, expected) => {
    for (const edge of [0, 3, 5]) {
      const damaged = change(({ edges }) => {
        edges[edge * 3 + 2] = target;
      });
      const error = await errorOf(damaged, ['loadSnapshot']);
      expect(error).toMatchObject({ code: 'range', section: 'edges', expected, found });
      const offset = error.offset!;
      expect(
        Buffer.from(damaged)
          .subarray(offset, offset + found.length)
          .toString(),
      ).toBe(found);
      expect(error.message).toContain(`to_node of record ${edge} is out of range`);
    }
  });

  it.each([
    ['nodes', 15, 'a type below 15 (meta.node_types)'],
    ['nodes', 99, 'a type below 15 (meta.node_types)'],
    ['nodes', 255, 'a type below 15 (meta.node_types)'],
    ['nodes', 4_294_967_296, 'a type below 15 (meta.node_types)'],
    ['edges', 7, 'a type below 7 (meta.edge_types)'],
    ['edges', 10, 'a type below 7 (meta.edge_types)'],
  ] as const)('in the %s a type of %d', async (section, type, expected) => {
    const damaged = change((sections) => {
      sections[section][section === 'nodes' ? 12 : 6] = type;
    });
    const error = await errorOf(damaged, section === 'nodes' ? undefined : ['loadSnapshot']);
    expect(error).toMatchObject({ code: 'range', section, expected, found: String(type) });
    expect(error.message).toContain('type of record 2 is out of range');
  });

  it.each([
    ['name', 1],
    ['edge_count', 4],
  ])('a %s of 4,294,967,296', async (name, field) => {
    const damaged = change(({ nodes }) => {
      nodes[6 + field] = 4_294_967_296;
    });
    const error = await errorOf(damaged);
    expect(error).toMatchObject({
      code: 'too-large',
      section: 'nodes',
      offset: place(damaged, '4294967296'),
      expected: 'at most 4,294,967,295',
      found: '4294967296',
    });
    expect(error.message).toContain(`${name} of record 1 is too large`);
  });

  it('an id of more than 64 bits', async () => {
    const damaged = text.replace(',3,1,3,48,', ',3,1,36893488147419103232,48,');
    expect(await errorOf(damaged, ['loadSnapshot'])).toMatchObject({
      code: 'too-large',
      section: 'nodes',
      offset: place(damaged, '36893488147419103232'),
      expected: 'a number of 64 bits',
    });
  });

  it('a self_size of 9,007,199,254,740,992', async () => {
    const damaged = text.replace(',3,1,3,48,', ',3,1,3,9007199254740992,');
    expect(await errorOf(damaged)).toMatchObject({
      code: 'too-large',
      section: 'nodes',
      offset: place(damaged, '9007199254740992'),
      expected: 'at most 9,007,199,254,740,991',
    });
  });

  it('a detachedness of 256', async () => {
    const damaged = change(({ nodes }) => {
      nodes[5] = 256;
    });
    expect(await errorOf(damaged)).toMatchObject({ code: 'range', section: 'nodes', expected: '0, 1 or 2' });
  });

  it.each(['-1', '1.5', '1e3', 'null', '"1"', 'NaN'])(
    '%s among the nodes and among the edges',
    async (bad) => {
      for (const [section, good, readers] of [
        ['nodes', '3,1,3,48,', undefined],
        ['edges', '5,2,18,', ['loadSnapshot']],
      ] as const) {
        const damaged = text.replace(`,${good}`, `,${good.replace(/\d+,$/, `${bad},`)}`);
        expect(damaged).not.toBe(text);
        const error = await errorOf(damaged, readers);
        expect(error).toMatchObject({ code: 'malformed', section });
        expect(error.offset).toBe(
          damaged.indexOf(good.replace(/\d+,$/, '')) + good.replace(/\d+,$/, '').length,
        );
        expect(error.expected).toMatch(/a whole number \((self_size|to_node) of record [12]\)/);
      }
    },
  );

  it('the first of several equal string indexes beyond the strings is the one that is named', async () => {
    const nodes = change(({ nodes }) => {
      for (const node of [3, 2, 4]) nodes[node * 6 + 1] = 7777;
    });
    const edges = change(({ edges }) => {
      for (const edge of [5, 2, 3]) edges[edge * 3 + 1] = 7777;
    });
    expect(await errorOf(nodes)).toMatchObject({ section: 'nodes', offset: nodes.indexOf('7777') });
    expect(await errorOf(edges, ['loadSnapshot'])).toMatchObject({
      section: 'edges',
      offset: edges.indexOf('7777'),
    });
  });

  it.each([
    ['7 fields', ['type', 'name', 'id', 'self_size', 'edge_count', 'trace_node_id', 'detachedness']],
    ['6 fields', ['type', 'name', 'id', 'self_size', 'edge_count', 'detachedness']],
    ['5 fields', ['type', 'name', 'id', 'self_size', 'edge_count']],
    ['another order', ['id', 'name', 'type', 'edge_count', 'self_size', 'detachedness']],
  ])(
    '9 bad spellings of each number of nodes (%s) and edges are malformed, where they stand',
    async (_, nodeFields) => {
      const small = smallText({ nodeFields });
      for (const section of ['nodes', 'edges']) {
        const from = small.indexOf(`"${section}":[`) + section.length + 4;
        const numbers = small.slice(from, small.indexOf(']', from)).split(',');
        for (const place of numbers.keys()) {
          for (const bad of ['-', '-1', '+1', '1.0', '1e2', 'x', '0x', '"1"', '']) {
            const before = numbers
              .slice(0, place)
              .map((number) => `${number},`)
              .join('');
            const after = numbers
              .slice(place + 1)
              .map((number) => `,${number}`)
              .join('');
            const damaged = bytesOf(
              `${small.slice(0, from)}${before}${bad}${after}${small.slice(small.indexOf(']', from))}`,
            );
            const read = place % 2 === 1 && section === 'nodes' ? tallySnapshot : loadSnapshot;
            const error = await failureOf(read(damaged, { windowSize: 4096 }));
            expect(error).toMatchObject({ code: 'malformed', section });
            const start = bytesOf(small.slice(0, from)).length + before.length;
            expect(error.offset).toBe(bad === '0x' ? start + 1 : start);
          }
        }
      }
    },
  );

  it.each([
    ['locations', [0, 1, 2], 'mismatch'],
    ['locations', [1, 1, 2, 3], 'range'],
    ['locations', [30, 1, 2, 3], 'range'],
    ['locations', [0, -1, 2, 3], 'malformed'],
  ])('in the %s %j is %s, when they are asked for', async (section, numbers, code) => {
    const bytes = bytesOf(smallText({ sections: { [section]: numbers } }));
    const error = await failureOf(loadSnapshot(bytes, { locations: true }));
    expect(error).toMatchObject({ code, section });
    expectReadable(error);
    expect((await loadSnapshot(bytes)).nodeCount).toBe(5);
  });
});

describe('sections', () => {
  const text = smallText();

  it.each(['nodes', 'edges', 'strings'])('the section %s twice', async (name) => {
    const error = await errorOf(`${text.slice(0, -1)},"${name}":[]}`);
    expect(error).toMatchObject({ code: 'malformed', section: name });
    expect(error.message).toContain('twice');
  });

  it('an unknown section twice', async () => {
    const error = await errorOf(`${text.slice(0, -1)},"unknown":{},"unknown":{}}`);
    expect(error).toMatchObject({ code: 'malformed', section: 'unknown' });
  });

  it('the head twice', async () => {
    const error = await errorOf(`${text.slice(0, -1)},"snapshot":{}}`);
    expect(error).toMatchObject({ code: 'malformed', section: 'snapshot' });
  });

  it.each(['nodes', 'edges', 'strings'])('no section %s', async (name) => {
    const damaged = edited(text, (sections) => delete sections[name]);
    const error = await errorOf(damaged, name === 'edges' ? ['loadSnapshot'] : undefined);
    expect(error).toMatchObject({
      code: 'malformed',
      expected: `"${name}": […]`,
      found: 'the end of the snapshot',
    });
    expect(error.message).toContain(`the section "${name}" is missing`);
  });

  it('no section at all', async () => {
    expect(await errorOf(`${text.slice(0, text.indexOf(',\n"nodes"'))}}`)).toMatchObject({
      code: 'malformed',
    });
  });
});

describe('compressed data', () => {
  const plain = fixtureBytes('chromium156');

  it.each([
    ['gzip', gzipSync(plain)],
    ['brotli', brotliCompressSync(plain, { params: { 1: 5 } })],
  ])('%s that is damaged in the middle, or at its end', async (compression, stored) => {
    for (const [at, length] of [
      [stored.length >> 1, 2000],
      [stored.length >> 2, 4],
      [stored.length - 20, 12],
    ] as const) {
      const damaged = Uint8Array.from(stored);
      for (let i = 0; i < length; i++) damaged[at + i]! ^= 0xa5 + i;
      for (const [input, name] of [
        [damaged, '(memory)'],
        [write('damaged', damaged), path.join(folder, 'damaged')],
        [chunksOf(damaged, 10_000), '(stream)'],
      ] as const) {
        const outcome = await loadSnapshot(input).then(
          () => 'a graph',
          (error: unknown) => error as SnapshotError,
        );
        if (outcome === 'a graph') {
          expect(compression, 'only gzip has a checksum').toBe('brotli');
          continue;
        }
        expect(SNAPSHOT_PROBLEMS).toContain((outcome as SnapshotError).code);
        expectReadable(outcome as SnapshotError, name);
      }
    }
  });

  it('gzip whose last bytes do not fit the text says compression, and at which byte of the text', async () => {
    const stored = gzipSync(plain);
    stored[stored.length - 6]! ^= 1;
    const error = await failureOf(loadSnapshot(stored));
    expect(error).toMatchObject({ code: 'compression', expected: 'gzip data' });
    expect(error.message).toContain('the gzip data is damaged');
    expect(error.offset).toBeLessThanOrEqual(plain.length);
    expect(error).toMatchObject({ remedy: 'salvage', hint: expect.stringContaining('`salvage`') });
    expect(error.hintIn(REMEDIES)).toBe('Copy the file again. --salvage answers from what is there.');
    expectReadable(error);
  });

  it('brotli of a snapshot is one', async () => {
    const graph = await loadSnapshot(brotliCompressSync(smallText()));
    expect(graph.head.compression).toBe('brotli');
  });

  it('gzip of something else says what it is', async () => {
    expect(await failureOf(loadSnapshot(gzipSync('[1,2]')))).toMatchObject({
      code: 'not-a-snapshot',
      found: 'a JSON array',
    });
    for (const other of ['hello', '<html>', gzipSync(smallText())]) {
      const error = await failureOf(loadSnapshot(gzipSync(other)));
      expect(error.code).toBe('not-a-snapshot');
      expectReadable(error);
    }
  });
});

describe('a head that promises more than there is', () => {
  it.each([100_000_000, 1_000_000_000, 2_147_483_646, 2_147_483_648, 1_000_000_000_000_000])(
    '%d nodes and edges in a file of 850 bytes: told soon, without taking the memory',
    { tags: 'slow' },
    async (count) => {
      const bytes = bytesOf(
        edited(smallText(), ({ snapshot }) =>
          Object.assign(snapshot, { node_count: count, edge_count: count }),
        ),
      );
      const inputs = (): SnapshotInput[] => [
        bytes,
        write('promises.heapsnapshot', bytes),
        gzipSync(bytes),
        brotliCompressSync(bytes),
        chunksOf(bytes, 100),
        chunksOf(gzipSync(bytes), 100),
      ];
      for (const read of Object.values(READERS)) {
        for (const salvage of [false, true]) {
          for (const input of inputs()) {
            const [rss, begin] = [process.memoryUsage.rss(), performance.now()];
            const error = await failureOf(read(input, { salvage }));
            expect(performance.now() - begin).toBeLessThan(10_000); // it ends: no measure of speed
            expect(process.memoryUsage.rss() - rss).toBeLessThan(400e6);
            expect(['mismatch', 'too-large']).toContain(error.code);
            expectReadable(error, error.file);
          }
        }
      }
      const truncated = bytes.subarray(0, 700);
      for (const input of [truncated, chunksOf(truncated, 100)]) {
        const [rss, begin] = [process.memoryUsage.rss(), performance.now()];
        const graph = await loadSnapshot(input, { salvage: true }).catch(() => undefined);
        expect(graph?.nodeCount ?? 0).toBeLessThanOrEqual(5);
        expect(performance.now() - begin).toBeLessThan(10_000); // it ends: no measure of speed
        expect(process.memoryUsage.rss() - rss).toBeLessThan(400e6);
      }
    },
  );
});

describe('all errors', () => {
  it('have each of the 10 codes somewhere in these tests', () => {
    const source = fs.readFileSync(new URL(import.meta.url), 'utf8');
    for (const code of SNAPSHOT_PROBLEMS) expect(source).toContain(`'${code}'`);
  });
});
