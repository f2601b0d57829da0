/** Answers of other commands about the snapshots that a command has opened. */
import type { Answer } from '../../base/result.js';
import type { Asked, Question } from '../command.js';
import { optionValues, readTexts } from '../options.js';

/**
 * The answer of a command.
 *
 * - In: what a command was asked, whose snapshots have all that the other one needs; options by
 *   their names, as they are read; those that the other command has not are left out.
 * - Throws: what the command throws.
 */
export async function answerOf(
  command: Question,
  asked: Pick<Asked, 'snapshots' | 'machine' | 'session' | 'config'>,
  given: Readonly<Record<string, unknown>>,
): Promise<Answer> {
  const defaults = readTexts(command.options, optionValues(command.options, {}));
  const known = Object.entries(given).filter(([name]) => Object.hasOwn(command.options, name));
  return command.run({
    snapshot: asked.snapshots.at(-1)!,
    snapshots: asked.snapshots,
    targets: [],
    options: { ...defaults, ...Object.fromEntries(known) } as never,
    machine: asked.machine,
    session: asked.session,
    config: asked.config,
  });
}
