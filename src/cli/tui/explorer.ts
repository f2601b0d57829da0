/** The explorer: where the user is, and what a key does. It draws nothing and owns no terminal. */
import { NodeView } from '../../analysis/classes/nodes.js';
import { isHeapgraphError } from '../../base/errors.js';
import { shortened } from '../../base/printable.js';
import { formatCount, formatId } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';
import { readQuery } from '../../query/query.js';
import { type ExplorerScreen, explorerRows, explorerTop } from '../../render/explorer.js';
import {
  CLASS_ORDERS,
  type ClassOrder,
  chainList,
  instanceList,
  objectList,
  referenceList,
  retainerList,
} from './heap-list.js';
import { HELP } from './help.js';
import { nameFilter } from './name-filter.js';
import type { Asker } from './question-thread.js';
import type { Key } from './terminal.js';
import { classesView, type HeapView, listView, treeView } from './views.js';

/** What is typed, and what becomes of it. */
interface Prompt {
  readonly label: string;
  text: string;
  /** At each character, where the answer is quick. */
  readonly typed?: (text: string) => void;
  readonly entered: (text: string) => void;
  /** Takes back what typing has done. */
  readonly left?: () => void;
}

/** Views that are kept to go back to. */
const MOST_VIEWS = 1000;

export class Explorer {
  private readonly views: HeapView[];
  private readonly cursors = new Map<number, number>();
  private height = 24;
  private prompt: Prompt | undefined;
  private isHelp = false;
  private busy: string | undefined;
  private message: { readonly text: string; readonly isError: boolean } | undefined;
  private order: ClassOrder = 'retained';
  private filter = '';
  private lastSearch = '';

  constructor(
    private readonly graph: Graph,
    private readonly title: string,
    private readonly asker: Asker,
    /** Called when there is something else to see, and no key was pressed. */
    private readonly onChange: () => void,
  ) {
    this.views = [treeView(graph, graph.root)];
  }

  /** The rows of the terminal, which say how far a page goes. */
  resize(height: number): void {
    this.height = height;
  }

  /** Out: what the loop has to do. */
  press(key: Key): 'quit' | 'interrupt' | 'suspend' | 'redraw' | undefined {
    const { name, ctrl, text } = key;
    if (ctrl && name === 'c') {
      if (this.busy === undefined) return 'interrupt';
      this.asker.stop();
      return undefined;
    }
    if (ctrl && name === 'z') return 'suspend';
    if (ctrl && name === 'l') return 'redraw';
    this.message = undefined;
    if (this.prompt) {
      this.type(this.prompt, key);
      return undefined;
    }
    if (this.busy !== undefined) {
      if (name === 'escape' || text === 'q') this.asker.stop();
      return undefined;
    }
    if (this.isHelp) {
      this.isHelp = false;
      return undefined;
    }
    if (text === 'q') return 'quit';
    this.act(name, text);
    return undefined;
  }

  /** What is to be seen. */
  screen(): ExplorerScreen {
    const { view } = this;
    view.top = explorerTop(view.top, view.cursor, view.list.count, this.height);
    const { list, cursor, top } = view;
    return {
      title: this.title,
      path: this.isHelp ? 'Help: any key closes it' : view.path,
      columns: list.columns,
      count: list.count,
      cursor,
      top,
      row: (place) => list.row(place),
      empty: view.empty,
      status: this.busy ?? this.message?.text ?? this.status(),
      isError: this.busy === undefined && this.message?.isError === true,
      keys: this.busy === undefined ? view.keys : ['Esc stops'],
      prompt: this.prompt,
      help: this.isHelp ? HELP : undefined,
    };
  }

  private get view(): HeapView {
    return this.views.at(-1)!;
  }

  private act(name: string, text: string): void {
    const { view } = this;
    const { count } = view.list;
    const page = explorerRows(this.height);
    const moves: Readonly<Record<string, number>> = {
      up: view.cursor - 1,
      k: view.cursor - 1,
      down: view.cursor + 1,
      j: view.cursor + 1,
      pageup: view.cursor - page,
      pagedown: view.cursor + page,
      home: 0,
      g: 0,
      end: count - 1,
      G: count - 1,
    };
    const to = moves[text] ?? moves[name];
    if (to !== undefined) view.cursor = Math.max(0, Math.min(count - 1, to));
    else if (['right', 'return', 'enter', 'l'].includes(name)) this.open();
    else if (['left', 'backspace', 'h'].includes(name)) this.goUp();
    else if (name === 'escape') this.goBack();
    else this.actOnText(text);
  }

