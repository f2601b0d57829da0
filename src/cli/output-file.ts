/** The file of an answer. A module of its own, loaded only when needed: most runs write no file. */
import { type AtomicFileOptions, openAtomicFile } from '../io/atomic-file.js';
import { BUFFERED, type Output } from './output.js';

export interface FileOutput extends Output {
  readonly file: string;
  /** As that of an AtomicFile. Not beside text that `write` was given. */
  writePooled(bytes: Uint8Array): Promise<void>;
  /** To be awaited before `finish`, when bytes were written in the thread pool. */
  settled(): Promise<void>;
  /** Gives the file's bytes. */
  finish(): number;
}

/** Mode: 0600 unless the options say otherwise. Throws UsageError when it cannot be written. */
export function openOutputFile(file: string, options?: AtomicFileOptions): FileOutput {
  const atomic = openAtomicFile(file, options);
  let waiting: string[] = [];
  let length = 0;
  const flush = (): void => {
    const text = waiting.join('');
    waiting = [];
    length = 0;
    if (text !== '') atomic.write(text);
  };
  return {
    file,
    isTerminal: false,
    wanted: true,
    write(data) {
      if (typeof data !== 'string') {
        flush();
        return atomic.write(data);
      }
      waiting.push(data);
      length += data.length;
      if (length >= BUFFERED) flush();
    },
    writePooled(bytes) {
      flush();
      return atomic.writePooled(bytes);
    },
    settled: () => atomic.settled(),
    finish() {
      flush();
      return atomic.finish();
    },
    discard: atomic.discard,
  };
}
