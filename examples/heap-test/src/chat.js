/** A chat whose server forgets nobody: `leave` closes the session, and `rooms` keeps it. */
export class Session {
  constructor(user) {
    this.user = user;
    this.history = [];
  }
}

const rooms = new Map();

/** Takes a user into a room. */
export function join(room, user) {
  const session = new Session(user);
  if (!rooms.has(room)) rooms.set(room, new Set());
  rooms.get(room).add(session);
  return session;
}

/** Lets a user go. */
export function leave(room, session) {
  session.history.length = 0;
  // The fix for the leak; the tests run with and without it.
  if (process.env.FIXED) rooms.get(room).delete(session);
}
