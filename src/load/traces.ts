/**
 * The sections `trace_function_infos` and `trace_tree` as columns. What is missing or damaged in
 * them costs their own answers only: it is told in `problems`, and what comes before it is kept.
 */

import { formatCount } from '../base/units.js';
import type { AllocationTraces } from '../graph/allocation-traces.js';
import type { Layout, TraceFunctionFields, TraceNodeFields } from './meta.js';
import { type NumberTreeProblem, type NumberTreeSink, readNumberTree } from './number-tree.js';
import type { ByteWindow } from './window.js';

const UINT32_MAX = 0xffffffff;
const FUNCTIONS = 'trace_function_infos';
const TREE = 'trace_tree';

const NUMBER = `a number from 0 to ${formatCount(UINT32_MAX)}`;

function isUint32(value: number): boolean {
  return value >= 0 && value <= UINT32_MAX;
}

/** Collects the two sections, in whatever order they come. */
export class TraceColumns {
  private readonly functions: FunctionSink | undefined;
  private readonly tree: TreeSink | undefined;
  private readonly problems: string[] = [];
  private readonly seen = new Set<string>();

  constructor(private readonly layout: Layout) {
    const { traceFunctions, traceNodes } = layout;
    this.functions = traceFunctions && new FunctionSink(traceFunctions);
    this.tree = traceNodes && new TreeSink(traceNodes);
  }

  readFunctions(window: ByteWindow): Promise<void> {
    return this.read(window, FUNCTIONS, this.functions ?? new NoSink(FUNCTIONS), () => {
      const { count, partial } = this.functions ?? { count: 0, partial: false };
      return `${partial ? 'the last one is not whole; ' : ''}${formatCount(count)} functions`;
    });
  }

  readTree(window: ByteWindow): Promise<void> {
    return this.read(window, TREE, this.tree ?? new NoSink(TREE), () => {
      return `${formatCount(this.tree?.count ?? 0)} calls`;
    });
  }

  /**
   * The columns. Undefined when no allocations were recorded.
   *
   * `isTraced`: whether any node names a trace.
   */
  finish(isTraced: boolean): AllocationTraces | undefined {
    const { layout, seen, tree, functions } = this;
    const count = tree?.count ?? 0;
    if (!isTraced && count === 0 && this.problems.length === 0) return undefined;
    const problems = [...this.problems];
    for (const section of isTraced || count > 0 ? [FUNCTIONS, TREE] : [])
      if (!seen.has(section)) problems.push(`the section "${section}" is missing`);
    if (isTraced && seen.has(TREE) && count === 0 && problems.length === 0)
      problems.push(`the section "${TREE}" is empty`);
    const functionCount = functions?.count ?? 0;
    const infos = tree?.infos.finish() ?? new Uint32Array(0);
    const unknown = infos.reduce((sum, info) => (info < functionCount ? sum : sum + 1), 0);
    if (unknown > 0 && seen.has(FUNCTIONS)) {
      const declared = layout.traceFunctionCount;
      const head = declared > functionCount ? ` of ${formatCount(declared)} (trace_function_count)` : '';
      problems.push(
        `"${FUNCTIONS}" has ${formatCount(functionCount)} functions${head}, and ${formatCount(unknown)} calls are of others`,
      );
    }
    const column = (name: keyof FunctionSink['columns']): Uint32Array =>
      functions?.columns[name].finish(functionCount) ?? new Uint32Array(0);
    return {
      count,
      ids: tree?.ids.finish() ?? new Uint32Array(0),
      callers: tree?.callers.finish() ?? new Uint32Array(0),
      infos,
      functions: {
        count: functionCount,
        names: column('name'),
        scripts: column('script'),
        scriptIds: column('scriptId'),
        lines: column('line'),
        columns: column('column'),
      },
      problems,
    };
  }

  private async read(
    window: ByteWindow,
    section: string,
    sink: NumberTreeSink,
    read: () => string,
  ): Promise<void> {
    this.seen.add(section);
    const problem = await readNumberTree(window, sink);
    if (problem) this.problems.push(inWords(section, problem, read()));
  }
}

function inWords(section: string, { offset, expected, found }: NumberTreeProblem, read: string): string {
  return `the section "${section}" is damaged (byte ${formatCount(offset)}): expected ${expected}, found ${found}; ${read} come before`;
}

/** A column that grows as values come. */
class GrowingColumn {
  private values = new Uint32Array(64);
  length = 0;

