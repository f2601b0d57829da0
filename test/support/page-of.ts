/** A page about a heap, as the command writes it, without a process. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { PageReport } from '../../src/base/page-report.js';
import { ask } from '../../src/commands/ask.js';
import { reportCommand } from '../../src/commands/page/report.js';
import { renderPage } from '../../src/render/page.js';
import { createSession } from '../../src/session/open.js';
import { type GraphSpec, snapshotBytes } from './builder.js';

export interface Page {
  readonly report: PageReport;
  readonly html: string;
}

/** In: files, the earliest first. */
export async function pageOf(
  snapshots: readonly string[],
  options: Readonly<Record<string, unknown>> = {},
): Promise<Page> {
  const { result } = await ask(reportCommand, { snapshots, options }, createSession());
  const report = result as PageReport;
  return { report, html: [...renderPage(report)].join('') };
}

/** A page about a heap that is written down, in a folder. */
export function pageOfHeap(
  folder: string,
  spec: GraphSpec,
  options: Readonly<Record<string, unknown>> = {},
): Promise<Page> {
  const file = path.join(folder, 'heap.heapsnapshot');
  writeFileSync(file, snapshotBytes(spec));
  return pageOf([file], options);
}
