/** Command lines for the processes of cli-hosts.ts. */
import net from 'node:net';
import { createInterface } from 'node:readline';
import { inject } from 'vitest';
import type { HostRun, Question } from './cli-host.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the processes are asked. */
    readonly cliHosts: string;
  }
}

export type Answer = { readonly run: HostRun } | { readonly error: string };

/** Questions without an answer, in the order in which they were asked. */
const waiting: ((answer: Answer) => void)[] = [];
let connection: net.Socket | undefined;

/** The answer of one of the shared processes. */
export async function askHosts(question: Question): Promise<HostRun> {
  connection ??= connect();
  connection.write(`${JSON.stringify(question)}\n`);
  const answer = await new Promise<Answer>((resolve) => waiting.push(resolve));
  if ('error' in answer) throw new Error(answer.error);
  return answer.run;
}

function connect(): net.Socket {
  const socket = net.connect(inject('cliHosts'));
  const fail = (error?: Error): void => {
    connection = undefined;
    const message = `the processes that answer command lines are gone: ${error?.message ?? 'closed'}`;
    for (const settle of waiting.splice(0)) settle({ error: message });
  };
  socket.on('error', fail);
  socket.on('close', () => fail());
  createInterface({ input: socket }).on('line', (line) => waiting.shift()?.(JSON.parse(line) as Answer));
  return socket;
}
