/**
 * A program's inspector session with itself, which needs no port. Runs in programs that `capture`
 * starts.
 */
import inspector from 'node:inspector';

export interface OwnSession {
  /** The answer is there at once. Throws what V8 refuses. */
  post<T>(method: string, params?: object): T;
  /** V8 ends what the session began, such as noting where objects are made. */
  end(): void;
}

export function openOwnSession(): OwnSession {
  const session = new inspector.Session();
  session.connect();
  return {
    post<T>(method: string, params: object = {}): T {
      let failure: Error | null | undefined;
      let answer: unknown;
      session.post(method, params, (error: Error | null, result: unknown) => {
        failure = error;
        answer = result;
      });
      if (failure) throw failure;
      return answer as T;
    },
    end: () => session.disconnect(),
  };
}
