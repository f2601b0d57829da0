/** Which sizes an answer has: DevTools' or V8's own. */
import type { Row } from '../../base/result.js';

export const rawSizes = {
  raw: { kind: 'flag', help: "V8's own sizes (self_size): helper objects do not count for their owners" },
} as const;

/** Which sizes an answer has, as it stands in JSON. */
export function sizesField(raw: boolean): Row {
  return { sizes: raw ? 'raw' : 'devtools' };
}
