/** What helps beside an error's hint, in the words of the command line. */
import type { RemedyWords } from '../base/errors.js';

export const REMEDIES: RemedyWords = {
  salvage: ' --salvage answers from what is there.',
  'read-less': ' count, typestats and show-most-common-types need no memory for nodes.',
  capture: ' heapgraph capture takes a snapshot of a process that runs.',
  pipe: ' | heapgraph … -',
};
