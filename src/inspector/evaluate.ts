/** Expressions in the target. */
import { ProcessError } from '../base/errors.js';
import type { Session } from './session.js';
import { type Is, isFlag, isMissingOr, isObject, isRecord, isText } from './shape.js';
import { delay, quoted } from './waiting.js';

interface Evaluated {
  readonly result: { readonly value?: unknown; readonly description?: string };
  readonly exceptionDetails?: object;
  /** WebKit's word for it. */
  readonly wasThrown?: boolean;
}

const isEvaluated = isRecord<Evaluated>({
  result: isRecord<Evaluated['result']>({
    value: (_): _ is unknown => true,
    description: isMissingOr(isText),
  }),
  exceptionDetails: isMissingOr(isObject),
  wasThrown: isMissingOr(isFlag),
});

/** Also `require` is there then, in Node.js. */
const OPTIONS = { returnByValue: true, includeCommandLineAPI: true, silent: true };

/**
 * The value of an expression, as JSON has it; `within` so many milliseconds. Throws ProcessError,
 * also when it is not what `is` says.
 */
export async function evaluate<T>(
  session: Session,
  expression: string,
  is: Is<T>,
  within?: number,
): Promise<T> {
  const { result, exceptionDetails, wasThrown } = await session.send(
    'Runtime.evaluate',
    { expression, ...OPTIONS },
    { is: isEvaluated, ...(within === undefined ? {} : { within }) },
  );
  const { what } = session;
  if (exceptionDetails || wasThrown)
    throw new ProcessError(
      `${what} cannot evaluate an expression: ${quoted(result.description ?? String(result.value))}`,
    );
  if (!is(result.value))
    throw new ProcessError(
      `${what} gives ${quoted(JSON.stringify(result.value) ?? 'nothing')} where something else was asked for`,
    );
  return result.value;
}

// Later, because close() waits for this very connection. `require` is only there while the
// expression runs.
const CLOSE_INSPECTOR = `(() => {
  const load = process.getBuiltinModule ?? require;
  const inspector = load('inspector');
  setTimeout(() => inspector.close(), 0);
})()`;

/**
 * Asks the target to close its inspector, which ends this connection too. It may be busy with a
 * snapshot that nobody wants any more: the request waits in its queue and is done then, so its end
 * is waited for only as long as `ms` says.
 */
export async function closeInspector(session: Session, ms: number): Promise<void> {
  session.resume();
  const params = { expression: CLOSE_INSPECTOR, ...OPTIONS };
  const refused = session.send('Runtime.evaluate', params, { within: ms }).then(
    () => session.gone,
    () => {},
  );
  await Promise.race([refused, delay(ms)]);
}
