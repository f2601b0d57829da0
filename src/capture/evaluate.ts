/** Expressions in the target. */
import { ProcessError } from '../errors.js';
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

/** The value of an expression, as JSON has it. Throws ProcessError, also when it is not what `is` says. */
export async function evaluate<T>(session: Session, expression: string, is: Is<T>): Promise<T> {
  const { result, exceptionDetails, wasThrown } = await session.send(
    'Runtime.evaluate',
    { expression, ...OPTIONS },
    { is: isEvaluated },
  );
  const { what } = session;
  if (exceptionDetails || wasThrown)
    throw new ProcessError(
      `${what} cannot evaluate an expression: ${quoted(result.description ?? String(result.value))}`,
    );
  if (!is(result.value))
    throw new ProcessError(
      `${what} gives ${quoted(JSON.stringify(result.value) ?? 'nothing')} for an expression that is something else`,
    );
  return result.value;
}

// Later, because close() waits for this very connection. `require` is only there while the expression runs.
const CLOSE_INSPECTOR = `(() => {
  const load = process.getBuiltinModule ?? require;
  const inspector = load('inspector');
  setTimeout(() => inspector.close(), 0);
})()`;

const CLOSE_MS = 1000;

/**
 * Asks the target to close its inspector, which ends this connection too. It may be busy with a snapshot that nobody
 * wants any more: the request waits in its queue and is done then, so its answer is waited for only a little.
 */
export async function closeInspector(session: Session): Promise<void> {
  session.resume();
  const asked = session
    .send('Runtime.evaluate', { expression: CLOSE_INSPECTOR, ...OPTIONS }, { within: CLOSE_MS })
    .catch(() => {});
  await asked;
  await Promise.race([session.gone, delay(CLOSE_MS)]);
}
