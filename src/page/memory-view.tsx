/** Where the memory is: the dominator tree as a picture, and as a table. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { printable } from '../base/printable.js';
import { formatBytes, formatCount, formatId, formatShare } from '../base/units.js';
import { Bytes, ClassLink, Command, HeapText, ObjectLink, Share } from './cells.js';
import { commandAbout } from './command-lines.js';
import { type HeapData, objectText } from './heap-data.js';
import { classHash } from './route.js';
import { hasWords } from './sort-rows.js';
import { colourOf, type TreeCell, treeCells } from './tree-layout.js';

const SHAPES = [
  ['treemap', 'Treemap'],
  ['icicle', 'Icicle'],
] as const;
type Shape = (typeof SHAPES)[number][0];

const COLOURS = 8;
const MOST_FOUND = 20;

export function MemoryView({ data, id }: { readonly data: HeapData; readonly id: number | undefined }) {
  const [shape, setShape] = useState<Shape>('treemap');
  const [words, setWords] = useState('');
  const { tree, totalSize } = data.report;
  const place = id === undefined ? 0 : data.placeOf(id);
  const found = useMemo(
    () =>
      words.trim() === ''
        ? undefined
        : tree.nodes.flatMap((node, i) => (hasWords(objectText(node), words.trim()) ? [i] : [])),
    [tree, words],
  );
  if (tree.nodes.length === 0) return <p>The heap has no nodes.</p>;
  if (place < 0)
    return (
      <>
        <h1>Memory</h1>
        <p>
          {formatId(id!)} keeps too little to be in this picture, or is not there.{' '}
          <a href="#memory">All of it.</a>
        </p>
        <Command line={commandAbout(data, 'dominators', id!)} />
      </>
    );
  const node = tree.nodes[place]!;
  const path = pathTo(data, place);
  return (
    <>
      <h1>Memory</h1>
      <p>
        Each part is an object with all that would be freed with it. An object lies within its dominator, the
        last object that every path from a root to it passes. Objects below <Bytes value={tree.leastSize} />{' '}
        are summed up by class.
      </p>
      <div class="controls">
        <fieldset class="choice">
          <legend>Picture</legend>
          {SHAPES.map(([value, title]) => (
            <label key={value}>
              <input type="radio" name="shape" checked={shape === value} onChange={() => setShape(value)} />
              {title}
            </label>
          ))}
        </fieldset>
        <label class="search">
          Search
          <input
            type="search"
            value={words}
            placeholder="class or value"
            onInput={(event) => setWords(event.currentTarget.value)}
          />
        </label>
      </div>
      <nav aria-label="Dominators" class="path">
        <ol>
          {path.map((at) => (
            <li key={at}>
              <a
                href={at === 0 ? '#memory' : `#memory/@${tree.nodes[at]!.id}`}
                aria-current={at === place ? 'true' : undefined}
              >
                {at === 0 ? 'all' : <HeapText text={tree.nodes[at]!.class} />}
              </a>
            </li>
          ))}
        </ol>
      </nav>
      {found && <Found data={data} places={found} />}
      <Picture data={data} place={place} shape={shape} found={found} />
      <h2>
        <ObjectLink id={node.id}>
          <HeapText text={objectText(node)} /> {formatId(node.id)}
        </ObjectLink>
      </h2>
      <p>
        It keeps <Bytes value={node.retainedSize} />,{' '}
        {formatShare(totalSize === 0 ? 0 : node.retainedSize / totalSize)} of the heap;{' '}
        <Bytes value={node.shallowSize} /> are its own.
      </p>
      <Dominated data={data} place={place} />
      <Command line={commandAbout(data, 'dominators', node.id)} />
    </>
  );
}

/** From the root to a node of the tree. */
function pathTo({ report }: HeapData, place: number): readonly number[] {
  const path: number[] = [];
  for (let at = place; at >= 0; at = report.tree.nodes[at]!.parent) path.unshift(at);
  return path;
}

function Found({ data, places }: { readonly data: HeapData; readonly places: readonly number[] }) {
  const { nodes } = data.report.tree;
  const shown = [...places]
    .sort((a, b) => nodes[b]!.retainedSize - nodes[a]!.retainedSize)
    .slice(0, MOST_FOUND);
  return (
    <section class="found" aria-label="Found">
      <p role="status">
        {formatCount(places.length)} {places.length === 1 ? 'object' : 'objects'} of this picture found.
      </p>
      <ul>
        {shown.map((place) => (
          <li key={place}>
            <a href={`#memory/@${nodes[place]!.id}`}>
              <HeapText text={objectText(nodes[place]!)} />
            </a>{' '}
            <Bytes value={nodes[place]!.retainedSize} />
          </li>
        ))}
      </ul>
    </section>
  );
}

interface PictureProps {
  readonly data: HeapData;
  readonly place: number;
  readonly shape: Shape;
  readonly found: readonly number[] | undefined;
}

