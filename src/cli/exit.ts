/**
 * Exit codes.
 *
 * - ok: an answer was given.
 * - no: a check failed, or the thing looked for is not there.
 * - wrong: wrong usage or unreadable input.
 */
export const EXIT = { ok: 0, no: 1, wrong: 2 } as const;
