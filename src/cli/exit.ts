/** An answer was given; a check failed or the thing looked for is not there; wrong usage or unreadable input. */
export const EXIT = { ok: 0, no: 1, wrong: 2 } as const;
