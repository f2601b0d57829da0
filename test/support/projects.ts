/**
 * Which tests run how, by what a test file and the support files that it imports import themselves:
 *
 * - heap: it looks at the heap of its own process, which must hold nothing of other files.
 * - spawned: it starts processes, browsers among them.
 * - fast: all others.
 *
 * The files of fast share their workers, so that modules are loaded and compiled once.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export type TestProject = 'fast' | 'heap' | 'spawned';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const IMPORT = /\bfrom '([^']+)'|\bimport\(\s*'([^']+)'|^import '([^']+)'/gm;

/** The test files of each project, as paths from the root of the repository. */
export function testProjects(): Readonly<Record<TestProject, readonly string[]>> {
  const projects: Record<TestProject, string[]> = { fast: [], heap: [], spawned: [] };
  for (const name of readdirSync(path.join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.test.ts')) continue;
    const file = path.join(ROOT, 'test', name);
    projects[projectOf(importsOf(file))].push(path.relative(ROOT, file).split(path.sep).join('/'));
  }
  return projects;
}

function projectOf(imports: ReadonlySet<string>): TestProject {
  const some = (name: RegExp): boolean => [...imports].some((file) => name.test(file));
  if (some(/^src\/(self|testing)\/|^node:v8$/)) return 'heap';
  return some(/^(node:)?child_process$|^playwright-core$/) ? 'spawned' : 'fast';
}

/** Packages and files of src; files of test in turn give their own. */
function importsOf(file: string, seen = new Set<string>()): ReadonlySet<string> {
  for (const match of readFileSync(file, 'utf8').matchAll(IMPORT)) {
    const name = match[1] ?? match[2] ?? match[3]!;
    const target = path.resolve(path.dirname(file), name).replace(/\.js$/, '.ts');
    const found = name.startsWith('.') ? path.relative(ROOT, target).split(path.sep).join('/') : name;
    if (seen.has(found)) continue;
    seen.add(found);
    if (found.startsWith('test/') && found.endsWith('.ts')) importsOf(target, seen);
  }
  return seen;
}
