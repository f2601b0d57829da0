/**
 * heapgraph as a library: load a V8 heap snapshot, count its classes, look at its objects.
 *
 * @example
 * import { loadSnapshot, mostCommonTypes } from 'heapgraph';
 * const heap = await loadSnapshot('app.heapsnapshot');
 * for (const { type, count } of mostCommonTypes(heap)) console.log(type, count);
 */

export {
  type BranchList,
  type BranchPart,
  type HeaviestBranch,
  heaviestBranch,
} from './analysis/accumulation/heaviest-branch.js';
export { type Holder, type MemoryPlace, memoryPlace } from './analysis/accumulation/memory-place.js';
export {
  type Budget,
  type BudgetClass,
  type BudgetKind,
  type BudgetOptions,
  type BudgetResult,
  checkBudgets,
} from './analysis/budgets/budgets.js';
export type { GrownClass, GrownClasses } from './analysis/budgets/grown-classes.js';
export { hasOffender, type Offender, type Offenders, offenders } from './analysis/budgets/offenders.js';
export {
  type SuggestedBudgets,
  type SuggestionOptions,
  suggestedBudgets,
} from './analysis/budgets/suggested-budgets.js';
export { CLASS_KINDS, type ClassKind, classKindRanks, classKinds } from './analysis/classes/class-kinds.js';
export {
  type ClassCount,
  type ClassCountOptions,
  type Classes,
  type ClassJitter,
  type Countable,
  classesOf,
  count,
  MEASURES,
  type Measure,
  mostCommonTypes,
  type TypeStat,
  type TypeStatsOptions,
  typeStats,
} from './analysis/classes/classes.js';
export {
  type DuplicateString,
  type DuplicateStrings,
  duplicateStrings,
} from './analysis/classes/duplicate-strings.js';
export { instancesOf } from './analysis/classes/instances.js';
export { at, byType, EdgeView, NodeView, nodesOfClass } from './analysis/classes/nodes.js';
export { heapgraphNodes } from './analysis/classes/own-objects.js';
export type { TypeMatcher } from './analysis/classes/type-matcher.js';
export {
  type Cut,
  type CutOptions,
  type CutReference,
  cutOf,
} from './analysis/cuts/cut.js';
export type { Freed, FreedAlone } from './analysis/cuts/freed-alone.js';
export { type Cycle, type Cycles, type CyclesOptions, cyclesOf } from './analysis/cycles/cycles.js';
export { type Expression, expressionOf } from './analysis/expressions/expression.js';
export { type Garbage, garbageOf, type LastingEntry, REACH } from './analysis/garbage/garbage.js';
export {
  type Baseline,
  type BaselineClass,
  baselineOf,
  classesOfBaseline,
  noiseOf,
  type SnapshotSummary,
} from './analysis/growth/baseline.js';
export {
  type ChangedNodes,
  type ClassDelta,
  type ClassDiff,
  changedNodes,
  type DiffKey,
  type DiffOptions,
  diff,
  diffByClass,
  type NodeDiff,
  newNodes,
  nodeDiff,
  rankedDiff,
} from './analysis/growth/diff.js';
export { type Growth, type GrowthOptions, growth, growthTracker } from './analysis/growth/growth.js';
export { type Lineage, lineage } from './analysis/growth/lineage.js';
export {
  type ClassIds,
  type ClassIdsKey,
  type NewIdsOptions,
  newIds,
  newIdsByClass,
} from './analysis/growth/new-ids.js';
export {
  type ProgramGrowth,
  type ProgramGrowthOptions,
  programGrowth,
} from './analysis/growth/program-growth.js';
export { backrefChains, type Chain, type ChainOptions, refChains } from './analysis/holders/chains.js';
export { chainEnding } from './analysis/holders/endings.js';
export { type HolderChains, holderChain, holderChains, UNHELD } from './analysis/holders/holder-chains.js';
export { type HolderPaths, holderPaths } from './analysis/holders/holder-paths.js';
export { type LeakingObject, leakingObjects } from './analysis/holders/leaking-objects.js';
export { ORIGINS, type Origin, origins } from './analysis/holders/origins.js';
export { type BoundedBuffer, type BoundedBuffers, boundedBuffers } from './analysis/leaks/bounded-buffers.js';
export { type ContainerPlace, containerPlace } from './analysis/leaks/container-place.js';
export { type ContainerGroup, type Frontier, frontierOf } from './analysis/leaks/frontier.js';
export type { Rebuilt } from './analysis/leaks/frontier-heads.js';
export { type GrownHolder, type GrownHolders, grownHolders } from './analysis/leaks/grown-holders.js';
export { type AlsoIn, isLeak, type Leak } from './analysis/leaks/leak.js';
export {
  type LeakSearch,
  type LeakSearchOptions,
  type NotableLeaks,
  notableLeaks,
  searchLeaks,
} from './analysis/leaks/leak-search.js';
export { type Leaks, type LeaksOptions, leaks } from './analysis/leaks/leaks.js';
export { holdersOfNew, type NewHolder, type NewHoldersOptions } from './analysis/leaks/new-holders.js';
export {
  type ClassSurvival,
  type SurvivalOptions,
  survival,
  type Verdict,
} from './analysis/leaks/survival.js';
export {
  type HeapRow,
  type HeapTable,
  type HeapTableOptions,
  heapTable,
} from './analysis/partitions/heap-table.js';
export { DIVISIONS, type Division, divide } from './analysis/partitions/partitions.js';
export { nested, type Parts, partitionOf, partsOf } from './analysis/partitions/parts.js';
export { mergedPaths } from './analysis/patterns/merged-paths.js';
export type { PatternNode } from './analysis/patterns/pattern-node.js';
export { type ReferencePatternOptions, referencePattern } from './analysis/patterns/reference-pattern.js';
export { distances, NO_DISTANCE, SYSTEM_DISTANCE } from './analysis/sizes/distances.js';
export {
  type DominatedClass,
  dominatedClasses,
  dominatedNodes,
  dominatorTreeBelow,
  type TreeNode,
  type TreeOptions,
  type TreePart,
  topmost,
} from './analysis/sizes/dominated-nodes.js';
export { type DominatorTree, dominatorTree } from './analysis/sizes/dominators.js';
export { essentialEdges } from './analysis/sizes/essential-edges.js';
export {
  type RetainedClass,
  type RetainedSet,
  retainedClasses,
  retainedSet,
  retainedSetSizes,
} from './analysis/sizes/retained-set.js';
export { retainedSizes, retainedSizesOfClasses } from './analysis/sizes/retained-sizes.js';
export { shallowSizes } from './analysis/sizes/shallow-sizes.js';
export { type Statistics, statistics } from './analysis/sizes/statistics.js';
export { type IfWeak, ifWeak } from './analysis/weak/if-weak.js';
export type { ReferencePart } from './analysis/weak/weak-references.js';
export { type WeakRow, type WeakRows, weakRows } from './analysis/weak/weak-rows.js';
export {
  HeapgraphError,
  QueryError,
  type Remedy,
  type RemedyWords,
  SNAPSHOT_PROBLEMS,
  SnapshotError,
  type SnapshotProblem,
  UsageError,
} from './base/errors.js';
export type { OnProgress, Progress } from './base/progress.js';
export type { AllocationTraces, TracedFunctions } from './graph/allocation-traces.js';
export type { Edges, Graph, Head, Section, Truncation } from './graph/graph.js';
export { type IdIndex, idIndex } from './graph/ids.js';
export type { Location, Locations } from './graph/locations.js';
export { type Partition, type Partitioner, partitionAmong } from './graph/partition.js';
export { type Retainers, retainersOf } from './graph/retainers.js';
export { EDGE, EDGE_TYPES, NODE, NODE_TYPES } from './graph/schema.js';
export type { StringTable } from './graph/strings.js';
export { readHead } from './load/head.js';
export { type LoadOptions, loadSnapshot, readSection } from './load/load.js';
export type { ReadOptions } from './load/sections.js';
export type { SnapshotInput } from './load/source.js';
export { nodesIn } from './query/masks.js';
export { NodeSet } from './query/node-set.js';
export { type Query, readQuery } from './query/query.js';
export { type QueryWorld, selectNodes } from './query/select-nodes.js';
export type { Condition } from './query/syntax.js';
export { collectGarbage } from './self/gc.js';
export { type TakeOptions, takeSnapshot, writeSnapshot } from './self/snapshot.js';
export { tag } from './self/tag.js';
export { BASELINE_SCHEMA, formatBaseline, parseBaseline } from './session/baseline-file.js';
export { type ClassesOptions, loadClasses } from './session/class-counts.js';
export { expectNoGrowth, type GrowingClass, GrowthError, type NoGrowthOptions } from './testing/no-growth.js';
export {
  type AllocationFrame,
  allocationStack,
  allocationTrace,
  NO_TRACE,
  stackText,
  traceFrames,
} from './v8/allocation-stacks.js';
export { classIndex } from './v8/class-names.js';
export { functionIndex, functionPlaces, functionsIn } from './v8/functions.js';
export { isMadeByCode, ownClasses } from './v8/origin.js';
export { isRoot, type Root, type RootKind, rootOf } from './v8/roots.js';
export type { SourceLocation } from './v8/scripts.js';
export { shapeIndex } from './v8/shapes.js';
export { taggedNodes, tagsOf } from './v8/tags.js';
