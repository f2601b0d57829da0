/** How many characters of a string V8 writes into a snapshot. */
import { ProcessError } from '../errors.js';
import { evaluate } from './evaluate.js';
import { wish } from './facts.js';
import type { Session } from './session.js';
import { isFlag } from './shape.js';

/** V8's own limit, in characters. */
export const STRING_LIMIT = 1024;

/**
 * Raises the limit (`--heap-snapshot-string-limit`) in a target that is Node.js.
 *
 * - Out: what puts V8's own limit back; undefined where the target does not allow it.
 * - Cost: an expression in the target.
 */
export async function raiseStringLimit(
  session: Session,
  limit: number,
): Promise<(() => Promise<void>) | undefined> {
  const set = (characters: number): Promise<boolean> =>
    evaluate(
      session,
      `(() => { (process.getBuiltinModule ?? require)('v8').setFlagsFromString('--heap-snapshot-string-limit=${characters}'); return true; })()`,
      isFlag,
    );
  const raised = await wish(session, set(limit));
  if (raised instanceof ProcessError || raised !== true) return undefined;
  return async () => {
    await wish(session, set(STRING_LIMIT));
  };
}
