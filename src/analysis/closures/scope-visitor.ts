/** From acorn's tree of a script to its scopes. */
import type { AnyNode, Node } from 'acorn';
import { literalStart } from './literal-start.js';
import { type OpenScope, ScopeBuilder } from './scope-builder.js';

/** What the function around a CommonJS module declares. */
const MODULE_NAMES = ['exports', 'require', 'module', '__filename', '__dirname'];
/** What every function but an arrow function has. */
const IMPLICIT = ['this', 'arguments', 'new.target'];

/** Walks the tree of a script. Throws: RangeError where it is nested too deeply. */
export function walkScopes(text: string, program: Node): ScopeBuilder {
  const { body, sourceType } = program as AnyNode & { body: AnyNode[]; sourceType: string };
  const isModule = sourceType === 'module';
  const builder = new ScopeBuilder(isModule || isStrict(body));
  for (const name of [...IMPLICIT, ...(isModule ? [] : MODULE_NAMES)]) builder.declare(builder.scope, name);
  new ScopeVisitor(text, builder).visitAll(body);
  return builder;
}

type Fields = AnyNode & Readonly<Record<string, unknown>>;

/** A static block has no key. */
interface Field {
  readonly key?: AnyNode;
  readonly value: AnyNode | null;
}

/** Walks the tree of a script. */
class ScopeVisitor {
  constructor(
    private readonly text: string,
    private readonly builder: ScopeBuilder,
  ) {}

  visitAll(nodes: readonly AnyNode[]): void {
    for (const node of nodes) this.visit(node);
  }

  private visit(node: AnyNode | null | undefined): void {
    if (!node) return;
    switch (node.type) {
      case 'Identifier':
        this.builder.use(node.name);
        return;
      case 'ThisExpression':
      case 'Super':
        this.builder.use('this');
        return;
      case 'MetaProperty':
        if (node.meta.name === 'new') this.builder.use('new.target');
        return;
      case 'MemberExpression':
        this.visit(node.object as AnyNode);
        if (node.computed) this.visit(node.property as AnyNode);
        return;
      case 'Property':
        if (node.computed) this.visit(node.key as AnyNode);
        this.given(node.key as AnyNode, node.value as AnyNode);
        return;
      case 'AssignmentExpression':
        this.visit(node.left as AnyNode);
        this.given(node.left as AnyNode, node.right as AnyNode);
        return;
      case 'CallExpression':
        if (!node.optional && node.callee.type === 'Identifier' && node.callee.name === 'eval') {
          this.builder.markDynamic();
          for (const name of IMPLICIT) this.builder.use(name);
        }
        this.children(node);
        return;
      case 'WithStatement':
        this.builder.markDynamic();
        this.children(node);
        return;
      case 'FunctionDeclaration':
        this.declareFunction(node);
        this.function(node, literalStart(this.text, node));
        return;
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        this.function(node, literalStart(this.text, node));
        return;
      case 'ClassDeclaration':
        if (node.id) this.builder.declare(this.builder.scope, node.id.name);
        this.class(node);
        return;
      case 'ClassExpression':
        this.class(node);
        return;
      case 'VariableDeclaration': {
        const scope = node.kind === 'var' ? this.builder.varScope() : this.builder.scope;
        for (const { id, init } of node.declarations) {
          this.pattern(id as AnyNode, scope);
          this.given(id as AnyNode, init as AnyNode);
        }
        return;
      }
      case 'BlockStatement':
      case 'SwitchStatement':
      case 'ForStatement':
      case 'ForInStatement':
      case 'ForOfStatement':
        this.builder.inScope({}, () => this.children(node));
        return;
      case 'CatchClause':
        this.builder.inScope({}, () => {
          const { param } = node;
          if (param) this.pattern(param as AnyNode, this.builder.scope);
          // V8 keeps what was caught in a context, whoever uses it.
          if (param?.type === 'Identifier')
            this.builder.declare(this.builder.scope, param.name).captured = true;
          this.visit(node.body);
        });
        return;
      case 'LabeledStatement':
        this.visit(node.body);
        return;
      case 'BreakStatement':
      case 'ContinueStatement':
      case 'ExportAllDeclaration':
        return;
      case 'ImportDeclaration':
        for (const { local } of node.specifiers)
          this.builder.declare(this.builder.scope, local.name).inCell = true;
        return;
      case 'ExportNamedDeclaration':
        this.exportNamed(node as unknown as Fields);
        return;
      case 'ExportDefaultDeclaration': {
        const declaration = node.declaration as AnyNode & { id?: { name: string } | null };
        this.visit(declaration);
        if (/Declaration$/.test(declaration.type) && declaration.id)
          this.builder.declare(this.builder.scope, declaration.id.name).inCell = true;
        return;
      }
      default:
        this.children(node);
    }
  }

  /** Visits a value; a function or a class is called after what it is given to. */
  private given(to: AnyNode, value: AnyNode | null): void {
    if (value && /^(ArrowFunction|Function|Class)Expression$/.test(value.type)) {
      const key = to.type === 'MemberExpression' ? (to.property as AnyNode) : to;
      this.builder.hint = key.type === 'Identifier' || key.type === 'PrivateIdentifier' ? key.name : '';
    }
    this.visit(value);
    this.builder.hint = '';
  }

  private children(node: AnyNode): void {
    for (const key in node) {
      const value = (node as Fields)[key];
      if (Array.isArray(value)) {
        for (const one of value) if (isNode(one)) this.visit(one);
      } else if (isNode(value)) this.visit(value);
    }
  }