  private actOnText(text: string): void {
    const node = this.selected();
    const { graph } = this;
    switch (text) {
      case '?':
        this.isHelp = true;
        return;
      case '/':
        this.askSearch('');
        return;
      case 'd':
        this.push(treeView(graph, graph.root));
        return;
      case 'c':
        this.push(classesView(graph, this.order, this.filter));
        return;
      case 's':
      case 'f':
        if (this.view.kind !== 'classes') this.say('c shows the classes, which can be sorted and filtered');
        else if (text === 's') this.sort();
        else this.askFilter();
        return;
      case 't':
        if (node !== undefined) this.showInTree(node);
        return;
      case 'r':
        if (node !== undefined) this.push(this.retainersOf(node));
        return;
      case 'e':
        if (node !== undefined)
          this.push(
            listView(
              `What ${this.nameOf(node)} refers to`,
              referenceList(graph, node),
              'it refers to nothing',
            ),
          );
        return;
      case 'p':
        if (node !== undefined) void this.findChain(node);
    }
  }

  /** Opens what is selected: its branch of the tree, its class, or its own retainers. */
  private open(): void {
    const { view, graph } = this;
    if (view.list.count === 0) return;
    if (view.list.typeAt) {
      const type = view.list.typeAt(view.cursor);
      this.push(listView(`Objects of ${type}`, instanceList(graph, type), 'none'));
      return;
    }
    const node = this.selected();
    if (node === undefined) return;
    if (view.kind === 'retainers') this.push(this.retainersOf(node));
    else if (view.kind === 'tree') {
      const below = treeView(graph, node);
      if (below.list.count === 0) {
        this.say(`${this.nameOf(node)} dominates nothing; r shows who holds it`);
        return;
      }
      this.cursors.set(view.node!, view.cursor);
      below.cursor = Math.min(this.cursors.get(node) ?? 0, below.list.count - 1);
      this.views[this.views.length - 1] = below;
    } else this.push(treeView(graph, node));
  }

  /** In the tree to the dominator; elsewhere back. */
  private goUp(): void {
    const { view, graph } = this;
    if (view.kind !== 'tree') this.goBack();
    else if (view.node !== graph.root) {
      this.cursors.set(view.node!, view.cursor);
      this.views[this.views.length - 1] = this.treeAt(view.node!);
    }
  }

  private goBack(): void {
    if (this.views.length > 1) this.views.pop();
    else this.say('q quits');
  }

  private push(view: HeapView): void {
    this.views.push(view);
    // The first one is the tree, where everything begins.
    if (this.views.length > MOST_VIEWS) this.views.splice(1, 1);
  }

  private selected(): number | undefined {
    const { list, cursor, node } = this.view;
    return list.count === 0 ? node : list.nodeAt(cursor);
  }

  private showInTree(node: number): void {
    if (node === this.graph.root) this.push(treeView(this.graph, node));
    else this.push(this.treeAt(node));
  }

  /** The tree with a node selected. */
  private treeAt(node: number): HeapView {
    const view = treeView(this.graph, new NodeView(this.graph, node).dominator.ordinal);
    view.cursor = view.placeOf!(node);
    return view;
  }

  private retainersOf(node: number): HeapView {
    const view = listView(
      `Who holds ${this.nameOf(node)}`,
      retainerList(this.graph, node),
      'nothing refers to it',
    );
    return { ...view, kind: 'retainers', node };
  }

  private sort(): void {
    const next = (CLASS_ORDERS.indexOf(this.order) + 1) % CLASS_ORDERS.length;
    this.order = CLASS_ORDERS[next]!;
    this.showClasses();
  }

  private askFilter(): void {
    const before = this.filter;
    this.prompt = {
      label: 'Filter: ',
      text: before,
      typed: (text) => this.setFilter(text),
      entered: (text) => this.setFilter(text),
      left: () => this.setFilter(before),
    };
  }

