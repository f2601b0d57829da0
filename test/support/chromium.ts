/** A Chromium that shows one page, for as long as a test needs it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterFile } from './after-file.js';
import { freePort } from './processes.js';

export interface Chromium {
  /** Of its inspector, which may not be open yet. */
  readonly port: number;
  /** Ends every process of it and removes its profile. */
  stop(): Promise<void>;
}

const left = new Set<Chromium>();
afterFile(async () => {
  await Promise.all([...left].map((one) => one.stop()));
});

export async function startChromium(program: string, url: string): Promise<Chromium> {
  const port = await freePort();
  const profile = mkdtempSync(path.join(tmpdir(), 'heapgraph-chromium-'));
  const child = spawn(
    program,
    [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--disable-background-networking',
      '--disable-breakpad',
      '--disable-component-update',
      '--no-first-run',
      `--remote-debugging-port=${port}`,
      `--user-data-dir=${profile}`,
      url,
    ],
    { detached: true, stdio: 'ignore' },
  );
  const exited = once(child, 'exit');
  const one: Chromium = {
    port,
    async stop() {
      left.delete(one);
      // Its helpers are processes of the same group, and write to the profile until they end, too.
      // One that ended but that nobody waits for counts as there: hence the bound.
      for (let tries = 0; tries < 100 && isKilled(child.pid!); tries++)
        await new Promise((resolve) => setTimeout(resolve, 50));
      await exited;
      await rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    },
  };
  left.add(one);
  return one;
}

/** Kills the group; false when no process of it is left. */
function isKilled(group: number): boolean {
  try {
    process.kill(-group, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
}
