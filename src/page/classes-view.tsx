/** Classes: all of them in a table, and one by itself. */
import { useMemo, useState } from 'preact/hooks';
import type { PageClass } from '../base/page-report.js';
import { formatCount } from '../base/units.js';
import { Bytes, ClassLink, Command, HeapText, ObjectLink, Share } from './cells.js';
import { commandOfClass } from './command-lines.js';
import { type HeapData, objectText } from './heap-data.js';
import { hasWords } from './sort-rows.js';
import { type TableColumn, VirtualTable } from './virtual-table.js';

export function ClassesView({ data }: { readonly data: HeapData }) {
  const { classes, classesTotal, totalSize } = data.report;
  const [words, setWords] = useState('');
  const [nodeType, setNodeType] = useState('');
  const nodeTypes = useMemo(
    () => [...new Set(classes.flatMap((row) => row.nodeType.split(',')))].sort(),
    [classes],
  );
  const shown = useMemo(
    () =>
      classes.filter(
        (row) =>
          hasWords(row.class, words.trim()) &&
          (nodeType === '' || row.nodeType.split(',').includes(nodeType)),
      ),
    [classes, words, nodeType],
  );
  const columns = useMemo(() => columnsOf(totalSize), [totalSize]);
  return (
    <>
      <h1>Classes</h1>
      <p>
        Retained is what would be freed with all objects of the class.{' '}
        {classesTotal > classes.length &&
          `These are the ${formatCount(classes.length)} of ${formatCount(classesTotal)} classes that keep most.`}
      </p>
      <div class="controls">
        <label class="search">
          Filter
          <input
            type="search"
            value={words}
            placeholder="part of the name"
            onInput={(event) => setWords(event.currentTarget.value)}
          />
        </label>
        <label>
          Node type
          <select value={nodeType} onChange={(event) => setNodeType(event.currentTarget.value)}>
            <option value="">all</option>
            {nodeTypes.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <p role="status">{formatCount(shown.length)} classes</p>
      </div>
      <VirtualTable
        label="Classes"
        rows={shown}
        columns={columns}
        sorted={{ key: 'retainedSize', descending: true }}
      />
    </>
  );
}

function columnsOf(whole: number): readonly TableColumn<PageClass>[] {
  return [
    {
      key: 'class',
      title: 'Class',
      numeric: false,
      width: 3,
      sortValue: (row) => row.class,
      show: (row) => <ClassLink name={row.class} />,
    },
    {
      key: 'retainedSize',
      title: 'Retained',
      numeric: true,
      sortValue: (row) => row.retainedSize,
      show: (row) => <Bytes value={row.retainedSize} />,
    },
    {
      key: 'share',
      title: 'Of the heap',
      numeric: true,
      width: 1.4,
      sortValue: (row) => row.retainedSize,
      show: (row) => <Share of={row.retainedSize} whole={whole} />,
    },
    {
      key: 'count',
      title: 'Count',
      numeric: true,
      sortValue: (row) => row.count,
      show: (row) => formatCount(row.count),
    },
    {
      key: 'shallowSize',
      title: 'Shallow',
      numeric: true,
      sortValue: (row) => row.shallowSize,
      show: (row) => <Bytes value={row.shallowSize} />,
    },
    {
      key: 'nodeType',
      title: 'Node type',
      numeric: false,
      sortValue: (row) => row.nodeType,
      show: (row) => row.nodeType,
    },
  ];
}

export function ClassView({ data, name }: { readonly data: HeapData; readonly name: string }) {
  const row = data.classNamed(name);
  const command = commandOfClass(data, name);
  const growth = data.report.tables
    .find(({ key }) => key === 'growth')
    ?.rows.find((other) => other.type === name);
  return (
    <>
      <h1>
        <HeapText text={name === '' ? '(no name)' : name} />
      </h1>
      {row ? (
        <dl>
          <dt>Objects</dt>
          <dd>{formatCount(row.count)}</dd>
          <dt>Shallow size</dt>
          <dd>
            <Bytes value={row.shallowSize} />
          </dd>
          <dt>Retained size</dt>
          <dd>
            <Bytes value={row.retainedSize} /> <Share of={row.retainedSize} whole={data.report.totalSize} />
          </dd>
          <dt>Node type</dt>
          <dd>{row.nodeType}</dd>
          <dt>Smallest distance</dt>
          <dd>{row.distance === null ? 'only the system reaches it' : formatCount(row.distance)}</dd>
          {growth && (
            <>
              <dt>Since the first snapshot</dt>
              <dd>
                {Number(growth.countDelta) > 0 ? '+' : ''}
                {formatCount(Number(growth.countDelta))} objects (<a href="#growth">growth</a>)
              </dd>
            </>
          )}
          <dt>The largest</dt>
          <dd>
            <ul class="contents">
              {row.largest.map((id) => {
                const object = data.object(id);
                return (
                  <li key={id}>
                    <ObjectLink id={id} />{' '}
                    {object && (
                      <>
                        <HeapText text={objectText(object)} /> <Bytes value={object.retainedSize} />
                      </>
                    )}
                  </li>
                );
              })}
            </ul>
          </dd>
        </dl>
      ) : (
        <p>The page has no numbers of this class: it is not there, or keeps too little to be shown.</p>
      )}
      {command !== undefined && <Command line={command} />}
      {command === undefined && row?.largest[0] !== undefined && (
        <p>
          Its name cannot be typed into a command line; <ObjectLink id={row.largest[0]} /> is one of its
          objects.
        </p>
      )}
      <p>
        <a href="#classes">All classes</a>
      </p>
    </>
  );
}
