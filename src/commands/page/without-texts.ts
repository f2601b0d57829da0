/** A page without what strings say. */
import type { PageReport } from '../../base/page-report.js';

/**
 * Leaves out the texts of strings, and values that quote them. Names of classes, functions,
 * properties and files stay: without them nothing can be found.
 */
export function withoutTexts(report: PageReport): PageReport {
  const hidden = (name: string): string => (name.includes('"') ? '(text left out)' : name);
  const isText = new Set(report.objects.filter(isString).map(({ id }) => id));
  return {
    ...report,
    objects: report.objects.map((object) => ({
      ...object,
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
  };
}

function isString({ nodeType }: { readonly nodeType: string }): boolean {
  return /string$/.test(nodeType);
}
