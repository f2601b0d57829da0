/** What the files of a page are. */
import type { PageFact, PageReport } from '../../base/page-report.js';
import type { Detail, Details } from '../../base/result.js';
import type { Graph } from '../../graph/graph.js';
import { nodeVersion } from '../../v8/node-version.js';
import { runtimeName } from '../../v8/runtime.js';
import type { Asked } from '../command.js';
import { infoCommand } from '../objects/info.js';
import { answerOf } from './answer-of.js';

/** Facts of each file; all of the last one, of those before it what was read. */
export async function aboutFiles(asked: Asked): Promise<PageReport['about']> {
  const { snapshots } = asked;
  const last = (await answerOf(infoCommand, asked, {})).result as Details;
  return snapshots.map(({ name, graph }, i) => ({
    file: name,
    facts: i === snapshots.length - 1 ? factsOf(last.items[0]!, graph) : earlierFacts(graph),
  }));
}

function factsOf({ facts, lists }: Detail, graph: Graph): readonly PageFact[] {
  return [
    { title: 'Written by', value: writtenBy(graph), unit: 'text' },
    ...facts
      .filter(({ value }) => value !== null && !(Array.isArray(value) && value.length === 0))
      .map(({ title, value, unit }): PageFact => ({ title, value, unit })),
    ...lists
      .filter(({ key }) => key === 'statistics')
      .flatMap(({ table }) =>
        [...table.rows].map(
          (row): PageFact => ({
            title: `Of it: ${String(row.kind)}`,
            value: row.shallowSize!,
            unit: 'bytes',
          }),
        ),
      ),
  ];
}

function earlierFacts(graph: Graph): readonly PageFact[] {
  return [
    { title: 'Nodes', value: graph.nodeCount, unit: 'count' },
    { title: 'Total size', value: sizeOf(graph), unit: 'bytes' },
  ];
}

/** `Node.js v24.1.0`; what the file does not tell is left out. */
export function writtenBy(graph: Graph): string {
  const version = graph.edges === undefined ? undefined : nodeVersion(graph);
  const name = runtimeName(graph);
  return version === undefined ? name : `${name} ${version}`;
}

/** All bytes of a heap. Cost: one pass over the nodes. */
export function sizeOf({ selfSizes, extraNativeBytes }: Graph): number {
  let size = extraNativeBytes;
  for (let node = 0; node < selfSizes.length; node++) size += selfSizes[node]!;
  return size;
}
