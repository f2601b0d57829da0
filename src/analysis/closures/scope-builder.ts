/** Scopes and functions of a script while its tree is walked. */
import type { CapturedVariable, Literal, SourceScope } from './source-scopes.js';

/** A variable, and where it is used. */
export interface Variable {
  readonly name: string;
  readonly uses: number[];
  captured: boolean;
  /** Whether it is in a cell of the module and in no context: an import, an export. */
  inCell: boolean;
}

export interface OpenScope {
  readonly outer: OpenScope | undefined;
  /** The function whose run makes it. */
  readonly literal: number;
  readonly takesVar: boolean;
  readonly strict: boolean;
  readonly names: Map<string, Variable>;
  /** Uses of names that no scope inside has declared. */
  readonly open: Map<string, number[]>;
  readonly inside: OpenLiteral[];
  readonly children: OpenScope[];
  dynamic: boolean;
}

interface OpenLiteral {
  readonly number: number;
  last: number;
  readonly name: string | undefined;
  readonly label: string;
  readonly start: number;
  scope: SourceScope | undefined;
}

/** What the function around a scope is, and how it treats names. */
interface ScopeOptions {
  /** Whether `var` declares here. */
  readonly takesVar?: boolean;
  readonly strict?: boolean;
}

/** The scopes around the place where a walk is, and all functions so far. */
export class ScopeBuilder {
  readonly literals: OpenLiteral[] = [
    { number: 0, last: 0, name: undefined, label: '', start: 0, scope: undefined },
  ];
  /** By offset: the number of the literal that V8 says begins there. */
  readonly places = new Map<number, number>([[0, 0]]);
  /** What the function that comes next is given to. */
  hint = '';
  scope: OpenScope;
  /** The literal in which the walk is. */
  literal = 0;
  /** By literal: the function that runs its code, itself or, for a class, the one around. */
  private readonly runs: number[] = [0];
  private scopeCount = 0;

  constructor(strict: boolean) {
    this.scope = this.newScope(undefined, { takesVar: true, strict });
  }

  /** The script is walked. */
  finish(): readonly Literal[] {
    this.literals[0]!.last = this.literals.length - 1;
    this.resolve(this.scope);
    this.close(this.scope, undefined);
    return this.literals;
  }

  inScope(options: ScopeOptions, visit: () => void): void {
    const outer = this.scope;
    const scope = this.newScope(outer, options);
    outer.children.push(scope);
    this.scope = scope;
    visit();
    this.resolve(scope);
    this.scope = outer;
  }

  inLiteral(
    what: { readonly name?: string | undefined; readonly start: number; readonly isClass?: boolean },
    visit: () => void,
  ): void {
    const number = this.literals.length;
    const literal: OpenLiteral = {
      number,
      last: number,
      name: what.name,
      label: what.name ?? this.hint,
      start: what.start,
      scope: undefined,
    };
    this.hint = '';
    this.literals.push(literal);
    this.scope.inside.push(literal);
    this.runs.push(what.isClass ? this.runs[this.literal]! : number);
    if (what.start >= 0 && !this.places.has(what.start)) this.places.set(what.start, number);
    const outer = this.literal;
    this.literal = number;
    visit();
    literal.last = this.literals.length - 1;
    this.literal = outer;
  }

  declare(scope: OpenScope, name: string): Variable {
    let variable = scope.names.get(name);
    if (!variable) {
      variable = { name, uses: [], captured: false, inCell: false };
      scope.names.set(name, variable);
    }
    return variable;
  }

  varScope(): OpenScope {
    let { scope } = this;
    while (!scope.takesVar) scope = scope.outer!;
    return scope;
  }

  use(name: string): void {
    const uses = this.scope.open.get(name);
    if (!uses) this.scope.open.set(name, [this.literal]);
    else if (uses.at(-1) !== this.literal) uses.push(this.literal);
  }

  markDynamic(): void {
    for (let scope: OpenScope | undefined = this.scope; scope && !scope.dynamic; scope = scope.outer)
      scope.dynamic = true;
  }

  private newScope(
    outer: OpenScope | undefined,
    { takesVar = false, strict = outer?.strict ?? false }: ScopeOptions = {},
  ): OpenScope {
    return {
      outer,
      literal: this.runs[this.literal]!,
      takesVar,
      strict,
      names: new Map(),
      open: new Map(),
      inside: [],
      children: [],
      dynamic: false,
    };
  }

  /** Gives the uses of a scope's names to its variables, all others to the scope around. */
  private resolve(scope: OpenScope): void {
    for (const [name, uses] of scope.open) {
      const variable = scope.names.get(name);
      if (variable) {
        for (const use of uses) {
          variable.uses.push(use);
          if (this.runs[use] !== scope.literal) variable.captured = true;
        }
        continue;
      }
      const outer = scope.outer?.open.get(name);
      if (!outer) scope.outer?.open.set(name, uses);
      else for (const use of uses) outer.push(use);
    }
    scope.open.clear();
  }

  /** Keeps of the scopes those with captured variables. */
  private close(scope: OpenScope, outer: SourceScope | undefined): void {
    const captured = [...scope.names.values()].filter(({ captured, inCell }) => captured && !inCell);
    let own = outer;
    if (captured.length > 0 || scope.dynamic) {
      own = {
        number: this.scopeCount++,
        outer,
        literal: scope.literal,
        variables: captured.map(
          ({ name, uses }): CapturedVariable => ({
            name,
            uses: [...new Set(uses)].sort((a, b) => a - b),
          }),
        ),
        dynamic: scope.dynamic,
      };
    }
    for (const literal of scope.inside) literal.scope = own;
    for (const child of scope.children) this.close(child, own);
  }
}
