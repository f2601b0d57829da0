/** Files that are no heap snapshot: each is called what it is, with what to do, plain and compressed. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { REMEDIES } from '../../src/cli/remedies.js';
import { loadSnapshot } from '../../src/load/load.js';
import { casePath } from '../support/fixtures.js';
import { bytesOf, chunksOf, expectReadable, failureOf, smallText, temporaryFolder } from './inputs.js';

const text = smallText();
const bytes = bytesOf(text);
const folder = temporaryFolder();

function tar(name: string, content: Uint8Array, magic = 'ustar\0', type = '0'): Buffer {
  const header = Buffer.alloc(512);
  header.write(name);
  header.write('0000644\0', 100);
  header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write('        ', 148);
  header.write(type, 156);
  header.write(magic, 257);
  const sum = header.reduce((all, byte) => all + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, content, Buffer.alloc(512 - (content.length % 512)), Buffer.alloc(1024)]);
}

const elf = (type: number): Buffer => {
  const head = Buffer.alloc(1000);
  head.write('\x7fELF\x02\x01\x01', 'latin1');
  head.writeUInt16LE(type, 16);
  return head;
};

const utf16 = Buffer.from(text, 'utf16le');
const utf32 = Buffer.alloc(4000);
for (let i = 0; i < 1000; i++) utf32.writeUInt32LE(text.charCodeAt(i), i * 4);

const BYTES: [string, Uint8Array | string, string, string][] = [
  [
    'a tar archive',
    tar('app.heapsnapshot', bytes),
    'a tar archive (its first file is "app.heapsnapshot")',
    'tar -xOf FILE app.heapsnapshot | heapgraph … -',
  ],
  [
    'an old tar archive, told by its sum',
    tar('a/b.heapsnapshot', bytes, ''),
    'a tar archive (its first file is "a/b.heapsnapshot")',
    'tar -xOf',
  ],
  [
    'a tar archive with what tar and macOS put in front',
    Buffer.concat([
      tar('././@PaxHeader', bytesOf('28 mtime=1700000000.1234567\n'), 'ustar\0', 'x').subarray(0, 1024),
      tar('./._app.heapsnapshot', new Uint8Array(600)).subarray(0, 1536),
      tar('app.heapsnapshot', bytes),
    ]),
    'a tar archive (its first file is "app.heapsnapshot")',
    'tar -xOf FILE app.heapsnapshot',
  ],
  [
    'a tar archive whose first name has terminal sequences',
    tar('\u001b[31m', bytes),
    String.raw`a tar archive (its first file is "\u001b[31m")`,
    'tar',
  ],
  [
    'a ZIP archive',
    Buffer.concat([Buffer.from('PK\x03\x04'), bytes]),
    'a ZIP archive',
    'unzip -p FILE | heapgraph … -',
  ],
  ['an empty ZIP archive', Buffer.from('PK\x05\x06\0\0\0\0'), 'a ZIP archive', 'unzip'],
  ['a 7-Zip archive', Buffer.from('377abcaf271c0004', 'hex'), 'a 7-Zip archive', '7z x -so'],
  ['bzip2', 'BZh91AY&SY', 'bzip2 data', 'bzip2 -dc FILE | heapgraph … -'],
  ['xz', Buffer.from('fd377a585a000004', 'hex'), 'xz data', 'xz -dc'],
  ['lz4', Buffer.from('04224d186440a7', 'hex'), 'lz4 data', 'lz4 -dc'],
  ['compress', Buffer.from('1f9d9000', 'hex'), 'data of compress (.Z)', 'gzip -dc'],
  ['zlib', deflateSync(bytes), 'zlib (deflate) data', 'zlib-flate'],
  [
    'UTF-16 with a mark',
    Buffer.concat([Buffer.from('fffe', 'hex'), utf16]),
    'text in UTF-16',
    'iconv -f UTF-16 -t UTF-8 FILE | heapgraph … -',
  ],
  [
    'UTF-16 with a mark, big end first',
    Buffer.concat([Buffer.from('fffe', 'hex'), utf16]).swap16(),
    'text in UTF-16',
    'iconv -f UTF-16 ',
  ],
  ['UTF-16 without a mark', utf16, 'text in UTF-16', 'iconv -f UTF-16LE '],
  [
    'UTF-16 without a mark, big end first',
    Buffer.from(utf16).swap16(),
    'text in UTF-16',
    'iconv -f UTF-16BE ',
  ],
  [
    'UTF-16 behind white space',
    Buffer.from('\n{"snapshot"', 'utf16le'),
    'text in UTF-16',
    'iconv -f UTF-16LE ',
  ],
  ['UTF-32', utf32, 'text in UTF-32', 'iconv -f UTF-32LE '],
  ['base64', bytesOf(Buffer.from(text).toString('base64')), 'base64 text', 'base64 -d FILE | heapgraph … -'],
  [
    'base64 of gzip, in lines',
    Buffer.from(gzipSync(bytes).toString('base64').replace(/.{76}/g, '$&\n')),
    'base64 text',
    'base64 -d',
  ],
  [
    'a data URL',
    `data:application/json;base64,${Buffer.from(text).toString('base64')}`,
    'a data URL',
    'base64 -d',
  ],
  ['hexadecimal text', Buffer.from(text).toString('hex'), 'hexadecimal text', 'xxd -r -p'],
  [
    'a hex dump',
    '00000000: 7b22 736e 6170 7368 6f74 223a 7b22 6d65  {"snapshot":{"me',
    'a hex dump (of xxd)',
    'xxd -r FILE',
  ],
  ['URL-encoded text', encodeURIComponent(text), 'URL-encoded text', 'Decode it'],
  ['a core dump', elf(4), 'a core dump (ELF)', 'lldb, llnode'],
  ['a program', elf(2), 'an ELF program or library', 'v8.writeHeapSnapshot()'],
  ['a minidump', 'MDMP\x93\xa7', 'a Windows minidump', 'debugger'],
  [
    'a startup snapshot',
    Buffer.from('19da430101070000', 'hex'),
    'a startup snapshot of Node.js (--build-snapshot)',
    'v8.writeHeapSnapshot()',
  ],
  ['a Java heap dump', 'JAVA PROFILE 1.0.2\0', 'a Java heap dump (HPROF)', 'Eclipse MAT'],
  ['a pprof profile', Buffer.from('0a0408011002', 'hex'), 'a pprof profile', 'no objects'],
  [
    'a Git LFS pointer',
    'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\n',
    'a Git LFS pointer',
    'git lfs pull',
  ],
  ['encrypted data', 'Salted__\x01\x02\x03', 'data encrypted by OpenSSL', 'Decrypt'],
  [
    'an error page',
    '<!DOCTYPE html><html><body>404</body></html>',
    'an HTML or XML page',
    'fetch the file again',
  ],
  [
    'an error of S3',
    '<Error><Code>AccessDenied</Code></Error>',
    'an HTML or XML page',
    'fetch the file again',
  ],
  [
    'a response with its headers',
    `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n${text}`,
    'an HTTP response with its headers',
    'curl without -i',
  ],
  [
    'a form upload',
    `--------------------abcdef1234\r\nContent-Disposition: form-data\r\n\r\n`,
    'a form upload (multipart)',
    'first empty line',
  ],
  ['zero bytes', new Uint8Array(1000), 'nothing but zero bytes', 'take the snapshot again'],
  [
    'what a shell printed in front',
    `Defaulted container "app"\n${text}`,
    'a snapshot that begins at byte 26, behind other text',
    'tail -c +27 FILE | heapgraph … -',
  ],
];

const JSONS: [string, string, string, string][] = [
  [
    "JavaScriptCore's format",
    '{"version":3,"type":"Inspector","nodes":[0,0,0,0,25703,1889,1,0]',
    'a JavaScriptCore heap snapshot (of Bun or Safari)',
    'Bun.generateHeapSnapshot("v8")',
  ],
  [
    "JavaScriptCore's format, printed",
    JSON.stringify({ version: 2, type: 'GCDebugging', nodes: [0, 0, 0, 0] }, null, 2),
    'a JavaScriptCore heap snapshot (of Bun or Safari)',
    'Bun.generateHeapSnapshot("v8")',
  ],
  [
    "JavaScriptCore's first format",
    '{"version":1,"nodes":[0,0,0,0]}',
    'a JavaScriptCore heap snapshot (of Bun or Safari)',
    'Bun',
  ],
  ['a JSON array', '[1,2,3]', 'a JSON array', 'v8.writeHeapSnapshot()'],
  ['trace events', ' \n[ {"name":"a","ph":"B","ts":1} ]', 'a trace (a list of trace events)', ''],
  ['a trace', '{"traceEvents":[]}', 'a trace (of the Performance panel or --trace-events)', ''],
  [
    'a heap profile',
    '{"head":{"callFrame":{},"selfSize":0,"children":[]}}',
    'a sampling allocation profile (.heapprofile)',
    'no objects',
  ],
  [
    'a CPU profile',
    '{"nodes":[{"id":1,"callFrame":{"functionName":"(root)"}}]}',
    'a CPU profile (.cpuprofile)',
    'DevTools',
  ],
  ['a CPU profile', '{"samples":[],"timeDeltas":[]}', 'a CPU profile (.cpuprofile)', 'DevTools'],
  ['a report', '{"header":{"reportVersion":3}}', 'a Node.js diagnostic report', 'no objects'],
  [
    'messages',
    '{"method":"HeapProfiler.addHeapSnapshotChunk","params":{"chunk":""}}\n',
    'messages of the DevTools protocol (their chunks, joined, are the snapshot)',
    'jq -j',
  ],
  [
    'chunks',
    JSON.stringify([text.slice(0, 50), text.slice(50)]),
    'a JSON array of the chunks of a snapshot',
    'jq -j .[]',
  ],
  ['a JSON string', '"text"', 'a JSON string', ''],
  [
    'a snapshot in a JSON string',
    JSON.stringify(text),
    'a JSON string with a snapshot in it',
    'jq -r . FILE',
  ],
  ['a source map', '{"version":3,"mappings":"AAAA"}', 'a source map', ''],
  ['an HTTP archive', '{"log":{"version":"1.2","creator":{}}}', 'an HTTP archive (HAR)', ''],
  [
    'an answer of heapgraph',
    '{"schema":"heapgraph/1","command":"count"}',
    'an answer of heapgraph, as JSON',
    'Name the snapshot',
  ],
  [
    'sorted keys',
    '{"edges":[1,0,1],"nodes":[1]}',
    'an object with the sections of a snapshot and without its head in front',
    "jq -c '{snapshot} + .'",
  ],
  ['JSON Lines', '{"a":1}\n{"a":2}\n', 'lines of JSON objects (JSON Lines)', ''],
  [
    'a snapshot in an object',
    `{"data":${text}}`,
    'a snapshot that begins at byte 8, behind other text',
    'tail -c +9',
  ],
  ['package.json', '{\n "name": "app"\n}', 'an object whose first key is "name"', 'v8.writeHeapSnapshot()'],
];

describe.each([...BYTES, ...JSONS])('%s', (name, content, found, hint) => {
  const plain = typeof content === 'string' ? bytesOf(content) : content;
  const compressed: [string, Uint8Array][] = [
    ['gzip', gzipSync(plain)],
    ['brotli', brotliCompressSync(plain)],
  ];

  it('plain, as bytes, a stream and a file', async () => {
    const file = folder.write('other.heapsnapshot', plain);
    for (const input of [plain, chunksOf(plain, 1000), file]) {
      const error = await failureOf(loadSnapshot(input));
      expect(error).toMatchObject({ code: 'not-a-snapshot', found });
      expect(error.hintIn(REMEDIES)).toContain(hint);
      expectReadable(error, error.file);
    }
  });

  it.each(compressed)('compressed with %s', async (compression, packed) => {
    if (compression === 'brotli' && !(await isSeenAsBrotli(packed))) return;
    const error = await failureOf(loadSnapshot(packed));
    expect(error.code).toBe('not-a-snapshot');
    expect(error.found).toBe(found);
    const options = compression === 'gzip' ? 'tar -xzOf' : 'tar -xOf';
    expect(error.hintIn(REMEDIES)).toContain(hint.replace('tar -xOf', options));
    expectReadable(error);
  });

  /** Brotli has no magic number: it is tried, and believed where an object or a known kind comes out. */
  async function isSeenAsBrotli(packed: Uint8Array): Promise<boolean> {
    const error = await failureOf(loadSnapshot(packed));
    const isObject = JSONS.some(([other]) => other === name) && plain[0] === 0x7b;
    expect(isObject && error.found?.startsWith('bytes that start')).toBe(false);
    return !error.found?.startsWith('bytes that start');
  }
});

