/**
 * What a file is that is no heap snapshot, told by its first bytes, and what to do with it. People
 * hand in what has a similar name, what was packed once more, and what a download or a copy has
 * made of a snapshot.
 */
import { type Remedy, SnapshotError, type SnapshotErrorDetails } from '../base/errors.js';
import { printable, shortened } from '../base/printable.js';
import { asBuffer, latin1 } from './bytes.js';
import { firstOfTar } from './tar.js';

/** Another kind of file. */
export interface OtherFile extends Advice {
  /** `a tar archive`. */
  readonly what: string;
}

export const WRITERS =
  'Heap snapshots are written by v8.writeHeapSnapshot(), node --heapsnapshot-signal, or the Memory panel of Chrome DevTools.';

/** What to do, in one sentence or with a command behind a colon. */
export interface Advice {
  readonly hint: string;
  readonly remedy?: Remedy;
}

/** In: a hint that ends with a command which writes the snapshot to its standard output. */
export function piped(hint: string): Advice {
  return { hint, remedy: 'pipe' };
}

export function adviceOf(advice: string | Advice): Advice {
  return typeof advice === 'string' ? { hint: advice } : advice;
}

/**
 * The error for a file of another kind, or of a kind that is not known: `found` then says how it
 * begins.
 */
export function notASnapshot(
  file: string,
  other: OtherFile | undefined,
  details: Pick<SnapshotErrorDetails, 'offset' | 'expected' | 'found'>,
): SnapshotError {
  return new SnapshotError('not-a-snapshot', 'is not a heap snapshot', {
    ...details,
    file,
    ...(other ? { found: other.what } : {}),
    hint: other?.hint ?? WRITERS,
    remedy: other?.remedy,
  });
}

/** Beginnings in Latin-1, names, and what to do. */
const BEGINNINGS: readonly (readonly [string | readonly string[], string, string | Advice])[] = [
  [
    ['PK\x03\x04', 'PK\x05\x06'],
    'a ZIP archive',
    piped('Unpack it, and name the .heapsnapshot in it: unzip -p FILE'),
  ],
  ['7z\xbc\xaf\x27\x1c', 'a 7-Zip archive', piped('Unpack it: 7z x -so FILE')],
  ['Rar!\x1a\x07', 'a RAR archive', piped('Unpack it: unrar p -inul FILE')],
  ['BZh', 'bzip2 data', piped('Decompress it: bzip2 -dc FILE')],
  ['\xfd7zXZ', 'xz data', piped('Decompress it: xz -dc FILE')],
  ['\x04\x22\x4d\x18', 'lz4 data', piped('Decompress it: lz4 -dc FILE')],
  ['LZIP', 'lzip data', piped('Decompress it: lzip -dc FILE')],
  ['\x1f\x9d', 'data of compress (.Z)', piped('Decompress it: gzip -dc FILE')],
  ['\xff\x06\x00\x00sNaPpY', 'snappy data', piped('Decompress it: snzip -dc FILE')],
  [
    ['MDMP', 'PAGEDU64'],
    'a Windows minidump',
    { hint: 'It is the memory of a process that crashed: open it with a debugger.', remedy: 'capture' },
  ],
  ['\x19\xda\x43\x01', 'a startup snapshot of Node.js (--build-snapshot)', WRITERS],
  ['JAVA PROFILE', 'a Java heap dump (HPROF)', 'It is of a Java program: Eclipse MAT and VisualVM read it.'],
  ['FLR\0', 'a recording of Java Flight Recorder', 'It is of a Java program: JDK Mission Control reads it.'],
  ['\x89PNG', 'a PNG picture', WRITERS],
  ['SQLite format 3', 'an SQLite database', WRITERS],
  ['version https://git-lfs', 'a Git LFS pointer', 'Fetch the file itself: git lfs pull.'],
  ['Salted__', 'data encrypted by OpenSSL', 'Decrypt it first, and name the result.'],
  ['age-encryption.org/', 'data encrypted by age', 'Decrypt it first, and name the result.'],
  ['-----BEGIN PGP', 'data encrypted or signed by PGP', 'Decrypt it first, and name the result.'],
  [
    'HTTP/1.',
    'an HTTP response with its headers',
    'Save the body alone: curl without -i, or delete the lines up to the first empty one.',
  ],
];

