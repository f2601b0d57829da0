/** Runs contenders in turn, each as a whole process, and keeps what was measured. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const MEASURE = fileURLToPath(new URL('measure.cjs', import.meta.url));

/** Milliseconds; whoever takes longer is reported while the benchmark goes on. */
const NOTEWORTHY = 2000;

/** Milliseconds between looks at the memory of a process that is bounded. */
const WATCH = 100;

/**
 * Runs each contender `runs` times: A B C A B C …, so that whatever else the machine does meets all of them.
 * A contender that fails once is not run again: its `problem` is kept.
 *
 * Contender: {name, args, measured = true, env}. Without `measured` nothing is preloaded, and
 * neither peak nor processor time is known. `env` adds to the environment.
 * Returns, in the same order, {name, problem?, samples: [{wall, processor, peak, load, output}]}:
 * milliseconds, bytes, what else was running as the process began (load average), text.
 */
export async function runRounds({ node, contenders, runs, timeLimit, memoryLimit, label }) {
  const scratch = mkdtempSync(path.join(tmpdir(), 'heapgraph-bench-'));
  const results = contenders.map(({ name }) => ({ name, problem: undefined, samples: [] }));
  try {
    for (let run = 1; run <= runs; run++) {
      for (const [i, contender] of contenders.entries()) {
        const result = results[i];
        if (result.problem) continue;
        const sample = await runOnce(node, contender, { timeLimit, memoryLimit }, scratch);
        if (sample.problem) result.problem = sample.problem;
        else result.samples.push(sample);
        const outcome = sample.problem ?? `${(sample.wall / 1000).toFixed(1)} s`;
        if (sample.problem || sample.wall > NOTEWORTHY) {
          process.stderr.write(`${label}, run ${run} of ${runs}: ${contender.name} ${outcome}\n`);
        }
      }
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return results;
}

function runOnce(node, { args, measured = true, env: more }, { timeLimit, memoryLimit }, scratch) {
  // memlab makes folders in the temporary folder when it is imported: they go with the scratch folder.
  const env = { ...process.env, TMPDIR: scratch, NO_COLOR: '1', ...more };
  if (memoryLimit) env.HEAPGRAPH_BENCH_MEMORY = String(memoryLimit);
  for (const name of ['NODE_OPTIONS', 'NODE_COMPILE_CACHE', 'NODE_V8_COVERAGE', 'FORCE_COLOR'])
    delete env[name];
  return new Promise((resolve) => {
    const [load] = loadavg();
    const start = performance.now();
    const child = spawn(node, [...(measured ? ['--require', MEASURE] : []), ...args], {
      env,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    let wall = 0;
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill('SIGKILL');
    }, timeLimit);
    let tooLarge = false;
    const watch =
      memoryLimit &&
      setInterval(() => {
        if (rssOf(child.pid) <= memoryLimit) return;
        tooLarge = true;
        child.kill('SIGKILL');
      }, WATCH);
    const texts = ['', '', ''];
    for (const i of [1, 2, 3]) {
      child.stdio[i].setEncoding('utf8').on('data', (text) => {
        texts[i - 1] += text;
      });
    }
    child.on('exit', () => {
      wall = performance.now() - start;
      clearTimeout(timer);
      clearInterval(watch);
    });
    child.on('error', (error) => {
      clearTimeout(timer);
      clearInterval(watch);
      resolve({ problem: `could not be started: ${error.message}` });
    });
    child.on('close', (code, signal) => {
      const [output, errors, figures] = texts;
      const [peak, processor] = figures.split(' ').map(Number);
      if (tooLarge) resolve({ problem: `stopped: more than ${Math.round(memoryLimit / 1e9)} GB of memory` });
      else if (timedOut) resolve({ problem: `gave up after ${Math.round(timeLimit / 1000)} s` });
      else if (code !== 0) resolve({ problem: `failed (${signal ?? `exit code ${code}`}): ${gist(errors)}` });
      else if (!measured) resolve({ wall, load, output: output.trim() });
      else resolve({ wall, processor: processor / 1000, peak, load, output: output.trim() });
    });
  });
}

/** The line of an error output that says most; of a panic in Rust, the line after it as well. */
function gist(text) {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const at = lines.findIndex((line) => /error|panicked|memory/i.test(line));
  const says = at < 0 ? lines.slice(-1) : lines.slice(at, at + (lines[at].includes('panicked') ? 2 : 1));
  return says.join(' ').trim().slice(0, 120) || 'it said nothing';
}

/** What a process has in RAM, in bytes; 0 where that is not known. */
function rssOf(pid) {
  try {
    return (
      Number(/^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0) * 1024
    );
  } catch {
    return 0;
  }
}

export function spread(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return {
    median: sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2,
    min: sorted[0],
    max: sorted.at(-1),
  };
}
