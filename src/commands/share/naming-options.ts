/** Which texts and names of the program stay in a copy: options of commands that make one. */
import { UsageError } from '../../base/errors.js';
import { option, parts } from '../../base/notes.js';
import type { AnonymizeOptions } from '../../session/anonymized.js';
import type { ValuesOf } from '../options.js';
import { textTest } from './text-test.js';

export const namingOptions = {
  salt: {
    kind: 'text',
    value: 'secret',
    help: 'the pseudonyms of another run with this salt, to compare; keep it to yourself (default: a random one, which nobody has afterwards)',
  },
  keepClasses: { kind: 'flag', help: 'keep the names of classes' },
  allow: {
    kind: 'list',
    value: 'name',
    read: textTest,
    help: 'keep this text or name, or all that fit /PATTERN/',
  },
  deny: {
    kind: 'list',
    value: 'name',
    read: textTest,
    help: 'do not keep this one, whatever else says so; /PATTERN/ as well',
  },
} as const;

type NamingValues = ValuesOf<typeof namingOptions>;

/** What they say. */
export function namingOf({ salt, keepClasses, allow, deny }: NamingValues): AnonymizeOptions {
  return { salt, keepClasses, allow: anyOf(allow), deny: anyOf(deny) };
}

/** Throws UsageError where one of them is given in vain. */
export function checkNoNaming({ salt, keepClasses, allow, deny }: NamingValues): void {
  const given = [
    salt !== undefined && 'salt',
    keepClasses && 'keepClasses',
    allow.length > 0 && 'allow',
    deny.length > 0 && 'deny',
  ].find((name) => name !== false);
  if (given !== undefined)
    throw new UsageError(
      parts`${option(given)} is about pseudonyms, and no text is replaced`,
      parts`Add ${option('anonymize')}, or leave it out.`,
    );
}

function anyOf(tests: readonly unknown[]): (text: string) => boolean {
  const all = tests as readonly ((text: string) => boolean)[];
  return (text) => all.some((test) => test(text));
}
