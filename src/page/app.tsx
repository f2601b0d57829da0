/** The page: its views, and which of them is shown. */
import { Component, type ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { formatBytes, formatCount } from '../base/units.js';
import { Cell, HeapText } from './cells.js';
import { ClassesView, ClassView } from './classes-view.js';
import type { HeapData } from './heap-data.js';
import { LiveObjectView, QueryView } from './live-view.js';
import { MemoryView } from './memory-view.js';
import { ObjectView } from './object-view.js';
import { type Route, routeOf } from './route.js';
import { SuspectsView } from './suspects-view.js';
import { TableView } from './table-view.js';

export function App({ data }: { readonly data: HeapData }) {
  const hash = useHash();
  const { files, tables } = data.report;
  const route = routeOf(hash);
  const main = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  useEffect(() => {
    // A new view is read from its beginning, by eyes and by screen readers.
    if (!isFirst.current) {
      main.current?.focus();
      scrollTo(0, 0);
    }
    isFirst.current = false;
  }, [hash]);
  const views: readonly (readonly [view: string, title: string])[] = [
    ['overview', 'Overview'],
    ['suspects', 'Suspects'],
    ['memory', 'Memory'],
    ['classes', 'Classes'],
    ...tables.map(({ key, title }) => [key, title] as const),
    ...(data.live ? [['query', 'Query'] as const] : []),
    ['file', files.length > 1 ? 'Files' : 'File'],
  ];
  const current = VIEW_OF[route.view] ?? route.view;
  return (
    <>
      <a class="skip" href="#page" onClick={skipTo(main)}>
        Skip to the content
      </a>
      <header>
        <p class="title">
          <strong>heapgraph</strong> <HeapText text={files.at(-1) ?? ''} />
        </p>
        <nav aria-label="Views">
          <ul>
            {views.map(([view, title]) => (
              <li key={view}>
                <a href={`#${view}`} aria-current={view === current ? 'page' : undefined}>
                  {title}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <GoTo />
      </header>
      <main ref={main} tabIndex={-1}>
        <Guard key={hash}>
          <View data={data} route={route} />
        </Guard>
      </main>
    </>
  );
}

/** Views that belong to another one in the list. */
const VIEW_OF: Readonly<Record<string, string>> = { suspect: 'suspects', class: 'classes' };

function View({ data, route }: { readonly data: HeapData; readonly route: Route }) {
  if ('id' in route)
    return route.view === 'memory' ? (
      <MemoryView data={data} id={route.id} />
    ) : (
      <ObjectRoute data={data} id={route.id!} />
    );
  if ('text' in route) return data.live ? <QueryView text={route.text} /> : <NothingHere />;
  if ('name' in route) return <ClassView data={data} name={route.name} />;
  if ('fingerprint' in route) return <SuspectsView data={data} only={route.fingerprint} />;
  const table = data.report.tables.find(({ key }) => key === route.view);
  if (table) return <TableView table={table} />;
  switch (route.view) {
    case 'overview':
      return <Overview data={data} />;
    case 'suspects':
      return <SuspectsView data={data} />;
    case 'classes':
      return <ClassesView data={data} />;
    case 'file':
      return <About data={data} />;
    default:
      return <NothingHere />;
  }
}

function ObjectRoute(props: { readonly data: HeapData; readonly id: number }) {
  return props.data.live ? <LiveObjectView {...props} /> : <ObjectView {...props} />;
}

function NothingHere() {
  return (
    <>
      <h1>Nothing here</h1>
      <p>
        This page has no such view. <a href="#overview">Overview</a>
      </p>
    </>
  );
}

function Overview({ data }: { readonly data: HeapData }) {
  const { files, overview, nodeCount, totalSize, suspects, suspectsOmitted, notes } = data.report;
  return (
    <>
      <h1>
        <HeapText text={files.at(-1) ?? ''} />
      </h1>
      <ul class="numbers">
        <li>
          <a href="#memory">
            <strong>{formatBytes(totalSize)}</strong> in the heap
          </a>
        </li>
        <li>
          <a href="#classes">
            <strong>{formatCount(nodeCount)}</strong> nodes
          </a>
        </li>
        <li>
          <a href="#suspects">
            <strong>{formatCount(suspects.length + suspectsOmitted)}</strong> under suspicion
          </a>
        </li>
      </ul>
      <ul class="sentences">
        {overview.map(({ text, view }) => (
          <li key={text}>
            <HeapText text={text} />{' '}
            <a href={`#${view}`} aria-label={`Show where this comes from: ${view}`}>
              Show
            </a>
          </li>
        ))}
      </ul>
      {notes.length > 0 && (
        <>
          <h2>Notes</h2>
          <ul>
            {notes.map((text) => (
              <li key={text}>
                <HeapText text={text} />
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

function About({ data }: { readonly data: HeapData }) {
  const { about } = data.report;
  return (
    <>
      <h1>{about.length > 1 ? 'Files' : 'File'}</h1>
      {about.map(({ file, facts }) => (
        <section key={file}>
          <h2>
            <HeapText text={file} />
          </h2>
          <dl>
            {facts.map(({ title, value, unit }) => (
              <>
                <dt key={title}>{title}</dt>
                <dd>
                  <Cell value={value} column={{ key: title, title, unit }} />
                </dd>
              </>
            ))}
          </dl>
        </section>
      ))}
      <p>
        The page was made by heapgraph from this snapshot alone. It holds names, and texts unless they were
        left out: who has the page can read them.
      </p>
    </>
  );
}

/** Goes to an object by its id. */
function GoTo() {
  const [text, setText] = useState('');
  const go = (event: Event): void => {
    event.preventDefault();
    const id = /^\s*@?(\d{1,16})\s*$/.exec(text)?.[1];
    if (id === undefined) return;
    setText('');
    location.hash = `#@${id}`;
  };
  return (
    <form onSubmit={go} class="go-to">
      <label>
        Object
        <input
          value={text}
          inputMode="numeric"
          size={10}
          placeholder="@id"
          pattern="\s*@?\d{1,16}\s*"
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
    </form>
  );
}

function skipTo(main: { readonly current: HTMLElement | null }): (event: Event) => void {
  return (event) => {
    event.preventDefault();
    main.current?.focus();
  };
}

function useHash(): string {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const listen = (): void => setHash(location.hash);
    addEventListener('hashchange', listen);
    return () => removeEventListener('hashchange', listen);
  }, []);
  return hash;
}

/** A view that fails says so, and leaves the others. */
class Guard extends Component<{ readonly children: ComponentChildren }, { readonly message?: string }> {
  override componentDidCatch(error: unknown): void {
    console.error(error);
    this.setState({ message: error instanceof Error ? error.message : String(error) });
  }

  override render() {
    const { message } = this.state;
    if (message === undefined) return this.props.children;
    return (
      <>
        <h1>This view failed</h1>
        <p>
          <HeapText text={message} />
        </p>
      </>
    );
  }
}
