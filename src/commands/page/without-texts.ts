/** A page without what strings say. */
import type { PageEdge, PageReport } from '../../base/page-report.js';

/**
 * Leaves out the texts of strings, values that quote them, and keys of Maps and tables. Names of
 * classes, functions, properties and files stay: without them nothing can be found.
 */
export function withoutTexts(report: PageReport): PageReport {
  const hidden = (name: string): string => (name.includes('"') ? '(text left out)' : name);
  const isText = new Set(report.objects.filter(isString).map(({ id }) => id));
  return withoutKeys({
    ...report,
    objects: report.objects.map((object) => ({
      ...object,
      edges: object.edges.map(withoutKey),
      retainers: object.retainers.map(withoutKey),
      name: isString(object) ? '(text left out)' : hidden(object.name),
    })),
    tree: {
      ...report.tree,
      nodes: report.tree.nodes.map((node) => ({
        ...node,
        name: isText.has(node.id) ? '(text left out)' : hidden(node.name),
      })),
    },
    suspects: report.suspects.map((entry) => ({
      ...entry,
      steps: entry.steps.map((step) => ({
        ...step,
        name: isText.has(step.id) ? '(text left out)' : hidden(step.name),
      })),
    })),
    tables: report.tables.filter(({ key }) => key !== 'strings'),
  });
}

/** A key of a Map, or of an object that is no name: `.get("…")`, `["…"]`; it may be cut. */
const KEY = /(\.get\(|\[)"(?:[^"\\]|\\.)*(?:"|$)/gs;

/** Properties as `Object {id, name}` and previews of values have them; it may be cut. */
const PROPERTIES = /\{([^{}]*)(\}|$)/gs;

/** What a program's source can have as a name; others are data: `user-188@mail.example`. */
const NAME = /^(?:<symbol .*|(?:[gs]et )?[\p{L}_$#…][\p{L}\p{N}_$…]*(?:: .*)?)$/su;

function withoutKey(edge: PageEdge): PageEdge {
  return typeof edge.name === 'string' ? { ...edge, name: nameOr(edge.name) } : edge;
}

const nameOr = (name: string): string => (NAME.test(name) ? name : '…');

/**
 * The same value; in its texts the keys of Maps and tables are left out: of expressions, of lists
 * of properties, of references.
 */
function withoutKeys<T>(value: T): T {
  if (typeof value === 'string')
    return value
      .replace(KEY, '$1"…"')
      .replace(
        PROPERTIES,
        (_, names: string, end: string) => `{${names.split(', ').map(nameOr).join(', ')}${end}`,
      ) as T;
  if (Array.isArray(value)) return value.map(withoutKeys) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withoutKeys(part)])) as T;
}

function isString({ nodeType }: { readonly nodeType: string }): boolean {
  return /string$/.test(nodeType);
}