const CORE: Advice = {
  hint: 'It is the memory of a whole process: open it with a debugger (lldb, llnode).',
  remedy: 'capture',
};

/**
 * What bytes are that cannot be the beginning of a snapshot, plain or compressed.
 *
 * In: as many of the first bytes as there are, some hundreds at least; of a compressed file
 * `inside` names the compression, and the bytes are decompressed ones.
 */
export function otherBytes(head: Uint8Array, inside?: string): OtherFile | undefined {
  const text = latin1(head, 600);
  const packed = inside === undefined ? undefined : packedAgain(text, inside);
  if (packed) return packed;
  for (const [starts, what, advice] of BEGINNINGS) {
    if ([starts].flat().some((start) => text.startsWith(start))) return { what, ...adviceOf(advice) };
  }
  if (text.startsWith('\x7fELF')) {
    const byteOrder = head[5] === 2 ? 17 : 16; // the type is a 16-bit number behind 16 bytes
    return head[byteOrder] === 4
      ? { what: 'a core dump (ELF)', ...CORE }
      : { what: 'an ELF program or library', hint: WRITERS };
  }
  if (/^(\xcf\xfa\xed\xfe|\xce\xfa\xed\xfe)/.test(text)) {
    return head[12] === 4
      ? { what: 'a core dump (Mach-O)', ...CORE }
      : { what: 'a Mach-O program or library', hint: WRITERS };
  }
  const encoding = wideEncoding(head);
  if (encoding) {
    return {
      what: `text in ${encoding.startsWith('UTF-16') ? 'UTF-16' : 'UTF-32'}`,
      ...piped(`PowerShell's > writes such files. Make it UTF-8 again: iconv -f ${encoding} -t UTF-8 FILE`),
    };
  }
  if (/^(\xef\xbb\xbf)?\s*<(!doctype|!--|html|head|body|\?xml|svg|Error>)/i.test(text)) {
    return {
      what: 'an HTML or XML page',
      hint: 'A server has answered with a page, perhaps an error or a login: look at it, and fetch the file again.',
    };
  }
  const member = firstOfTar(head);
  if (member !== undefined) {
    const options = { gzip: '-xzOf', zstd: '--zstd -xOf', brotli: '-xOf' }[inside ?? 'brotli'];
    const name = printable(JSON.stringify(shortened(member, 60)));
    return {
      what: `a tar archive${member === '' ? '' : ` (its first file is ${name})`}`,
      // A name is put into a command only where no shell can take it for anything else.
      ...piped(
        `Take the snapshot out of it: tar ${options} FILE ${/^[\w./-]+$/.test(member) ? member : 'NAME'}`,
      ),
    };
  }
  if (head.length > 0 && head.every((byte) => byte === 0)) {
    return {
      what: 'nothing but zero bytes',
      hint: 'The machine or the disk failed while it was written: take the snapshot again.',
    };
  }
  return undefined;
}

/** Data that was compressed twice. */
function packedAgain(text: string, inside: string): OtherFile | undefined {
  const [what, unpack] = text.startsWith('\x1f\x8b')
    ? ['gzip', 'gzip -dc']
    : text.startsWith('\x28\xb5\x2f\xfd')
      ? ['zstd', 'zstd -dc']
      : [];
  if (what === undefined) return undefined;
  const tool = { gzip: 'gzip -dc', brotli: 'brotli -dc', zstd: 'zstd -dc' }[inside] ?? unpack;
  return {
    what: `${what} data inside the ${inside} data: it was compressed twice`,
    ...piped(`Decompress it once: ${tool} FILE`),
  };
}

