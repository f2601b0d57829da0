/** Columns and rows that several commands have in common. */

import type { NodeView } from '../../analysis/classes/nodes.js';
import type { Cell, Column, Row } from '../../base/result.js';
import type { SourceLocation } from '../../v8/scripts.js';

export const columns = {
  id: { key: 'id', title: 'Id', unit: 'id', role: 'id' },
  type: { key: 'type', title: 'Type', unit: 'text', role: 'name' },
  nodeType: { key: 'nodeType', title: 'Node type', unit: 'text', role: 'dim' },
  name: { key: 'name', title: 'Value', unit: 'text' },
  count: { key: 'count', title: 'Count', unit: 'count', role: 'count' },
  countShare: { key: 'countShare', title: '%', unit: 'share', role: 'dim' },
  shallowSize: { key: 'shallowSize', title: 'Shallow size', unit: 'bytes', role: 'size' },
  retainedSize: { key: 'retainedSize', title: 'Retained size', unit: 'bytes', role: 'size' },
  retainedShare: { key: 'retainedShare', title: '%', unit: 'share', role: 'dim' },
  distance: { key: 'distance', title: 'Distance', unit: 'count' },
  sizeShare: { key: 'sizeShare', title: '%', unit: 'share', role: 'dim' },
  edges: { key: 'edges', title: 'Edges', unit: 'count' },
  newCount: { key: 'newCount', title: 'New', unit: 'count' },
  deletedCount: { key: 'deletedCount', title: 'Deleted', unit: 'count' },
  countDelta: { key: 'countDelta', title: 'Delta', unit: 'count', role: 'delta', signed: true },
  newSize: { key: 'newSize', title: 'New size', unit: 'bytes', role: 'size' },
  deletedSize: { key: 'deletedSize', title: 'Deleted size', unit: 'bytes', role: 'size' },
  sizeDelta: { key: 'sizeDelta', title: 'Size delta', unit: 'bytes', role: 'delta', signed: true },
  retainedDelta: {
    key: 'retainedDelta',
    title: 'Retained delta',
    unit: 'bytes',
    role: 'delta',
    signed: true,
  },
  location: { key: 'location', title: 'Location', unit: 'location', role: 'dim' },
} as const satisfies Record<string, Column>;

export function locationCell(location: SourceLocation | undefined): Cell {
  if (!location) return null;
  const { script, scriptId, line, column } = location;
  return { script: script ?? null, scriptId, line, column };
}

/** The facts of one object that every list shows. */
export function nodeRow(node: NodeView, options: { raw: boolean; retained?: boolean }): Row {
  return {
    id: node.id,
    type: node.type,
    nodeType: node.nodeType,
    name: node.name,
    shallowSize: options.raw ? node.selfSize : node.shallowSize,
    ...(options.retained ? { retainedSize: node.retainedSize, distance: node.distance } : {}),
    edges: node.edgeCount,
    location: locationCell(node.location),
  };
}
