/** What a target is asked for, by a conversation that is played here. */
import { describe, expect, test } from 'vitest';
import { ProcessError } from '../../src/base/errors.js';
import { limitsOf } from '../../src/inspector/limits.js';
import type { Session } from '../../src/inspector/session.js';
import { takeSnapshot } from '../../src/inspector/snapshot.js';
import { Refusal } from '../../src/inspector/waiting.js';

const TEXT = '{"snapshot":{"meta":{}},"strings":[]}';

/** A target that sends a snapshot, unless `refuse` gives an error for the parameters. */
function target(refuse: (params: object) => Error | undefined): { session: Session; asked: object[] } {
  const asked: object[] = [];
  const listeners = new Map<string, (params: never) => void>();
  const session = {
    what: 'the target',
    limits: limitsOf(undefined),
    over: undefined,
    gone: new Promise<void>(() => {}),
    on(event: string, _: unknown, listener: (params: never) => void) {
      listeners.set(event, listener);
      return () => void listeners.delete(event);
    },
    async send(method: string, params: object = {}) {
      if (method !== 'HeapProfiler.takeHeapSnapshot') return {};
      asked.push(params);
      const error = refuse(params);
      if (error) throw error;
      listeners.get('HeapProfiler.addHeapSnapshotChunk')?.({ chunk: TEXT } as never);
      return {};
    },
  } as unknown as Session;
  return { session, asked };
}

async function taken(session: Session, numbers: boolean): Promise<{ text: string; numbers: boolean }> {
  let text = '';
  const write = (piece: string): undefined => {
    text += piece;
  };
  const done = await takeSnapshot(session, { write, runtime: undefined, heapUsed: null, numbers } as never);
  return { text, numbers: done.numbers };
}

describe('takeSnapshot asks for numbers', () => {
  test('and says that they are there', async () => {
    const { session, asked } = target(() => undefined);
    expect(await taken(session, true)).toEqual({ text: TEXT, numbers: true });
    expect(asked).toEqual([{ reportProgress: true, captureNumericValue: true }]);
  });

  test('unless they are not wanted', async () => {
    const { session, asked } = target(() => undefined);
    expect(await taken(session, false)).toEqual({ text: TEXT, numbers: false });
    expect(asked).toEqual([{ reportProgress: true }]);
  });

  test('and takes the snapshot without them where the target refuses the parameter', async () => {
    const { session, asked } = target((params) =>
      'captureNumericValue' in params ? new Refusal('the target refuses it: unknown parameter') : undefined,
    );
    expect(await taken(session, true)).toEqual({ text: TEXT, numbers: false });
    expect(asked).toHaveLength(2);
  });

  test('but not again after any other failure', async () => {
    const { session, asked } = target(() => new ProcessError('the target ended'));
    await expect(taken(session, true)).rejects.toThrow('the target ended');
    expect(asked).toHaveLength(1);
  });

  test('and gives up where it is refused without them, too', async () => {
    const { session, asked } = target(() => new Refusal('the target refuses it'));
    await expect(taken(session, true)).rejects.toThrow('the target refuses it');
    expect(asked).toHaveLength(2);
  });
});
