/** Which texts are no queries: names of classes and other forms that are the whole text. */
import { type Condition, FIELD_ALIASES, FIELDS, FUNCTIONS, RESERVED } from './syntax.js';

/** Forms that are the whole text, whatever it holds. */
export function wholeText(text: string): Condition | undefined {
  const trimmed = text.trim();
  if (/^\([^()]*\)$/.test(trimmed) && !RESERVED.has(trimmed.slice(1, -1).trim()) && !looksLikeQuery(trimmed))
    return isWords(trimmed.slice(1, -1)) ? { kind: 'class', name: text } : undefined;
  if (text.startsWith('tag:') && !/\s(and|or)\s/.test(text) && !/^tag:["']/.test(text))
    return { kind: 'tag', name: text.slice('tag:'.length) };
  return undefined;
}

/** V8's own names in parentheses, such as `(compiled code)`. */
export function isWords(text: string): boolean {
  return !/\b(and|or|not|in)\b/.test(text) && !/[=<>~"'/@]/.test(text);
}

const FIELD_NAMES = [...Object.keys(FIELDS), ...Object.keys(FIELD_ALIASES)].join('|');
const STARTS = `(?:(?:${FIELD_NAMES})\\s*(?:=|!=|<|>|~|!~|in\\b)|(?:${FUNCTIONS.join('|')})\\s*\\(|@\\d|tag:)`;
const BEGINS_LIKE_QUERY = new RegExp(`^[\\s(]*(?:not[\\s(]+)*${STARTS}`);
const HOLDS_CONDITION = new RegExp(`(?:^|[\\s(])${STARTS}`);
const COMPARES = /^[\s(]*(?:not\s+)?[\p{L}_$][\p{L}\p{N}_$]*\s*(?:=|!=|<=?|>=?|!?~)\s*[\d"'/tfnu]/u;

/** Whether a text that cannot be parsed was meant to be a query, and not the name of a class. */
export function looksLikeQuery(text: string): boolean {
  if (BEGINS_LIKE_QUERY.test(text) || /^\s*@/.test(text)) return true;
  if (/^\s*not\s/.test(text) && HOLDS_CONDITION.test(text)) return true;
  // Elements are called `<a title="this and that">`.
  if (/\s(and|or)(\s|$)/.test(text)) return !/^(Detached )?<\w/.test(text);
  return COMPARES.test(text) && !/[<>]\w*>|\/\/|\s\/\s/.test(text);
}
