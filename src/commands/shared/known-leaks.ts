/** Leaks that somebody knows of already: a job fails on others. */
import { UsageError } from '../../base/errors.js';
import type { KnownLeakFact } from '../../base/leak-report.js';
import { type Note, type NoteLike, note } from '../../base/notes.js';
import { printable, shortened } from '../../base/printable.js';
import type { SuspectEntry } from '../../base/suspect-report.js';

/** A cause that is known, from the config file or the command line. */
export interface KnownLeak {
  /** 8 hexadecimal digits, as answers print them. */
  readonly fingerprint: string;
  /** The last day on which it is accepted, `2027-01-01`; undefined for always. */
  readonly until?: string;
  readonly why?: string;
}

const FINGERPRINT = /^[0-9a-f]{8}$/;

/** Throws UsageError for a text that is no fingerprint. */
export function readFingerprint(text: string): string {
  const digits = text.toLowerCase();
  if (FINGERPRINT.test(digits)) return digits;
  throw new UsageError(
    `expected a fingerprint of 8 hexadecimal digits, found "${printable(shortened(text, 40))}"`,
    'suspects, dead and leaks print them: fingerprint 9f3c01e2.',
  );
}

/** One of the command line is a fingerprint; one of the config file has been read already. */
export function readKnown(known: string | KnownLeak): KnownLeak {
  return typeof known === 'string' ? { fingerprint: readFingerprint(known) } : known;
}

/** The options of commands that print fingerprints. */
export const knownOptions = {
  fingerprint: {
    kind: 'list',
    value: 'digits',
    read: readFingerprint,
    help: 'only what has this fingerprint',
  },
  known: {
    kind: 'list',
    value: 'digits',
    read: readKnown,
    help: 'a fingerprint that is known: --fail-if-any is about others',
  },
} as const;

export interface KnownLeaks {
  /** What is known of a fingerprint; null where nothing is. */
  factOf(fingerprint: string): KnownLeakFact | null;
  /** Whether a job should fail because of it. */
  isNew(fingerprint: string): boolean;
  /**
   * What is overdue, and what is known and not there.
   *
   * - In: the fingerprints of all that was found, without any selection; the command that looked.
   */
  notes(found: ReadonlySet<string>, command: string): NoteLike[];
}

/**
 * The known ones by their fingerprints. Of several with the same the last one counts.
 *
 * - In: the day is a date as ISO 8601 has it, in UTC: today, where none is given.
 */
export function knownLeaks(
  list: readonly KnownLeak[],
  today: string = new Date().toISOString().slice(0, 10),
): KnownLeaks {
  const byPrint = new Map(list.map((known) => [known.fingerprint, known]));
  const isOverdue = ({ until }: KnownLeak): boolean => until !== undefined && until < today;
  const named = ({ fingerprint, why }: KnownLeak): string =>
    `${fingerprint}${why === undefined ? '' : ` (${printable(shortened(why, 200))})`}`;
  return {
    factOf(fingerprint) {
      const known = byPrint.get(fingerprint);
      return known ? { why: known.why ?? null, until: known.until ?? null, overdue: isOverdue(known) } : null;
    },
    isNew(fingerprint) {
      const known = byPrint.get(fingerprint);
      return known === undefined || isOverdue(known);
    },
    notes: (found, command) =>
      [...byPrint.values()].flatMap((known) => {
        if (!found.has(known.fingerprint))
          return [
            `the known ${named(known)} was not found by ${command}: if it is mended, take it out of the list`,
          ];
        return isOverdue(known)
          ? [`the known ${named(known)} is overdue: it was accepted until ${known.until}`]
          : [];
      }),
  };
}

/** Fingerprints that are named where one that was asked for is not there. */
const MOST_NAMED = 10;

/**
 * A note on fingerprints that were asked for and that nothing has, with those that there are: a job
 * that selects nothing finds nothing, and one that was misspelt is never found.
 *
 * - In: what was asked for; the fingerprints of all that was found, without any selection.
 */
export function absentPrintNotes(asked: readonly string[], found: Iterable<string>): Note[] {
  const there = new Set(found);
  const absent = [...new Set(asked)].filter((print) => !there.has(print));
  if (absent.length === 0) return [];
  const named = [...there].slice(0, MOST_NAMED).join(', ');
  const others = there.size > MOST_NAMED ? `, and ${there.size - MOST_NAMED} more` : '';
  const here = there.size === 0 ? 'there is no other either' : `these are here: ${named}${others}`;
  return [note('unknown')`no entry has the fingerprint ${absent.join(' or ')}; ${here}`];
}

/**
 * What is known of a suspect: by its own fingerprint, or, where only dead objects make it a leak,
 * by all of theirs.
 */
export function suspectFact(known: KnownLeaks, { fingerprint, leakBy }: SuspectEntry): KnownLeakFact | null {
  const own = known.factOf(fingerprint);
  if (own !== null || leakBy.length === 0) return own;
  const facts = leakBy.map((one) => known.factOf(one));
  if (facts.includes(null)) return null;
  return facts.find((fact) => fact?.overdue) ?? facts[0]!;
}

/** Whether a job should fail because of it. */
export function isNews(fact: KnownLeakFact | null): boolean {
  return fact === null || fact.overdue;
}

/** ` Known until 2027-01-01: a reason.`, to be read behind a sentence; empty for null. */
export function knownWords(fact: KnownLeakFact | null): string {
  if (fact === null) return '';
  const { why, until, overdue } = fact;
  const reason = why === null ? '' : `: ${why.replace(/[.\s]+$/, '')}`;
  if (overdue) return ` Known, accepted until ${until} and overdue${reason}.`;
  return ` Known${until === null ? '' : `, accepted until ${until}`}${reason}.`;
}
