/** The file of an answer. A module of its own, loaded only when needed: most runs write no file. */
import { type AtomicFileOptions, openAtomicFile } from '../io/atomic-file.js';
import { BUFFERED, type Output } from './output.js';

export interface FileOutput extends Output {
  readonly file: string;
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
    finish() {
      flush();
      return atomic.finish();
    },
    discard: atomic.discard,
  };
}
