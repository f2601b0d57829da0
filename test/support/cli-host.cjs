// Answers one command line after another in one process: its start and the warm-up of the code are paid once.
// Questions come as messages; answers go out through descriptor 3, so that they can be written while exiting.
const { writeSync, readdirSync } = require('node:fs');
const path = require('node:path');
const { Readable, Writable } = require('node:stream');

/** A host that has answered so many questions, or has grown so large, ends; the next question gets a new one. */
const MOST_QUESTIONS = Number(process.env.HEAPGRAPH_HOST_QUESTIONS ?? 1000);
const MOST_BYTES = Number(process.env.HEAPGRAPH_HOST_BYTES ?? 1_000_000_000);

const BIN = path.resolve(__dirname, '../../bin/heapgraph.js');
const DIST = path.resolve(__dirname, '../../dist');
const ANSWERS = 3;

const exit = process.exit.bind(process);
const environment = { ...process.env };
const bundles = new Map();
let asked = 0;
let question;

process.on('message', (next) => {
  asked++;
  question = { code: undefined, before: listeners(), files: openFiles(), streams: newStreams(next.input) };
  process.chdir(next.cwd);
  Object.assign(process.env, next.env);
  process.argv = [process.execPath, BIN, ...next.args];
  // From here on nothing but the question keeps the process alive: its end is the end of its own work.
  process.channel.unref();
  const { args } = next;
  run(args[0] === 'count' && !args.includes('--index') ? 'count.cjs' : 'cli.cjs');
});
process.on('disconnect', () => exit());
process.on('beforeExit', () => {
  if (question === undefined) return;
  const last = asked >= MOST_QUESTIONS || process.memoryUsage.rss() > MOST_BYTES;
  finish(process.exitCode ?? 0, last);
  if (last) exit(0);
  process.channel.ref();
});
process.exit = (code = process.exitCode ?? 0) => {
  if (question !== undefined) finish(code, true);
  exit(0);
};

/** As bin/heapgraph.js does it: the bundle runs when it is loaded, and whenever it is called. */
function run(file) {
  const loaded = bundles.get(file);
  if (loaded !== undefined) return void loaded.main();
  bundles.set(file, require(path.join(DIST, file)));
}

/** The end of a question as the end of a process: its exit listeners run, what it put in place is taken away. */
function finish(code, last) {
  const { before, files, streams } = question;
  process.exitCode = code;
  const added = process.rawListeners('exit').filter((listener) => !before.get('exit')?.includes(listener));
  for (const listener of added) listener.call(process, code);
  const exitCode = process.exitCode;
  const left = openFiles() - files;
  question = undefined;
  process.exitCode = undefined;
  for (const [name, kept] of listeners()) {
    for (const listener of kept)
      if (!before.get(name)?.includes(listener)) process.removeListener(name, listener);
  }
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
  for (const [name, value] of Object.entries(environment)) process.env[name] = value;
  process.chdir('/');
  const kept = [...listeners()].reduce((sum, [, list]) => sum + list.length, 0);
  const [stdout, stderr] = [streams.stdout(), streams.stderr()];
  answer({ code: Number(exitCode), stdout, stderr, left, listeners: kept, last });
}

function answer(whole) {
  const bytes = Buffer.from(`${JSON.stringify(whole)}\n`);
  for (let done = 0; done < bytes.length; ) done += writeSync(ANSWERS, bytes, done);
}

/** The listeners of the process, by event; once() wraps them, so they are taken raw. */
function listeners() {
  return new Map(process.eventNames().map((name) => [name, process.rawListeners(name)]));
}

/** Descriptors, where the system lists them. */
function openFiles() {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return 0;
  }
}

/** Given input and gathered output in place of the process's own. */
function newStreams(input) {
  const gathered = (name) => {
    const chunks = [];
    const value = new Writable({
      decodeStrings: true,
      write(chunk, _, done) {
        chunks.push(chunk);
        done();
      },
    });
    Object.defineProperty(process, name, { configurable: true, enumerable: true, value });
    return () => Buffer.concat(chunks).toString();
  };
  const bytes = input === undefined ? Buffer.alloc(0) : Buffer.from(input, 'base64');
  const value = Readable.from(piecesOf(bytes), { objectMode: false });
  Object.defineProperty(process, 'stdin', { configurable: true, enumerable: true, value });
  return { stdout: gathered('stdout'), stderr: gathered('stderr') };
}

/** As a pipe gives them. */
function* piecesOf(bytes) {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}
