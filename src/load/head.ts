/**
 * The head of a snapshot: the object `snapshot` in front of the sections, or what the file is
 * instead.
 */
import { SnapshotError } from '../base/errors.js';
import type { Head } from '../graph/graph.js';
import type { ByteSource } from './byte-sources.js';
import { asBuffer } from './bytes.js';
import {
  CLOSE_OBJECT,
  OPEN_ARRAY,
  OPEN_OBJECT,
  peekToken,
  QUOTE,
  readKey,
  readValue,
  unexpected,
} from './json.js';
import { type Layout, layoutOf } from './meta.js';
import {
  beginningOf,
  notASnapshot,
  type OtherFile,
  otherBytes,
  otherText,
  snapshotBehind,
} from './other-files.js';
import { otherJson } from './other-json.js';
import type { ReadOptions } from './sections.js';
import { startsObject } from './sniff.js';
import { openSource, type SnapshotInput } from './source.js';
import { ByteWindow } from './window.js';

/**
 * What the head of a snapshot says, without reading on.
 *
 * - Throws: SnapshotError.
 * - Cost: the first few kilobytes.
 */
export async function readHead(input: SnapshotInput, options: ReadOptions = {}): Promise<Head> {
  const source = await openSource(input);
  try {
    return headOf(await readLayout(new ByteWindow(source, options.windowSize)), source);
  } finally {
    source.close();
  }
}

/** The public facts of a head. */
export function headOf(layout: Layout, source: ByteSource): Head {
  const { nodeCount, edgeCount, traceFunctionCount, extraNativeBytes, fieldNames, scopeFieldNames, part } =
    layout;
  const { name: file, compression, storedSize } = source;
  return {
    file,
    compression,
    storedSize,
    nodeCount,
    edgeCount,
    traceFunctionCount,
    extraNativeBytes,
    fieldNames,
    ...(scopeFieldNames ? { scopeFieldNames } : {}),
    ...(part ? { part } : {}),
  };
}

/**
 * Consumes the head. Throws SnapshotError: `empty`, `not-a-snapshot`, `malformed`, `too-large`,
 * `truncated`.
 */
export async function readLayout(window: ByteWindow): Promise<Layout> {
  const { name: file, compression } = window.source;
  while (window.end - window.start < 4096 && !window.ended) await window.fill();
  const head = window.bytes.slice(window.start, Math.min(window.end, window.start + 8192));
  const first = await peekFirst(window);
  if (first === -1 && compression !== undefined) throw unexpected(window, 'snapshot', 'an object');
  if (first === -1) {
    throw new SnapshotError('empty', 'holds nothing but white space', {
      file,
      hint: 'Take the snapshot again.',
    });
  }
  const refuse = (found: string, other?: OtherFile): SnapshotError => {
    const { offset } = window;
    const known = other ?? snapshotBehind(head) ?? otherJson(asBuffer(head).toString());
    return notASnapshot(file, known, { offset, expected: 'an object that begins with "snapshot"', found });
  };
  // Plain files were looked at before they were opened.
  const packed =
    compression === undefined || startsObject(head)
      ? undefined
      : (otherBytes(head, compression) ?? otherText(head));
  if (packed) throw refuse('', packed);
  if (first !== OPEN_OBJECT && first !== OPEN_ARRAY && first !== QUOTE) throw refuse(beginningOf(head));
  if (first !== OPEN_OBJECT) throw refuse('another JSON value');
  window.start++;
  const token = await peekToken(window);
  if (token === CLOSE_OBJECT) throw refuse('an empty object');
  const key = token === QUOTE ? await readKey(window, 'snapshot') : '';
  if (token === QUOTE && key !== 'snapshot')
    throw refuse(`an object whose first key is ${JSON.stringify(key)}`);
  if (token !== QUOTE) throw unexpected(window, 'snapshot', 'the key "snapshot"');
  const value = await peekToken(window);
  if (value !== OPEN_OBJECT && value !== -1) throw refuse('an object whose "snapshot" is not an object');
  const { offset } = window;
  const text = await readValue(window, 'snapshot', 1 << 24);
  if (!text.includes('"meta"')) throw refuse('an object whose "snapshot" has no "meta"');
  return layoutOf(text, file, offset);
}

/** Like peekToken, behind a byte order mark. */
async function peekFirst(window: ByteWindow): Promise<number> {
  while (window.end - window.start < 3 && !window.ended) await window.fill();
  const { bytes, start } = window;
  if (bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf) window.start += 3;
  return peekToken(window);
}
