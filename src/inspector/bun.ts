/**
 * The snapshot of Bun, whose inspector speaks WebKit's protocol and has no snapshot in V8's format:
 * Bun itself writes one, as a string that stays in the process while it is fetched in pieces.
 */
import { ProcessError } from '../base/errors.js';
import type { Session } from './session.js';
import { isCount, isFlag, isMissingOr, isRecord, isText } from './shape.js';
import { quoted } from './waiting.js';

interface Made {
  readonly result: { readonly objectId?: string; readonly description?: string };
  readonly wasThrown?: boolean;
}

const isMade = isRecord<Made>({
  result: isRecord<Made['result']>({ objectId: isMissingOr(isText), description: isMissingOr(isText) }),
  wasThrown: isMissingOr(isFlag),
});

interface Piece {
  readonly result: {
    readonly value: { readonly text: string; readonly next: number; readonly length: number };
  };
}

const isPiece = isRecord<Piece>({
  result: isRecord<Piece['result']>({
    value: isRecord<Piece['result']['value']>({ text: isText, next: isCount, length: isCount }),
  }),
});

/** The text is asked for in pieces of this many characters. */
const PIECE = 1 << 18;

/** No piece ends between the halves of a character. */
const NEXT_PIECE = `function (from, size) {
  let next = Math.min(from + size, this.text.length);
  const last = this.text.charCodeAt(next - 1);
  if (last >= 0xd800 && last <= 0xdbff && next < this.text.length) next++;
  return { text: this.text.slice(from, next), next, length: this.text.length };
}`;

/**
 * Hands on the text of a snapshot. `silence` are the milliseconds that Bun may need for making it.
 * Throws ProcessError.
 */
export async function takeBunSnapshot(
  session: Session,
  silence: number,
  take: (text: string) => Promise<void> | undefined,
): Promise<void> {
  const { result, wasThrown } = await session.send(
    'Runtime.evaluate',
    { expression: '({ text: Bun.generateHeapSnapshot("v8") })' },
    { is: isMade, silence },
  );
  const { objectId } = result;
  if (wasThrown || objectId === undefined)
    throw new ProcessError(
      `${session.what} cannot make a snapshot: ${quoted(result.description ?? 'no reason given')}`,
    );
  try {
    for (let at = 0, length = 1; at < length; ) {
      const piece = await session.send(
        'Runtime.callFunctionOn',
        {
          objectId,
          functionDeclaration: NEXT_PIECE,
          arguments: [{ value: at }, { value: PIECE }],
          returnByValue: true,
        },
        { is: isPiece },
      );
      const { text, next } = piece.result.value;
      if (next <= at)
        throw new ProcessError(`${session.what} sent a snapshot that is not whole`, 'Try again.');
      at = next;
      length = piece.result.value.length;
      await take(text);
    }
  } finally {
    if (!session.over) await session.send('Runtime.releaseObject', { objectId }).catch(() => {});
  }
}