function Picture({ data, place, shape, found }: PictureProps) {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const [said, say] = useState('');
  useEffect(() => {
    const element = box.current!;
    const measure = (): void => setWidth(Math.floor(element.clientWidth));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const height = shape === 'treemap' ? Math.max(320, Math.min(620, Math.round(width * 0.6))) : 420;
  const cells = useMemo(
    () => treeCells(data, place, { shape, width, height }),
    [data, place, shape, width, height],
  );
  const hits = useMemo(() => found && new Set(found), [found]);
  const drawn = useMemo(() => <Cells cells={cells} data={data} hits={hits} say={say} />, [cells, data, hits]);
  return (
    <div class="picture" ref={box}>
      {width > 0 && (
        <svg
          width={width}
          height={height}
          viewBox={`0 0 ${width} ${height}`}
          role="group"
          aria-label="Dominator tree; arrow keys go from part to part, Enter opens one"
        >
          {drawn}
        </svg>
      )}
      <p class="caption">{said === '' ? 'Point to a part, or use the arrow keys in the picture.' : said}</p>
    </div>
  );
}

interface CellsProps {
  readonly cells: readonly TreeCell[];
  readonly data: HeapData;
  readonly hits: ReadonlySet<number> | undefined;
  say(text: string): void;
}

function Cells({ cells, data, hits, say }: CellsProps) {
  const { nodes } = data.report.tree;
  const move = (event: KeyboardEvent): void => {
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const links = [...(event.currentTarget as Element).querySelectorAll<SVGAElement>('a')];
    const next = links.indexOf(document.activeElement as unknown as SVGAElement) + step;
    links[Math.max(0, Math.min(links.length - 1, next))]?.focus();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys go from link to link within it.
    <g onKeyDown={move}>
      {cells.map((cell, i) => {
        const text = `${printable(cell.label)}: ${formatBytes(cell.size)}`;
        const isHit = hits === undefined || cell.chain.some((place) => hits.has(place));
        const title = cell.kind === 'object' ? `${text}, ${formatId(nodes[cell.place]!.id)}` : text;
        return (
          <a
            key={cell.key}
            href={hrefOf(cell, nodes[cell.place]!.id)}
            class={`cell ${cell.kind} c${colourOf(cell.class, COLOURS)}${isHit ? '' : ' miss'}`}
            tabIndex={i === 0 ? 0 : -1}
            onFocus={() => say(title)}
            onMouseEnter={() => say(title)}
          >
            <title>{title}</title>
            <rect x={cell.x} y={cell.y} width={cell.width} height={cell.height} rx={2} />
            {cell.width > 40 && cell.height > 15 && (
              <text x={cell.x + 5} y={cell.y + 14} aria-hidden="true">
                {fitting(text, cell.width - 10)}
              </text>
            )}
          </a>
        );
      })}
    </g>
  );
}

const STEPS: Readonly<Record<string, number>> = {
  ArrowRight: 1,
  ArrowDown: 1,
  ArrowLeft: -1,
  ArrowUp: -1,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
};

function hrefOf(cell: TreeCell, id: number): string {
  if (cell.kind === 'folded') return classHash(cell.class);
  return cell.hasChildren && cell.depth > 0 ? `#memory/@${id}` : `#@${id}`;
}

/** As much of a text as a part has room for. */
function fitting(text: string, width: number): string {
  const characters = Math.floor(width / 6.7);
  return text.length <= characters
    ? text
    : `${Array.from(text)
        .slice(0, Math.max(0, characters - 1))
        .join('')}…`;
}

/** What a node of the tree dominates immediately: the same as the picture, to be read. */
function Dominated({ data, place }: { readonly data: HeapData; readonly place: number }) {
  const { nodes } = data.report.tree;
  const node = nodes[place]!;
  const children = data.childrenOf(place).slice(0, 100);
  if (children.length === 0 && node.folded.length === 0) return <p>It dominates nothing.</p>;
  return (
    <table>
      <caption>What it dominates</caption>
      <thead>
        <tr>
          <th scope="col">Object or class</th>
          <th scope="col" class="numeric">
            Keeps
          </th>
          <th scope="col">Of it</th>
        </tr>
      </thead>
      <tbody>
        {children.map((child) => (
          <tr key={child}>
            <td>
              <a href={`#memory/@${nodes[child]!.id}`}>
                <HeapText text={objectText(nodes[child]!)} />
              </a>{' '}
              <ObjectLink id={nodes[child]!.id} />
            </td>
            <td class="numeric">
              <Bytes value={nodes[child]!.retainedSize} />
            </td>
            <td>
              <Share of={nodes[child]!.retainedSize} whole={node.retainedSize} />
            </td>
          </tr>
        ))}
        {node.folded.map(({ class: type, count, size }) => (
          <tr key={`f${type}`}>
            <td>
              {formatCount(count)} × {type === null ? 'others' : <ClassLink name={type} />}
            </td>
            <td class="numeric">
              <Bytes value={size} />
            </td>
            <td>
              <Share of={size} whole={node.retainedSize} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
