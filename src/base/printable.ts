/**
 * Text out of a snapshot is data: it may hold terminal escape sequences, line breaks and marks that
 * turn the reading direction. This is the one place that makes such text safe to show.
 */

// C0 and C1 controls, DEL, soft hyphen and zero-width marks, line and paragraph separators, bidi
// controls (Unicode UAX #9), the byte order mark, interlinear marks, tag characters, lone
// surrogates.
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
 * written as a JavaScript escape (`\n`, `\x1b`, `\u202e`). Backslashes of the text itself stay as
 * they are. The result holds no line break. Cost: linear in the text's length.
 */
export function printable(text: string): string {
  return text.replace(UNSAFE, escapeCharacter);
}

/**
 * The same characters as JSON escapes (`\u001b`), for text that is a JSON document already: it
 * stays valid and keeps its value.
 */
export function printableJson(json: string): string {
  return json.replace(UNSAFE, (character) =>
    character === '\n'
      ? character
      : [...Array(character.length).keys()]
          .map((i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`)
          .join(''),
  );
}

/**
 * The first `limit` characters (code points, never half a surrogate pair), with `…` where something
 * was cut.
 */
export function shortened(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const characters = Array.from(text.slice(0, limit * 2 + 2));
  return characters.length <= limit ? text : `${characters.slice(0, limit - 1).join('')}…`;
}

/**
 * A value as JSON in at most `limit` characters, for messages. However deep it is nested and
 * however large it is: what lies deeper than three levels is `…`.
 */
export function shortJson(value: unknown, limit: number): string {
  return shortened(jsonUpTo(value, limit, 3), limit);
}

function jsonUpTo(value: unknown, limit: number, levels: number): string {
  if (typeof value === 'string') return JSON.stringify(shortened(value, limit));
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? String(value);
  const isList = Array.isArray(value);
  const [open, close] = isList ? '[]' : '{}';
  const entries: [string, unknown][] = isList ? value.slice(0, limit).map((item) => ['', item]) : [];
  // Not Object.entries: an object may have millions of keys.
  if (!isList) for (const key in value) if (entries.push([key, value[key as never]]) > limit) break;
  if (levels === 0 && entries.length > 0) return `${open}…${close}`;
  let text = open!;
  for (const [i, [key, item]] of entries.entries()) {
    if (text.length > limit) return text;
    const name = isList ? '' : `${JSON.stringify(shortened(key, limit))}:`;
    text += `${i > 0 ? ',' : ''}${name}${jsonUpTo(item, limit, levels - 1)}`;
  }
  return text + close;
}

function escapeCharacter(character: string): string {
  const short = SHORT[character];
  if (short !== undefined) return short;
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`;
}