  private exportNamed(node: Fields): void {
    const { declaration, source } = node as { declaration?: AnyNode | null; source?: AnyNode | null };
    if (declaration) {
      const before = new Set(this.builder.scope.names.keys());
      this.visit(declaration);
      for (const [name, variable] of this.builder.scope.names) if (!before.has(name)) variable.inCell = true;
      return;
    }
    if (source) return;
    for (const { local } of node.specifiers as { local: { name?: string } }[])
      if (local.name !== undefined) this.builder.declare(this.builder.scope, local.name).inCell = true;
  }

  private declareFunction({ id }: { readonly id: { readonly name: string } | null }): void {
    if (!id) return;
    this.builder.declare(this.builder.scope, id.name);
    // In sloppy code, a function of a block is a variable of the function around as well.
    if (!this.builder.scope.takesVar && !this.builder.scope.strict)
      this.builder.declare(this.builder.varScope(), id.name);
  }

  /** Declares the names of a pattern; what it computes is code. */
  private pattern(node: AnyNode | null, scope: OpenScope): void {
    switch (node?.type) {
      case 'Identifier':
        this.builder.declare(scope, node.name);
        return;
      case 'ObjectPattern':
        for (const property of node.properties) {
          if (property.type === 'RestElement') this.pattern(property.argument as AnyNode, scope);
          else {
            if (property.computed) this.visit(property.key as AnyNode);
            this.pattern(property.value as AnyNode, scope);
          }
        }
        return;
      case 'ArrayPattern':
        for (const element of node.elements) this.pattern(element as AnyNode | null, scope);
        return;
      case 'RestElement':
        this.pattern(node.argument as AnyNode, scope);
        return;
      case 'AssignmentPattern':
        this.pattern(node.left as AnyNode, scope);
        this.visit(node.right as AnyNode);
    }
  }

  private function(
    node: Extract<
      AnyNode,
      { type: 'FunctionDeclaration' | 'FunctionExpression' | 'ArrowFunctionExpression' }
    >,
    start: number,
  ): void {
    const isArrow = node.type === 'ArrowFunctionExpression';
    const id = isArrow ? undefined : (node.id?.name ?? undefined);
    const statements = node.body.type === 'BlockStatement' ? (node.body.body as AnyNode[]) : undefined;
    const strict = this.builder.scope.strict || (statements !== undefined && isStrict(statements));
    this.builder.inLiteral({ name: id, start }, () =>
      this.builder.inScope({ takesVar: true, strict }, () => {
        const { scope } = this.builder;
        if (!isArrow) for (const name of IMPLICIT) this.builder.declare(scope, name);
        for (const param of node.params) this.pattern(param as AnyNode, scope);
        const isSimple = node.params.every(({ type }) => type === 'Identifier');
        if (statements === undefined) this.visit(node.body as AnyNode);
        else if (isSimple) for (const statement of statements) this.visit(statement);
        // Behind parameters that compute something, V8 gives the body a scope of its own.
        else
          this.builder.inScope({ takesVar: true, strict }, () => {
            for (const statement of statements) this.visit(statement);
          });
        if (node.type === 'FunctionExpression' && id !== undefined) this.builder.declare(scope, id);
      }),
    );
  }

  /**
   * A class: V8 runs the values of its fields in two functions, one for those of instances, one for
   * static ones. The place of a class is also that of a constructor that is not written.
   */
  private class(node: Extract<AnyNode, { type: 'ClassDeclaration' | 'ClassExpression' }>): void {
    const members = node.body.body as AnyNode[];
    this.builder.inLiteral({ name: node.id?.name, start: node.start, isClass: true }, () => {
      const { literal } = this.builder;
      if (!this.builder.places.has(node.body.start)) this.builder.places.set(node.body.start, literal);
      this.builder.inScope({ strict: true }, () => {
        if (node.id) this.builder.declare(this.builder.scope, node.id.name);
        this.visit(node.superClass as AnyNode | null);
        const fields: Record<'own' | 'static', Field[]> = { own: [], static: [] };
        for (const member of members) {
          if (member.type === 'StaticBlock') {
            fields.static.push({ value: member });
            continue;
          }
          const { computed, key, value } = member as AnyNode & {
            computed: boolean;
            key: AnyNode;
            value: AnyNode | null;
          };
          if (computed) this.visit(key);
          if (member.type !== 'PropertyDefinition') this.given(key, value);
          else {
            if (!this.builder.places.has(member.start)) this.builder.places.set(member.start, literal);
            fields[member.static ? 'static' : 'own'].push({ key, value });
          }
        }
        for (const values of [fields.own, fields.static]) {
          if (values.length === 0) continue;
          this.builder.inLiteral({ start: -1 }, () =>
            this.builder.inScope({ takesVar: true }, () => {
              for (const name of IMPLICIT) this.builder.declare(this.builder.scope, name);
              for (const { key, value } of values) {
                if (value?.type !== 'StaticBlock') this.given(key!, value);
                else
                  this.builder.inScope({ takesVar: true }, () => {
                    for (const statement of value.body) this.visit(statement as AnyNode);
                  });
              }
            }),
          );
        }
      });
    });
  }
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && typeof (value as AnyNode).type === 'string';
}

function isStrict(statements: readonly AnyNode[]): boolean {
  return statements.some((node) => node.type === 'ExpressionStatement' && node.directive === 'use strict');
}
