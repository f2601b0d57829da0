/**
 * The one place that says how a number of a snapshot is taken apart. The loops over records exist in TypeScript and in
 * AssemblyScript; both have comments in place of this code:
 *
 *   // @number name          a number of up to nine digits, into `name`
 *   // @number name records  the same, in a loop inside of the loop `records`
 *   // @unbounded id         a number of any length; of more than nine digits `id` is meaningless
 *   // @skipped traceNodeId  a number of up to nine digits that nobody needs
 *   // @skipped id 20        the same, of up to twenty
 *   // @digits type 2        a number of one or two digits
 *   // @end                  the end of a record: a comma, or a newline and a comma
 *
 * In: `p`, where the number begins; the bytes end with a 0.
 * Out: `p` two behind the number; `c`, the byte behind the number minus 48; `start`, where the number began.
 * What is written in another way leaves the loop.
 */

const DIALECTS = {
  typescript: {
    byte: (offset = 0) => `(b[p${offset ? ` + ${offset}` : ''}]! - 48) | 0`,
    move: (by) => `p = (p + ${by}) | 0;`,
    isDigit: (value) => `${value} >>> 0 < 10`,
    append: (name) => `${name} = (Math.imul(${name}, 10) + c) | 0;`,
    atComma: 'b[p] === 44',
  },
  assemblyscript: {
    byte: (offset = 0) => `<i32>load<u8>(p${offset ? `, ${offset}` : ''}) - 48`,
    move: (by) => `p += ${by};`,
    isDigit: (value) => `<u32>${value} < 10`,
    append: (name) => `${name} = ${name} * 10 + c;`,
    atComma: 'load<u8>(p) == 44',
  },
};

/** Replaces the comments in a text. `dialect` is `typescript` or `assemblyscript`. */
export function withRecordLoops(text, dialect) {
  const code = codeIn(DIALECTS[dialect]);
  return text.replace(
    /^( *)\/\/ @(number|unbounded|skipped|digits|end)\b(.*)$/gm,
    (_, indent, what, rest) => {
      return code[what](...rest.trim().split(/\s+/))
        .trim()
        .split('\n')
        .map((line) => indent + line)
        .join('\n');
    },
  );
}

function codeIn({ byte, move, isDigit, append, atComma }) {
  const next = `c = ${byte()};\n  ${move(1)}`;
  const firstDigit = (name, out) => `
start = p;
let ${name} = ${byte()};
c = ${byte(1)};
${move(2)}
if (!(${isDigit(name)})) ${out};`;
  const moreDigits = (name) => `
while (${isDigit('c')}) {
  ${append(name)}
  ${next}
}`;
  const leave = (label) => (label ? `break ${label}` : 'break');
  return {
    number: (name, label) =>
      `${firstDigit(name, leave(label))}${moreDigits(name)}\nif (p - start > 10) ${leave(label)};`,
    unbounded: (name) => `${firstDigit(name, 'break')}${moreDigits(name)}`,
    skipped: (_name, digits = 9) => `
start = p;
${next}
if (!(${isDigit('c')})) break;
while (${isDigit('c')}) {
  ${next}
}
if (p - start > ${Number(digits) + 1}) break;`,
    digits: (name, most) =>
      `${firstDigit(name, 'break')}${most === '2' ? `\nif (${isDigit('c')}) {\n  ${append(name)}\n  ${next}\n}` : ''}`,
    end: () =>
      `
if (c != COMMA) {
  if (c != NEWLINE || !(${atComma})) break;
  ${move(1)}
}`.replaceAll('!=', atComma.includes('===') ? '!==' : '!='),
  };
}
