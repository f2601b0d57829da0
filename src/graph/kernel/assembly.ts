/**
 * The loops over all nodes and edges, in AssemblyScript: what sizes, distances and dominators are
 * made of. Each is the loop of the same name in TypeScript (src/analysis/sizes), and gives the
 * same, bit for bit; these work on the columns where they stand, in a memory that threads share.
 *
 * WebAssembly, because the machine's code for it keeps addresses in registers and checks no bounds:
 * the same loops took 1.5 to 2 times as long in JavaScript.
 *
 * A loop works on a part of its range, or a limited number of steps, and is called again: V8 has
 * quick code for a first call and better code for a later one, but does not change it under a loop
 * that runs. What it needs to go on stands in globals.
 *
 *   assembly-graph                      the graph, reading and writing
 *   assembly-nodes                      nodes of a kind, their classes
 *   assembly-sizes                      shallow sizes, distances, what a page owns
 *   assembly-numbering                  depth-first numbers, what a page owns
 *   assembly-dominators                 the dominator tree
 *   assembly-retained                   retained sizes of nodes and of classes
 *   assembly-retainers                  edges the other way round
 *   assembly-reach                      essential edges, what is reached around sets of nodes
 *   assembly-leading                    from where ways lead to nodes
 *   assembly-levels                     breadth-first levels over some edges
 *   assembly-holders                    a chain from a root to every node
 *   assembly-alike                      edges between nodes that are marked alike, edges by name
 *   assembly-references                 what edges are to a program, what few edges lead to alone
 *
 * Arguments named after columns are addresses. Numbers of nodes and edges are below 2^32.
 */

export { commasEnd, countCommas, useGraph } from './assembly-graph';
export * from './assembly-nodes';
export * from './assembly-sizes';
export * from './assembly-numbering';
export * from './assembly-dominators';
export * from './assembly-retained';
export * from './assembly-retainers';
export * from './assembly-reach';
export * from './assembly-leading';
export * from './assembly-levels';
export * from './assembly-holders';
export * from './assembly-alike';
export * from './assembly-references';
