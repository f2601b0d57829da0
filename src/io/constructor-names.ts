/** Where a script has the names of its classes, by the places of their constructors. */
import { tokenizer, tokTypes } from 'acorn';

/** A class whose body has not begun, or is open. */
interface Open {
  /** Where its name stands; undefined for a class without one. */
  readonly name: number | undefined;
  /** Brackets that are open around it. */
  readonly depth: number;
}

/** What stands before `constructor` where that is no constructor of the class around it. */
const BEFORE_OTHERS: ReadonlySet<string> = new Set([
  '.',
  '?.',
  '=',
  '(',
  ',',
  'new',
  'static',
  'get',
  'set',
  'async',
  '*',
]);

/**
 * By offset of the bracket behind `constructor`, which is the place that V8 gives: the offset of
 * the name of the class, or of the variable or property that it is given to.
 *
 * The text is read as tokens, so that nothing of it is kept. Where it is no JavaScript, what stands
 * before that place is known.
 *
 * - Cost: one pass over the text.
 */
export function constructorNames(text: string): ReadonlyMap<number, number> {
  const places = new Map<number, number>();
  const pending: Open[] = []; // between `class` and the body
  const bodies: Open[] = [];
  let depth = 0;
  let last = { text: '', start: -1, isName: false };
  let beforeLast = last;
  let constructorAt = -1;
  try {
    const tokens = tokenizer(text, { ecmaVersion: 'latest', sourceType: 'module', allowHashBang: true });
    for (const token of tokens) {
      const { type, start, end } = token;
      const isName = type === tokTypes.name;
      const word = end - start <= LONGEST_WORD ? text.slice(start, end) : '';
      if (type === tokTypes._class && last.text !== '.' && last.text !== '?.') {
        const given = (last.text === '=' || last.text === ':') && beforeLast.isName;
        pending.push({ name: given ? beforeLast.start : undefined, depth });
      } else if (isName && last.text === 'class' && pending.at(-1)?.depth === depth) {
        pending[pending.length - 1] = { name: start, depth };
      } else if (type === tokTypes.parenL && constructorAt >= 0) {
        const { name } = bodies.at(-1)!;
        if (name !== undefined) places.set(start, name);
      }
      const isKey = word === 'constructor' || word === '"constructor"' || word === "'constructor'";
      const isInBody = bodies.at(-1)?.depth === depth - 1;
      constructorAt = isKey && isInBody && !BEFORE_OTHERS.has(last.text) ? start : -1;
      if (OPENING.has(type)) {
        if (type === tokTypes.braceL && pending.at(-1)?.depth === depth) bodies.push(pending.pop()!);
        depth++;
      } else if (CLOSING.has(type)) {
        depth--;
        if (bodies.at(-1)?.depth === depth) bodies.pop();
      }
      beforeLast = last;
      last = { text: word, start, isName };
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return places;
}

const LONGEST_WORD = 100;
const { parenL, braceL, bracketL, dollarBraceL, parenR, braceR, bracketR } = tokTypes;
const OPENING: ReadonlySet<unknown> = new Set([parenL, braceL, bracketL, dollarBraceL]);
const CLOSING: ReadonlySet<unknown> = new Set([parenR, braceR, bracketR]);
