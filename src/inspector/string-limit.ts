/** How many characters of a string V8 writes into a snapshot. */
import { ProcessError } from '../base/errors.js';
import { evaluate } from './evaluate.js';
import { wish } from './facts.js';
import type { Session } from './session.js';
import { isFlag, isListOf, isText } from './shape.js';

/** V8's own limit, in characters. */
export const STRING_LIMIT = 1024;

const FLAG = '--heap-snapshot-string-limit';

/** As V8 takes it. */
export function stringLimitFlag(characters: number): string {
  return `${FLAG}=${characters}`;
}

/**
 * The limit that the flags of a command line set, `_` and `-` alike, the last one; undefined where
 * they set none.
 */
export function stringLimitIn(flags: readonly string[]): number | undefined {
  const limits = flags.flatMap((flag) => {
    const [name = '', value = ''] = flag.replaceAll('_', '-').split('=', 2);
    return name === FLAG && /^\d+$/.test(value) ? [Number(value)] : [];
  });
  return limits.at(-1);
}

/** For the request to be on its way. */
const AT_ONCE_MS = 300;

export interface RaisedLimit {
  /**
   * Puts the limit back that was there before: the flags', or V8's own. `atOnce` does not wait for
   * a target that is busy, which does it later.
   */
  readonly restore: (atOnce: boolean) => Promise<void>;
  /** What the target's flags set; undefined where they set none. */
  readonly byFlags: number | undefined;
}

/**
 * Raises the limit (`--heap-snapshot-string-limit`) in a target that is Node.js, for all of its
 * threads.
 *
 * - Out: undefined where the target does not allow it. V8 tells nobody the value of a flag, so that
 *   a limit that the program set by v8.setFlagsFromString cannot be seen.
 * - Cost: two expressions in the target.
 */
export async function raiseStringLimit(session: Session, limit: number): Promise<RaisedLimit | undefined> {
  const flags = await wish(session, evaluate(session, 'process.execArgv', isListOf(isText)));
  const byFlags = flags instanceof ProcessError ? undefined : stringLimitIn(flags);
  const set = (characters: number, within?: number): Promise<boolean> =>
    evaluate(
      session,
      `(() => { (process.getBuiltinModule ?? require)('v8').setFlagsFromString('${stringLimitFlag(characters)}'); return true; })()`,
      isFlag,
      within,
    );
  const raised = await wish(session, set(limit));
  if (raised instanceof ProcessError || raised !== true) return undefined;
  return {
    byFlags,
    restore: async (atOnce) => {
      // A target that has gone has no limit any more.
      await set(byFlags ?? STRING_LIMIT, atOnce ? AT_ONCE_MS : undefined).catch(() => {});
    },
  };
}
