/** Labels of functions as answers print them: `checkout() server.js:12`. */

const LABEL = /^(?:(.+)\(\)|\(anonymous\))(?: (.+?):(\d{1,10})(?::(\d{1,10}))?)?$/s;

/**
 * Characters of a label: V8 cuts names at 1,024. Matching takes quadratic time, which a longer text
 * could be made for.
 */
const LONGEST_LABEL = 1 << 13;

/** Name, script, line and column of a label; null for a text that is none. */
export function partsOfLabel(text: string): RegExpExecArray | null {
  return text.length > LONGEST_LABEL ? null : LABEL.exec(text);
}

/** Whether a text looks like the label of a function. */
export function isFunctionLabel(text: string): boolean {
  return partsOfLabel(text) !== null;
}