describe('what was packed twice', () => {
  it.each([
    ['gzip', gzipSync, 'gzip -dc'],
    ['brotli', brotliCompressSync, 'brotli -dc'],
  ])('gzip in %s', async (compression, pack, tool) => {
    const error = await failureOf(loadSnapshot(pack(gzipSync(bytes))));
    expect(error).toMatchObject({
      code: 'not-a-snapshot',
      found: `gzip data inside the ${compression} data: it was compressed twice`,
      hint: `Decompress it once: ${tool} FILE > NEW.heapsnapshot`,
      remedy: 'pipe',
    });
    expect(error.hintIn(REMEDIES)).toBe(`Decompress it once: ${tool} FILE | heapgraph … -`);
    expectReadable(error);
  });

  it('what the hint says works', async () => {
    const file = folder.write('twice.heapsnapshot.gz', gzipSync(gzipSync(bytes)));
    const graph = await loadSnapshot(execFileSync('gzip', ['-dc', file]));
    expect(graph.nodeCount).toBe(5);
  });
});

describe('the cases', () => {
  it.each([
    ['gzip-twice.heapsnapshot.gz', /^gzip data inside the gzip data/, /^Decompress it once: gzip -dc FILE/],
    [
      'in-a-tar.heapsnapshot.tar.gz',
      /^a tar archive \(its first file is ".*heapsnapshot"\)$/,
      /: tar -xzOf FILE \S+\.heapsnapshot \| heapgraph … -$/,
    ],
    ['utf16le-no-bom.heapsnapshot', /^text in UTF-16$/, /: iconv -f UTF-16LE -t UTF-8 FILE/],
    ['bun-jsc-format.json.gz', /^a JavaScriptCore heap snapshot/, /generateHeapSnapshot\("v8"\)/],
  ])('%s', async (file, found, hint) => {
    const error = await failureOf(loadSnapshot(casePath(file)));
    expect(error.code).toBe('not-a-snapshot');
    expect(error.found).toMatch(found);
    expect(error.hintIn(REMEDIES)).toMatch(hint);
    expectReadable(error, casePath(file));
    const stream = await failureOf(loadSnapshot(chunksOf(readFileSync(casePath(file)), 5000)));
    expect(stream.found).toBe(error.found);
  });

  it('a file whose name says something else is told by its content', async () => {
    const error = await failureOf(loadSnapshot(folder.write('x.heapsnapshot.br', bytesOf('<html></html>'))));
    expect(error.found).toBe('an HTML or XML page');
    expect(path.basename(error.file)).toBe('x.heapsnapshot.br');
  });

  it('a snapshot with a byte order mark, and one behind white space, are snapshots', async () => {
    for (const spelling of [`\ufeff${text}`, `\r\n\t ${text}`, `\ufeff\n${text}`]) {
      expect((await loadSnapshot(bytesOf(spelling))).nodeCount).toBe(5);
      expect((await loadSnapshot(gzipSync(spelling))).nodeCount).toBe(5);
    }
  });
});
