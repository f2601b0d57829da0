/** Loads snapshots and serves their page until it is ended. Nothing is written to a disk. */
import { spawn } from 'node:child_process';
import { expectSearches } from '../../analysis/holders/chains.js';
import { UsageError } from '../../base/errors.js';
import { noteText } from '../../base/notes.js';
import { PICTURES, type PictureKind } from '../../base/page-live.js';
import type { PageReport } from '../../base/page-report.js';
import { printable } from '../../base/printable.js';
import { parseId } from '../../base/units.js';
import { ask } from '../../commands/ask.js';
import type { Machine } from '../../commands/command.js';
import { type Loaded, liveObject, livePicture, liveQuery } from '../../commands/page/live-answers.js';
import { reportCommand } from '../../commands/page/report.js';
import { packageVersion } from '../../io/package-version.js';
import { scriptText } from '../../io/script-text.js';
import { within } from '../../io/time-bound.js';
import { LIVE_POLICY, renderPage } from '../../render/page.js';
import { type OpenedSnapshot, type Session, WHOLE_SNAPSHOT } from '../../session/need.js';
import { createSession } from '../../session/open.js';
import { checkMemoryBound, type MaxMemory } from '../memory-bound.js';
import { newestSnapshot } from '../newest.js';
import { drawnAsSvg } from '../picture.js';
import { createProgressLine } from '../progress-line.js';
import { threadsFor } from '../threads-setting.js';
import { keepVerdicts, readVerdicts } from '../verdict-file.js';
import { startPageServer } from './server.js';

/** What the command line gives. */
export interface OpenOptions {
  readonly port?: number;
  readonly noBrowser?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly salvage?: boolean;
  readonly maxMemory?: MaxMemory;
  readonly threads?: number;
}

/** Ends with the process. Throws UsageError, SnapshotError. */
export async function runOpen(given: readonly string[], options: OpenOptions): Promise<void> {
  const { port, noBrowser, json, quiet } = options;
  if (port !== undefined && port > 65_535)
    throw new UsageError(`there is no port ${port}`, 'The highest is 65535.');
  const files = given.length > 0 ? given : newest();
  const progress = createProgressLine(process.stderr, quiet === true);
  const loaded = await load(files, options, progress.onProgress).finally(() => progress.clear());
  const asked = { snapshots: files, options: { byId: true } };
  const { result } = await ask(reportCommand, asked, loaded.session, { machine: loaded.machine });
  expectSearches(loaded.heap.graph);
  // What the first object would wait for is computed before.
  await liveObject(loaded, loaded.heap.graph.ids[loaded.heap.graph.root]!).catch(() => undefined);
  const html = [...renderPage(result as PageReport, { live: true })].join('');
  const server = await startPageServer(
    { html, policy: LIVE_POLICY, answer: (name, values) => answer(loaded, name, values) },
    port,
  );
  process.stdout.write(json ? `${JSON.stringify({ url: server.url })}\n` : `${server.url}\n`);
  if (!quiet) process.stderr.write('heapgraph: who knows this address can read the heap; Ctrl-C ends\n');
  if (process.stdout.isTTY && !noBrowser) openBrowser(server.url);
}

function newest(): readonly string[] {
  const file = newestSnapshot('.');
  if (file === undefined)
    throw new UsageError('no snapshot was named, and this folder has no *.heapsnapshot file', 'Name one.');
  return [file];
}

/** All of each file, which is not read again: it may change or go. */
async function load(
  files: readonly string[],
  { salvage, maxMemory, threads }: OpenOptions,
  onProgress: ReturnType<typeof createProgressLine>['onProgress'],
): Promise<Loaded> {
  const reading = createSession({
    keepLast: files.length,
    salvage: salvage === true,
    threads: threadsFor({ threads }),
    onEstimate: (estimate) => checkMemoryBound(estimate, maxMemory),
    onProgress,
  });
  const opened = new Map<string, OpenedSnapshot>();
  for (const file of files) opened.set(file, await reading.open(file, WHOLE_SNAPSHOT));
  const session: Session = {
    async open(file) {
      const known = opened.get(file);
      if (known) return known;
      throw new UsageError(`${printable(file)} is not loaded`, 'Name it on the command line.');
    },
  };
  const machine: Machine = {
    packageVersion,
    scriptText,
    within,
    verdicts: readVerdicts,
    keepVerdicts,
    async readIds() {
      throw new UsageError('a page reads no files', 'Name the objects by id: id in (@1, @2).');
    },
  };
  return { heap: opened.get(files.at(-1)!)!, session, machine };
}

/** A question of the page. */
function answer(loaded: Loaded, name: string, values: URLSearchParams): Promise<object> | undefined {
  switch (name) {
    case 'object':
      return withId(values, (id) => liveObject(loaded, id));
    case 'query':
      return liveQuery(loaded, values.get('text') ?? '');
    case 'picture':
      return withId(values, (id) => picture(loaded, values.get('kind'), id));
    default:
      return undefined;
  }
}

async function withId<T>(values: URLSearchParams, use: (id: number) => Promise<T>): Promise<T> {
  const text = values.get('id') ?? '';
  const id = parseId(text);
  if (id === undefined)
    throw new UsageError(`"${printable(text.slice(0, 40))}" is not an object id`, 'Ids look like @123.');
  return use(id);
}

async function picture(loaded: Loaded, kind: string | null, id: number): Promise<object> {
  const known = PICTURES.find((one) => one === kind) as PictureKind | undefined;
  if (known === undefined)
    throw new UsageError('there is no such picture', `There are ${PICTURES.join(', ')}.`);
  const drawn = await livePicture(loaded, known, id);
  return { svg: await drawnAsSvg(drawn), notes: (drawn.notes ?? []).map((one) => noteText(one)) };
}

/** By the program that the system has for it; where there is none, the address is printed. */
function openBrowser(url: string): void {
  const [program, ...args] =
    process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['rundll32', 'url.dll,FileProtocolHandler', url]
        : ['xdg-open', url];
  const child = spawn(program!, args, { stdio: 'ignore', detached: true });
  child.on('error', () => {});
  child.unref();
}
