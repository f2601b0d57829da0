/** Runtimes that some machines have: tests of them are skipped on all others. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

/** A program in PATH or named by a variable; undefined when there is none. */
export function programFile(names: readonly string[], variable: string): string | undefined {
  const isFile = (file: string): boolean =>
    file !== '' && statSync(file, { throwIfNoEntry: false })?.isFile() === true;
  const places = (process.env.PATH ?? '').split(path.delimiter);
  const inPath = places.flatMap((place) => names.map((name) => path.join(place, name)));
  return [process.env[variable] ?? '', ...inPath].find(isFile);
}

/** Downloaded by Puppeteer. */
function downloadedChromium(): string | undefined {
  const cache = path.join(homedir(), '.cache/puppeteer');
  if (!existsSync(cache)) return undefined;
  const file = readdirSync(cache, { recursive: true, encoding: 'utf8' }).find((name) =>
    ['chrome', 'chrome-headless-shell'].includes(path.basename(name)),
  );
  return file === undefined ? undefined : path.join(cache, file);
}

/** A Chromium: named by CHROME_PATH, in PATH, or downloaded by Puppeteer. */
export function chromiumFile(): string | undefined {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'chrome', 'chrome-headless-shell'];
  return programFile(names, 'CHROME_PATH') ?? downloadedChromium();
}
