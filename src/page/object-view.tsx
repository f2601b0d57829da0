/** One object: what it is, who holds it, what it refers to. */
import type { ComponentChildren } from 'preact';
import type { PageEdge, PageObject } from '../base/page-report.js';
import { formatCount, formatId } from '../base/units.js';
import { Bytes, ClassLink, Command, cellText, HeapText, ObjectLink, Share } from './cells.js';
import { commandAbout } from './command-lines.js';
import { type HeapData, objectText } from './heap-data.js';

interface ObjectViewProps {
  readonly data: HeapData;
  readonly id: number;
  /** Further parts, below the facts. */
  readonly children?: ComponentChildren;
}

export function ObjectView({ data, id, children }: ObjectViewProps) {
  const object = data.object(id);
  const suspects = data.suspectsAt(id);
  return (
    <>
      <h1>
        {object ? <HeapText text={objectText(object)} /> : 'Object'} <code>{formatId(id)}</code>
      </h1>
      {object ? (
        <Facts data={data} object={object} />
      ) : (
        <p>This page has no more of the object; a command tells all of it.</p>
      )}
      {suspects.length > 0 && (
        <section>
          <h2>Suspects that it belongs to</h2>
          <ul>
            {suspects.map(({ fingerprint, headline }) => (
              <li key={fingerprint}>
                <a href={`#suspect/${fingerprint}`}>
                  <HeapText text={headline} />
                </a>
              </li>
            ))}
          </ul>
        </section>
      )}
      {children}
      {object && <References data={data} object={object} />}
      <h2>In a terminal</h2>
      <Command line={commandAbout(data, 'at', id)} />
      <Command line={commandAbout(data, 'find-backref-chain', id)} />
      <Command line={commandAbout(data, 'dominators', id)} />
    </>
  );
}

function Facts({ data, object }: { readonly data: HeapData; readonly object: PageObject }) {
  const { distance, dominator, location } = object;
  return (
    <dl>
      <dt>Class</dt>
      <dd>
        <ClassLink name={object.class} /> <span class="quiet">{object.nodeType}</span>
      </dd>
      <dt>Keeps</dt>
      <dd>
        <Bytes value={object.retainedSize} /> <Share of={object.retainedSize} whole={data.report.totalSize} />
        {data.placeOf(object.id) >= 0 && (
          <>
            {' '}
            <a href={`#memory/@${object.id}`}>picture</a>
          </>
        )}
      </dd>
      <dt>Own size</dt>
      <dd>
        <Bytes value={object.shallowSize} />
      </dd>
      <dt>Distance</dt>
      <dd>{distance === null ? 'only the system reaches it' : formatCount(distance)}</dd>
      {dominator !== null && (
        <>
          <dt>Dominator</dt>
          <dd>
            <NamedObject data={data} id={dominator} />
          </dd>
        </>
      )}
      {location !== null && (
        <>
          <dt>Code</dt>
          <dd>
            <HeapText text={cellText(location)} />
          </dd>
        </>
      )}
    </dl>
  );
}

function NamedObject({ data, id }: { readonly data: HeapData; readonly id: number }) {
  const object = data.object(id);
  return (
    <>
      {object && (
        <>
          <HeapText text={objectText(object)} />{' '}
        </>
      )}
      <ObjectLink id={id} />
    </>
  );
}

function References({ data, object }: { readonly data: HeapData; readonly object: PageObject }) {
  return (
    <div class="references">
      <EdgeTable
        data={data}
        title="Retainers"
        says={`${many(object.retainerCount)} to it.`}
        other="From"
        edges={object.retainers}
        omitted={Math.max(0, object.retainerCount - object.retainers.length)}
      />
      <EdgeTable
        data={data}
        title="References"
        says={`${many(object.edgeCount)} from it; first what it dominates, and what keeps most.`}
        other="To"
        edges={object.edges}
        omitted={Math.max(0, object.edgeCount - object.edges.length)}
      />
    </div>
  );
}

function many(count: number): string {
  return `${formatCount(count)} ${count === 1 ? 'reference leads' : 'references lead'}`;
}

interface EdgeTableProps {
  readonly data: HeapData;
  readonly title: string;
  readonly says: string;
  readonly other: string;
  readonly edges: readonly PageEdge[];
  readonly omitted: number;
}

function EdgeTable({ data, title, says, other, edges, omitted }: EdgeTableProps) {
  return (
    <section>
      <h2>{title}</h2>
      <p>{says}</p>
      {edges.length > 0 && (
        <table>
          <thead>
            <tr>
              <th scope="col">Reference</th>
              <th scope="col">{other}</th>
              <th scope="col" class="numeric">
                Keeps
              </th>
            </tr>
          </thead>
          <tbody>
            {edges.map((edge, i) => {
              const object = data.object(edge.id);
              return (
                <tr key={`${edge.id} ${i}`}>
                  <td>
                    <code>
                      <HeapText text={edge.name === null ? '(one of very many)' : String(edge.name)} />
                    </code>{' '}
                    <span class="quiet">{edge.type}</span>
                  </td>
                  <td>
                    <HeapText text={object ? objectText(object) : edge.class} /> <ObjectLink id={edge.id} />
                  </td>
                  <td class="numeric">
                    <Bytes value={edge.size} />
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
      {omitted > 0 && <p class="quiet">{formatCount(omitted)} more are not shown here.</p>}
    </section>
  );
}
