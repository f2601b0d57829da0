/**
 * Text out of a snapshot is data: it may hold terminal escape sequences, line breaks and marks that
 * turn the reading direction. This is the one place that makes such text safe to show.
 */

// C0 and C1 controls, DEL, soft hyphen and zero-width marks, line and paragraph separators, bidi
// controls (Unicode UAX #9), the byte order mark, interlinear marks, tag characters, lone surrogates.
const UNSAFE =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|[\ud800-\udfff]/gu;

const SHORT: Record<string, string> = {
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
  '\f': '\\f',
  '\0': '\\0',
};

/**
 * The text with every character that a terminal could act on, or that a reader could not see,
 * written as a JavaScript escape (`\n`, `\x1b`, `\u202e`). Backslashes of the text itself stay as they are.
 * The result holds no line break. Cost: linear in the text's length.
 */
export function printable(text: string): string {
  return text.replace(UNSAFE, escapeCharacter);
}

/** The same characters as JSON escapes (`\u001b`), for text that is a JSON document already: it stays valid and keeps its value. */
export function printableJson(json: string): string {
  return json.replace(UNSAFE, (character) =>
    character === '\n'
      ? character
      : [...Array(character.length).keys()]
          .map((i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`)
          .join(''),
  );
}

/** The first `limit` characters (code points, never half a surrogate pair), with `…` where something was cut. */
export function shortened(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const characters = Array.from(text.slice(0, limit * 2 + 2));
  return characters.length <= limit ? text : `${characters.slice(0, limit - 1).join('')}…`;
}

function escapeCharacter(character: string): string {
  const short = SHORT[character];
  if (short !== undefined) return short;
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`;
}