  push(value: number): void {
    if (this.length === this.values.length) {
      const larger = new Uint32Array(this.length * 2);
      larger.set(this.values);
      this.values = larger;
    }
    this.values[this.length++] = value;
  }

  set(index: number, value: number): void {
    this.values[index] = value;
  }

  at(index: number): number {
    return this.values[index]!;
  }

  finish(length = this.length): Uint32Array {
    return this.values.slice(0, length);
  }
}

/**
 * For a section whose fields the head does not name: empty is right, and anything else cannot be
 * understood.
 */
class NoSink implements NumberTreeSink {
  constructor(readonly section: string) {}

  number(): string {
    return `nothing, as the head does not name the fields of ${this.section}`;
  }

  open(): string {
    return this.number();
  }

  close(): undefined {}
  end(): undefined {}
}

class FunctionSink implements NumberTreeSink {
  readonly section = FUNCTIONS;
  readonly columns = {
    name: new GrowingColumn(),
    script: new GrowingColumn(),
    scriptId: new GrowingColumn(),
    line: new GrowingColumn(),
    column: new GrowingColumn(),
  };
  private readonly columnOf: readonly (GrowingColumn | undefined)[];
  private readonly isPlace: readonly boolean[];
  private field = 0;
  /** Whole records. */
  count = 0;

  constructor(private readonly fields: TraceFunctionFields) {
    const names = Object.keys(this.columns) as (keyof typeof this.columns)[];
    const fieldOf = (place: number): (typeof names)[number] | undefined =>
      names.find((name) => fields[name] === place);
    const places = Array.from({ length: fields.count }, (_, place) => fieldOf(place));
    this.columnOf = places.map((name) => name && this.columns[name]);
    this.isPlace = places.map((name) => name === 'line' || name === 'column');
  }

  get partial(): boolean {
    return this.field > 0;
  }

  number(value: number): string | undefined {
    const column = this.columnOf[this.field];
    if (column) {
      // A script of node:vm may begin before its first line: below zero, which some V8 write
      // without the sign.
      if (this.isPlace[this.field] === true && (value < 0 || (value >= 2 ** 31 && value <= UINT32_MAX)))
        column.push(0);
      else if (!isUint32(value)) return NUMBER;
      else column.push(value);
    }
    this.field++;
    if (this.field === this.fields.count) {
      this.field = 0;
      this.count++;
    }
    return undefined;
  }

  open(): string {
    return 'a whole number';
  }

  close(): string {
    return 'a whole number';
  }

  end(): string | undefined {
    return this.partial ? `${this.fields.count} numbers for each function` : undefined;
  }
}

/**
 * A record is a trace; its children are an array in it. Where the reading is needs no stack: a
 * trace knows its caller.
 */
class TreeSink implements NumberTreeSink {
  readonly section = TREE;
  readonly ids = new GrowingColumn();
  readonly callers = new GrowingColumn();
  readonly infos = new GrowingColumn();
  /** The trace whose children are being read, plus one; 0 outside of all. */
  private caller = 0;
  /** The trace whose record is being read. */
  private trace = 0;
  private field = 0;

  constructor(private readonly fields: TraceNodeFields) {}

  get count(): number {
    return this.ids.length;
  }

  number(value: number): string | undefined {
    const { fields, field } = this;
    if (field === fields.children) return 'an array of calls';
    if ((field === fields.id || field === fields.functionInfo) && !isUint32(value)) return NUMBER;
    this.begin();
    if (field === fields.id) this.ids.set(this.trace, value);
    else if (field === fields.functionInfo) this.infos.set(this.trace, value);
    this.next();
    return undefined;
  }

  open(): string | undefined {
    if (this.field !== this.fields.children) return 'a whole number';
    this.begin();
    this.caller = this.trace + 1;
    this.field = 0;
    return undefined;
  }

  close(): string | undefined {
    if (this.field !== 0) return this.end();
    this.trace = this.caller - 1;
    this.caller = this.callers.at(this.trace);
    this.field = this.fields.children;
    this.next();
    return undefined;
  }

  end(): string | undefined {
    return this.field === 0 ? undefined : `${this.fields.count} values for each call`;
  }

  private begin(): void {
    if (this.field !== 0) return;
    this.trace = this.count;
    this.ids.push(0);
    this.callers.push(this.caller);
    this.infos.push(UINT32_MAX);
  }

  private next(): void {
    this.field = this.field + 1 === this.fields.count ? 0 : this.field + 1;
  }
}
