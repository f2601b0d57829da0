/** What is said when an input cannot be opened or read, or is empty. */

import { SnapshotError } from '../base/errors.js';
import { type ReadRefusal, readRefusal } from '../io/reasons.js';

export function emptyError(file: string): SnapshotError {
  return new SnapshotError('empty', 'is empty: it holds no bytes', {
    file,
    hint: 'The process that wrote it was probably stopped, or the disk was full. Take the snapshot again.',
  });
}

const HINTS: Readonly<Record<ReadRefusal, string>> = {
  missing: 'Check the path.',
  forbidden:
    'Snapshots are often written by another user (root in a container): change the owner or the mode.',
  failed: 'The disk, the network or the program that writes the stream has failed: copy the file again.',
};

/** The error of an input that the system refuses; a SnapshotError as it is. */
export function openError(file: string, error: unknown): SnapshotError {
  if (error instanceof SnapshotError) return error;
  const { kind, words } = readRefusal(error);
  const reason = kind === 'missing' ? 'missing' : 'unreadable';
  return new SnapshotError(reason, words, { file, hint: HINTS[kind], cause: error });
}