  private setFilter(text: string): void {
    const { error } = nameFilter(text);
    if (error !== undefined) this.say(error, true);
    else {
      this.filter = text;
      this.showClasses();
    }
  }

  private showClasses(): void {
    this.views[this.views.length - 1] = classesView(this.graph, this.order, this.filter);
  }

  private askSearch(text: string): void {
    this.prompt = {
      label: 'Search: ',
      text,
      entered: (query) => void this.search(query === '' ? this.lastSearch : query),
    };
  }

  private async search(text: string): Promise<void> {
    if (text === '') return;
    this.lastSearch = text;
    try {
      const { compares, condition } = readQuery(text);
      if (compares !== undefined)
        return this.say(`"${compares}" compares two snapshots: heapgraph select --before FILE`, true);
      const answer = await this.waitFor(`searching for ${text} …`, { kind: 'select', text });
      if (answer?.kind !== 'nodes') return;
      if (answer.nodes.length > 0)
        this.push(listView(`Search: ${text}`, objectList(this.graph, answer.nodes), 'none'));
      else
        this.say(
          condition.kind === 'class'
            ? `no object of the class ${text}; /${text}/i looks for a part of the name`
            : `no object fits ${text}`,
          true,
        );
    } catch (error) {
      if (!isHeapgraphError(error)) throw error;
      this.askSearch(text); // to be mended
      this.say(error.message, true);
    } finally {
      this.onChange();
    }
  }

  private async findChain(node: number): Promise<void> {
    const name = this.nameOf(node);
    const answer = await this.waitFor(`looking for what keeps ${name} alive …`, { kind: 'chain', node });
    if (answer?.kind === 'chain') {
      const { chain, expression, heldBy } = answer;
      if (chain) {
        const view = listView(
          `${this.nameOf(node)}: held by ${heldBy ?? 'a root'}`,
          chainList(this.graph, chain),
          '',
        );
        this.push({ ...view, cursor: chain.nodes.length - 1, note: expression });
      } else this.say(`no root holds ${name}`, true);
    }
    this.onChange();
  }

  /** Asks the thread. Out: undefined where there is no answer; why not is said. */
  private async waitFor(words: string, question: Parameters<Asker['ask']>[0]): ReturnType<Asker['ask']> {
    this.busy = words;
    const answer = await this.asker.ask(question);
    this.busy = undefined;
    if (answer === undefined) this.say('stopped');
    else if (answer.kind === 'error') this.say(answer.message, true);
    return answer;
  }

  private say(text: string, isError = false): void {
    this.message = { text, isError };
  }

  private type(prompt: Prompt, { name, ctrl, text }: Key): void {
    if (name === 'escape') {
      this.prompt = undefined;
      prompt.left?.();
    } else if (name === 'return' || name === 'enter') {
      this.prompt = undefined;
      prompt.entered(prompt.text);
    } else {
      if (name === 'backspace') prompt.text = Array.from(prompt.text).slice(0, -1).join('');
      else if (ctrl && name === 'u') prompt.text = '';
      else if (ctrl && name === 'w') prompt.text = prompt.text.replace(/\S*\s*$/, '');
      else if (!ctrl && text !== '' && !/[\0-\x1f\x7f]/.test(text)) prompt.text += text;
      else return;
      prompt.typed?.(prompt.text);
    }
  }

  /** Its id and its class, for sentences. */
  private nameOf(node: number): string {
    const { id, type } = new NodeView(this.graph, node);
    return `${formatId(id)} ${shortened(type, 40)}`;
  }

  /** The place in the list, and what there is to say of the object. */
  private status(): string {
    const { list, cursor, note } = this.view;
    if (list.count === 0) return note ?? '';
    const place = `${formatCount(cursor + 1)} of ${formatCount(list.count)}`;
    const node = list.nodeAt(cursor);
    if (node === undefined) return note === undefined ? place : `${place}, ${note}`;
    const { id, retainedSize, shallowSize, location } = new NodeView(this.graph, node);
    const at = location ? ` ${location.script ?? `(script ${location.scriptId})`}:${location.line}` : '';
    return note === undefined
      ? `${place}: ${formatId(id)}, retains ${formatCount(retainedSize)} bytes, own size ${formatCount(shallowSize)}${at}`
      : `${place}: ${note}`;
  }
}
