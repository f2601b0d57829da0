/**
 * heapgraph as a library: load a V8 heap snapshot, count its classes, look at its objects.
 *
 * @example
 * import { loadSnapshot, mostCommonTypes } from 'heapgraph';
 * const heap = await loadSnapshot('app.heapsnapshot');
 * for (const { type, count } of mostCommonTypes(heap)) console.log(type, count);
 */

export {
  type AllocationFrame,
  allocationStack,
  allocationTrace,
  NO_TRACE,
  stackText,
  traceFrames,
} from './analysis/allocation-stacks.js';
export {
  BASELINE_SCHEMA,
  type Baseline,
  type BaselineClass,
  baselineOf,
  classesOfBaseline,
  formatBaseline,
  noiseOf,
  parseBaseline,
  type SnapshotSummary,
} from './analysis/baseline.js';
export { type BoundedBuffer, type BoundedBuffers, boundedBuffers } from './analysis/bounded-buffers.js';
export {
  type Budget,
  type BudgetClass,
  type BudgetKind,
  type BudgetOptions,
  type BudgetResult,
  checkBudgets,
} from './analysis/budgets.js';
export { chainEnding } from './analysis/chain-ending.js';
export { backrefChains, type Chain, type ChainOptions, refChains } from './analysis/chains.js';
export { classIndex } from './analysis/class-names.js';
export {
  type ClassCount,
  type ClassCountOptions,
  type Classes,
  type ClassJitter,
  type Countable,
  classesOf,
  count,
  mostCommonTypes,
  type TypeMatcher,
  type TypeStat,
  type TypeStatsOptions,
  typeStats,
} from './analysis/classes.js';
export { type ContainerPlace, containerPlace } from './analysis/container-place.js';
export {
  type ClassDelta,
  type ClassDiff,
  type DiffOptions,
  diff,
  diffByClass,
  type NodeDiff,
  newNodes,
  nodeDiff,
} from './analysis/diff.js';
export { distances, NO_DISTANCE, SYSTEM_DISTANCE } from './analysis/distances.js';
export { type DominatorTree, dominatorTree } from './analysis/dominators.js';
export {
  type DuplicateString,
  type DuplicateStrings,
  duplicateStrings,
} from './analysis/duplicate-strings.js';
export { essentialEdges } from './analysis/essential-edges.js';
export { type Expression, expressionOf } from './analysis/expressions.js';
export { type ContainerGroup, type Frontier, frontierOf, type Rebuilt } from './analysis/frontier.js';
export { functionIndex, functionPlaces, functionsIn } from './analysis/functions.js';
export { type Growth, type GrowthOptions, growth, growthTracker } from './analysis/growth.js';
export {
  type BranchList,
  type BranchPart,
  type HeaviestBranch,
  heaviestBranch,
} from './analysis/heaviest-branch.js';
export { type HolderChains, holderChain, holderChains, UNHELD } from './analysis/holder-chains.js';
export { type HolderPaths, holderPaths } from './analysis/holder-paths.js';
export { instancesOf } from './analysis/instances.js';
export { type LeakingObject, leakingObjects } from './analysis/leaking-objects.js';
export { type AlsoIn, isLeak, type Leak, type Leaks, type LeaksOptions, leaks } from './analysis/leaks.js';
export { type Lineage, lineage } from './analysis/lineage.js';
export { holdersOfNew, type NewHolder, type NewHoldersOptions } from './analysis/new-holders.js';
export { at, byType, EdgeView, NodeView, nodesOfClass } from './analysis/nodes.js';
export { type Partition, type Partitioner, partitionAmong } from './analysis/partition.js';
export { type ProgramGrowth, type ProgramGrowthOptions, programGrowth } from './analysis/program-growth.js';
export { type RetainedSet, retainedSet } from './analysis/retained-set.js';
export { retainedSizes, retainedSizesOfClasses } from './analysis/retained-sizes.js';
export { isRoot, type Root, type RootKind, rootOf } from './analysis/roots.js';
export type { SourceLocation } from './analysis/scripts.js';
export { shallowSizes } from './analysis/shallow-sizes.js';
export { shapeIndex } from './analysis/shapes.js';
export { type Statistics, statistics } from './analysis/statistics.js';
export { type ClassSurvival, type SurvivalOptions, survival, type Verdict } from './analysis/survival.js';
export { heapgraphNodes, taggedNodes, tagsOf } from './analysis/tags.js';
export {
  HeapgraphError,
  QueryError,
  SNAPSHOT_PROBLEMS,
  SnapshotError,
  type SnapshotProblem,
  UsageError,
} from './errors.js';
export type { AllocationTraces, TracedFunctions } from './graph/allocation-traces.js';
export type { Edges, Ending, Graph, Head, Section } from './graph/graph.js';
export { type IdIndex, idIndex } from './graph/ids.js';
export type { Location, Locations } from './graph/locations.js';
export { type Retainers, retainersOf } from './graph/retainers.js';
export { EDGE, EDGE_TYPES, NODE, NODE_TYPES } from './graph/schema.js';
export type { StringTable } from './graph/strings.js';
export { type ClassesOptions, loadClasses } from './heap.js';
export { collectGarbage } from './live/gc.js';
export { type TakeOptions, takeSnapshot, writeSnapshot } from './live/snapshot.js';
export { tag } from './live/tag.js';
export { type LoadOptions, loadSnapshot, readSection } from './load/load.js';
export { type ReadOptions, readHead } from './load/sections.js';
export type { SnapshotInput } from './load/source.js';
export type { OnProgress, Progress } from './progress.js';
export { expectNoGrowth, type GrowingClass, GrowthError, type NoGrowthOptions } from './testing/no-growth.js';
