/** What a page on loaded snapshots asks: one object, a query, a picture. */
import { NodeView } from '../../analysis/classes/nodes.js';
import { quickChain } from '../../analysis/holders/quick-chain.js';
import { objectFacts } from '../../analysis/report/object-facts.js';
import { dominatedNodes } from '../../analysis/sizes/dominated-nodes.js';
import type { ChainResult, ChainStep } from '../../base/chain-result.js';
import { UsageError } from '../../base/errors.js';
import { noteText } from '../../base/notes.js';
import type { LiveObject, PictureKind } from '../../base/page-live.js';
import type { PageTable } from '../../base/page-report.js';
import type { Answer, DeadStepRow, Row } from '../../base/result.js';
import { shellWord } from '../../base/shell-word.js';
import { formatCount, formatId } from '../../base/units.js';
import { idIndex } from '../../graph/ids.js';
import { retainersOf } from '../../graph/retainers.js';
import type { OpenedSnapshot, Session } from '../../session/need.js';
import { ask } from '../ask.js';
import type { Machine, Question } from '../command.js';
import { showBackrefsCommand } from '../holders/show-backrefs.js';
import { showChainCommand } from '../holders/show-chain.js';
import { showRefsCommand } from '../holders/show-refs.js';
import { selectCommand } from '../objects/select.js';
import { columns } from '../shared/columns.js';
import { chainResult, lastResort, readGoal } from '../shared/targets.js';
import { cutTexts } from './cut-texts.js';
import { pageSteps } from './page-data.js';
import { rowsOf } from './page-tables.js';

const MOST_CHARACTERS = 1000;
const FACTS = { edges: 500, retainers: 200 };
const MOST_DOMINATED = 500;
const MOST_FOUND = 1000;
/** References that the search for a chain looks at: it takes a tenth of a second at most. */
const MOST_LOOKS = 60_000;
const PICTURE_COMMANDS: Readonly<Record<PictureKind, Question>> = {
  chain: showChainCommand,
  backrefs: showBackrefsCommand,
  refs: showRefsCommand,
};

/** Snapshots that are loaded; the last one is asked. */
export interface Loaded {
  readonly heap: OpenedSnapshot;
  readonly session: Session;
  readonly machine: Machine;
}

/** Throws UsageError where there is no such object. */
export async function liveObject({ heap }: Loaded, id: number): Promise<LiveObject> {
  const { graph } = heap;
  const node = idIndex(graph).nodeOf(id);
  if (node < 0) throw new UsageError(`no object ${formatId(id)} in ${graph.file}`, 'Select finds objects.');
  const [object] = objectFacts(graph, [node], FACTS);
  const target = formatId(id);
  const to = readGoal('root');
  const found = quickChain(graph, node, to.on(graph), { ...lastResort(graph, to), looks: MOST_LOOKS });
  const facts = { found: true, rooted: found?.isNearest === true, sizes: false };
  const chain = found && chainResult(graph, found.chain, facts);
  return cutTexts(
    {
      object: object!,
      steps: chain ? pageSteps(chainRows(chain)) : [],
      expression: chain?.expression ?? null,
      heldBy: chain?.heldBy ?? null,
      dominated: dominatedTable(heap, node, target),
    },
    MOST_CHARACTERS,
  );
}

function chainRows({ steps }: ChainResult): readonly DeadStepRow[] {
  return steps.map(
    ({ id, type, name, edge }): DeadStepRow => ({
      id,
      type,
      name,
      reference: edge === null ? null : referenceText(edge),
      verdict: '',
      reason: '',
      suspect: false,
    }),
  );
}

function referenceText({ type, name, called }: NonNullable<ChainStep['edge']>): string {
  if (called !== undefined) return called;
  if (type === 'element') return `[${name}]`;
  if (type === 'context') return `variable ${name}`;
  return type === 'property' ? `.${name}` : `(${type} ${name})`;
}

function dominatedTable({ graph, name }: OpenedSnapshot, node: number, target: string): PageTable {
  const children = dominatedNodes(graph, node);
  const shown = children.slice(0, MOST_DOMINATED);
  return {
    key: 'dominated',
    title: 'Dominates',
    says: [],
    command: `heapgraph dominators ${target} ${shellWord(name)}`,
    columns: [columns.id, columns.type, columns.name, columns.shallowSize, columns.retainedSize],
    rows: shown.map((child): Row => {
      const { id, type, name: value, shallowSize, retainedSize } = new NodeView(graph, child);
      return { id, type, name: value, shallowSize, retainedSize };
    }),
    total: children.length,
    omitted: children.length - shown.length,
  };
}

/** Objects that a query accepts, those that keep most first. Throws QueryError, UsageError. */
export async function liveQuery({ heap, session, machine }: Loaded, text: string): Promise<PageTable> {
  const { result, notes } = await ask(
    selectCommand,
    { targets: [text], snapshots: [heap.name], options: { sort: 'retained', limit: MOST_FOUND } },
    session,
    { machine },
  );
  if (result.kind !== 'table') throw new TypeError(`select answers with ${result.kind}`);
  const table: PageTable = {
    key: 'query',
    title: 'Query',
    says: notes.filter(({ about }) => about !== 'omitted').map((one) => noteText(one)),
    command: `heapgraph select ${shellWord(text)} ${shellWord(heap.name)}`,
    ...rowsOf(result),
  };
  return cutTexts(table, MOST_CHARACTERS);
}

/**
 * References of an object that a picture may begin with: a server answers others meanwhile, and
 * each of them is an object of its own while it is drawn.
 */
const MOST_DRAWN = 10_000;

/**
 * A picture of what holds an object, or of what it holds.
 *
 * - Throws: UsageError, also for an object with more than 10,000 references to draw.
 */
export async function livePicture(
  { heap, session, machine }: Loaded,
  kind: PictureKind,
  id: number,
): Promise<Answer> {
  const { graph } = heap;
  const node = idIndex(graph).nodeOf(id);
  const first = kind === 'refs' ? graph.firstEdge : retainersOf(graph).firstRetainer;
  const count = node < 0 || kind === 'chain' ? 0 : first[node + 1]! - first[node]!;
  if (count > MOST_DRAWN)
    throw new UsageError(
      `${formatId(id)} has ${formatCount(count)} references to draw, ${formatCount(MOST_DRAWN)} at most`,
      kind === 'refs'
        ? `heapgraph show-refs draws it, and takes its time.`
        : `heapgraph patterns ${formatId(id)} merges them by class, show-backrefs takes its time.`,
    );
  return ask(PICTURE_COMMANDS[kind], { targets: [formatId(id)], snapshots: [heap.name] }, session, {
    machine,
  });
}
