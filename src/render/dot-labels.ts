/** What stands in the boxes and at the arrows of a picture. */
import type { SubgraphCut, SubgraphEdge, SubgraphNode } from '../base/subgraph.js';
import { formatCount, formatId } from '../base/units.js';
import { labelLine, labelLines } from './dot-text.js';

/** What the text of boxes depends on; see `DotOptions`. */
export interface LabelOptions {
  readonly extraInfo?: (node: SubgraphNode) => string | undefined;
  readonly refcounts?: boolean;
  readonly shortnames?: boolean;
}

/** As in a comparison of two texts: for readers who do not tell the colours apart. */
export const SIGNS = { new: '+ ', survived: '', died: '\u2212 ' } as const;
export const VALUE_LENGTH = 40;
export const LINE_LENGTH = 80;

/** Types of references that V8 has for itself. */
export const INTERNALS: ReadonlySet<string> = new Set(['internal', 'hidden', 'shortcut', 'weak']);

/**
 * Lines of a box: what kind of root it is, class, value, further ones; separated as Graphviz has
 * it.
 */
export function nodeLabel(node: SubgraphNode, options: LabelOptions): string {
  const { refcounts, shortnames = true, extraInfo = ({ extra }: SubgraphNode) => extra } = options;
  const count = node.merged === undefined ? '' : `${formatCount(node.merged)} × `;
  const references = refcounts ? ` [${node.retainers}]` : '';
  const file = !shortnames && node.location?.script ? ` (${node.location.script})` : '';
  const value = node.name === node.type || node.name === '{}' ? undefined : node.name;
  return [
    labelLines([node.rootName], LINE_LENGTH),
    labelLine(`${SIGNS[node.change ?? 'survived']}${count}${node.type}${references}${file}`, LINE_LENGTH),
    labelLines([value], VALUE_LENGTH),
    labelLines([verdictText(node)], LINE_LENGTH),
    labelLines(extraInfo(node)?.split('\n') ?? [], LINE_LENGTH),
  ]
    .filter((part) => part !== '')
    .join('\\n');
}

/** `dead: destroyed is true  @123`: the same that the colour says, and whom to ask about. */
function verdictText({ verdict, reason = '', id, merged }: SubgraphNode): string | undefined {
  if (verdict === undefined) return undefined;
  const words = reason === '' ? verdict : `${verdict}: ${reason}`;
  return merged === undefined ? `${words}  ${formatId(id)}` : words;
}

/** Name of a reference, and how many of them an arrow stands for. Empty for numbers of V8's own. */
export function edgeLabel(edge: SubgraphEdge): string {
  const times = edge.count > 1 && edge.type !== 'element' ? ` ×${formatCount(edge.count)}` : '';
  return edgeName(edge) + times;
}

function edgeName({ type, name }: SubgraphEdge): string {
  if (type === 'element') return `[${name}]`;
  // Numbers of V8's own: they say nothing to a reader.
  return INTERNALS.has(type) && /^\d+(…\d+)?$/.test(String(name)) ? '' : String(name);
}

/** How many neighbours are not shown. */
export function cutLabel({ count, change, direction }: SubgraphCut): string {
  const what = direction === 'back' ? 'backreference' : 'reference';
  return `${formatCount(count)} more ${change === 'died' ? 'that died' : what + (count === 1 ? '' : 's')}`;
}