const TEXTS: readonly (readonly [RegExp, string, string | Advice])[] = [
  [
    /^data:[\w/+.-]*;base64,/,
    'a data URL',
    piped(`Decode what stands behind the comma: sed 's/^[^,]*,//' FILE | base64 -d`),
  ],
  [/^0{7,8}: ([\da-f]{2,4} ){4}/i, 'a hex dump (of xxd)', piped('Turn it back: xxd -r FILE')],
  [/^0{7,8} {1,2}([\da-f]{2,4} ){4}/i, 'a hex dump', 'Copy the file itself, not a dump of it.'],
  [/^([\da-f]{2}){32}/i, 'hexadecimal text', piped('Decode it: xxd -r -p FILE')],
  [/^([\w+/-]{60,}\r?\n|[\w+/-]{64})/, 'base64 text', piped('Decode it: base64 -d FILE')],
  [/^%7B(%22|")/i, 'URL-encoded text', 'Decode it first, or send the file in another way.'],
  [
    /^--[\w'()+,./:=?-]{10,70}\r?\nContent-/i,
    'a form upload (multipart)',
    'Save the file that is in it: the part behind the first empty line.',
  ],
];

/** The same for what only looks as if: asked when everything else has been tried. */
export function otherText(head: Uint8Array): OtherFile | undefined {
  const text = latin1(head, 600).trimStart();
  const found = TEXTS.find(([pattern]) => pattern.test(text));
  if (found) return { what: found[1], ...adviceOf(found[2]) };
  if (/^\n.\x08.\x10./s.test(latin1(head, 6)))
    return { what: 'a pprof profile', hint: 'It has functions and sizes, no objects: pprof shows it.' };
  if (head[0] === 0x78 && (head[0] * 256 + (head[1] ?? 0)) % 31 === 0 && (head[1] ?? 0) !== 0x5e) {
    return {
      what: 'zlib (deflate) data',
      ...piped('Decompress it: zlib-flate -uncompress < FILE'),
    };
  }
  return undefined;
}

/** A snapshot with something in front of it: what a shell printed, a wrapper object. */
export function snapshotBehind(head: Uint8Array): OtherFile | undefined {
  const at = asBuffer(head).indexOf('{"snapshot":{"meta"', 0, 'latin1');
  if (at <= 0) return undefined;
  return {
    what: `a snapshot that begins at byte ${at}, behind other text`,
    ...piped(`Cut off what stands in front of it: tail -c +${at + 1} FILE`),
  };
}

/** The name by which iconv knows the encoding of text with two or four bytes a character. */
function wideEncoding(head: Uint8Array): string | undefined {
  const [a, b, c, d] = head;
  if (a === 0xff && b === 0xfe) return c === 0 && d === 0 ? 'UTF-32' : 'UTF-16';
  if (a === 0xfe && b === 0xff) return 'UTF-16';
  if (a === 0 && b === 0 && c === 0xfe && d === 0xff) return 'UTF-32';
  // Without a mark: JSON begins with two characters of ASCII, and one of them is in the text.
  const isAscii = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x09 && byte < 0x7f;
  if (isAscii(a) && b === 0 && isAscii(c) && d === 0) return 'UTF-16LE';
  if (a === 0 && isAscii(b) && c === 0 && isAscii(d)) return 'UTF-16BE';
  if (isAscii(a) && b === 0 && c === 0 && d === 0 && isAscii(head[4])) return 'UTF-32LE';
  if (a === 0 && b === 0 && c === 0 && isAscii(d)) return 'UTF-32BE';
  return undefined;
}

/** How bytes begin that are of no known kind. */
export function beginningOf(head: Uint8Array): string {
  return `bytes that start with ${printable(JSON.stringify(shortened(latin1(head, 24), 24)))}`;
}
