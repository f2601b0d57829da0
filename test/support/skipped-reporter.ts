/** At the end of a run: the tests that were skipped, and why. Those that the command line left out are not among them. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Reporter, TestCase, TestModule, TestSuite } from 'vitest/node';

export default class SkippedReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const lines = modules.flatMap((module) => skippedIn(module));
    if (lines.length > 0) console.log(`\nSkipped:\n${lines.join('\n')}`);
  }
}

/** One line for each reason in a file. */
function skippedIn(module: TestModule): string[] {
  const counts = new Map<string, { name: string; count: number }>();
  const source = readFileSync(module.moduleId, 'utf8').split('\n');
  for (const test of module.children.allTests('skipped')) {
    const reason = noteOf(test) ?? conditionOf(test, source);
    if (reason === undefined) continue;
    const { count = 0, name = test.fullName } = counts.get(reason) ?? {};
    counts.set(reason, { name, count: count + 1 });
  }
  const file = path.relative(process.cwd(), module.moduleId);
  return [...counts].map(([reason, { name, count }]) => {
    const more = count > 1 ? ` and ${count - 1} more` : '';
    return `  ${file}: ${name}${more}: ${reason}`;
  });
}

/** What the test said to context.skip(). */
function noteOf(test: TestCase): string | undefined {
  const result = test.result();
  return result.state === 'skipped' ? result.note : undefined;
}

/** The condition of skipIf() in front of the test, or of what it is part of. */
function conditionOf(test: TestCase, source: readonly string[]): string | undefined {
  for (let at: TestCase | TestSuite | TestModule = test; at.type !== 'module'; at = at.parent) {
    const { line } = at.location ?? { line: 0 };
    const found = /\bskipIf\((.*)\)(?:[.(].*)?$/.exec(source[line - 1] ?? '');
    const condition = found?.[1]?.replace(/\)\(.*$/, '');
    if (condition !== undefined) return `because ${condition}`;
  }
  return undefined;
}
