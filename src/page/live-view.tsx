/** What a page shows that a server tells more: whole objects, queries, pictures. */
import { useEffect, useState } from 'preact/hooks';
import type { LiveError, LiveObject, LivePicture, PictureKind } from '../base/page-live.js';
import type { PageTable } from '../base/page-report.js';
import { Command, HeapText } from './cells.js';
import type { HeapData } from './heap-data.js';
import { ObjectView } from './object-view.js';
import { Chain } from './suspects-view.js';
import { TableBody } from './table-view.js';

/** What a question has come to. */
type Asked<T> =
  | { readonly state: 'none' | 'waiting' }
  | { readonly state: 'there'; readonly value: T }
  | ({ readonly state: 'failed' } & LiveError);

/** Asks the server that the page comes from. Never throws. */
async function ask<T>(
  name: string,
  values: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Asked<T> | undefined> {
  try {
    const response = await fetch(`api/${name}?${new URLSearchParams(values)}`, { signal });
    const text = await response.text();
    if (response.ok) return { state: 'there', value: JSON.parse(text) as T };
    if (response.status === 403)
      return { state: 'failed', error: 'The server does not know this page.', hint: null };
    return { state: 'failed', ...(JSON.parse(text) as LiveError) };
  } catch {
    if (signal.aborted) return undefined;
    return {
      state: 'failed',
      error: 'The server does not answer: it was ended, or answers another question.',
      hint: 'heapgraph open starts it again, under another address.',
    };
  }
}

/** Asks whenever the question changes; an answer to an earlier question is forgotten. */
function useAnswer<T>(name: string, values: Readonly<Record<string, string>> | undefined): Asked<T> {
  const [asked, setAsked] = useState<Asked<T>>({ state: 'none' });
  const key = values && JSON.stringify(values);
  useEffect(() => {
    if (key === undefined) return setAsked({ state: 'none' });
    const controller = new AbortController();
    setAsked({ state: 'waiting' });
    void ask<T>(name, JSON.parse(key) as Record<string, string>, controller.signal).then(
      (answer) => answer && setAsked(answer),
    );
    return () => controller.abort();
  }, [name, key]);
  return asked;
}

function Waiting<T>({ asked }: { readonly asked: Asked<T> }) {
  return (
    <div role="status">
      {asked.state === 'waiting' && <p class="quiet">Asking …</p>}
      {asked.state === 'failed' && (
        <p class="error">
          <HeapText text={asked.error} />
          {asked.hint !== null && (
            <>
              {' '}
              <HeapText text={asked.hint} />
            </>
          )}
        </p>
      )}
    </div>
  );
}

const PICTURE_TITLES: readonly (readonly [kind: PictureKind, title: string])[] = [
  ['chain', 'Chain from a root'],
  ['backrefs', 'Who holds it'],
  ['refs', 'What it holds'],
];

export function LiveObjectView({ data, id }: { readonly data: HeapData; readonly id: number }) {
  const asked = useAnswer<LiveObject>('object', { id: String(id) });
  const [kind, setKind] = useState<PictureKind>();
  const picture = useAnswer<LivePicture>('picture', kind && { id: String(id), kind });
  useEffect(() => setKind(undefined), [id]);
  const known = asked.state === 'there' && asked.value.object.id === id ? asked.value : undefined;
  if (known) data.keep(known.object);
  return (
    <ObjectView data={data} id={id}>
      <Waiting asked={asked} />
      {known && (
        <>
          <section>
            <h2>Chain from a root</h2>
            {known.steps.length === 0 ? (
              <p>No root holds it.</p>
            ) : (
              <>
                {known.heldBy !== null && (
                  <p>
                    Held by <HeapText text={known.heldBy} />.
                  </p>
                )}
                <Chain steps={known.steps} />
                {known.expression !== null && (
                  <p class="expression">
                    <code>
                      <HeapText text={known.expression} />
                    </code>
                  </p>
                )}
              </>
            )}
          </section>
          <section>
            <h2>Pictures</h2>
            <p class="pictures">
              {PICTURE_TITLES.map(([one, title]) => (
                <button type="button" key={one} aria-pressed={kind === one} onClick={() => setKind(one)}>
                  {title}
                </button>
              ))}
            </p>
            <Waiting asked={picture} />
            {picture.state === 'there' && (
              // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, by keys, too
              <div class="drawing" tabIndex={0} role="region" aria-label="Picture">
                <img
                  alt={`Picture: ${PICTURE_TITLES.find(([one]) => one === kind)?.[1] ?? ''}`}
                  src={`data:image/svg+xml;charset=utf-8,${encodeURIComponent(picture.value.svg)}`}
                />
              </div>
            )}
          </section>
          {known.dominated.total > 0 && (
            <section>
              <h2>What it dominates</h2>
              <TableBody table={known.dominated} />
            </section>
          )}
        </>
      )}
    </ObjectView>
  );
}

export function QueryView({ text }: { readonly text: string }) {
  const [typed, setTyped] = useState(text);
  useEffect(() => setTyped(text), [text]);
  const asked = useAnswer<PageTable>('query', text === '' ? undefined : { text });
  const go = (event: Event): void => {
    event.preventDefault();
    location.hash = `#query/${encodeURIComponent(typed)}`;
  };
  return (
    <>
      <h1>Query</h1>
      <form onSubmit={go} class="query">
        <label>
          Objects
          <input
            type="search"
            value={typed}
            spellcheck={false}
            placeholder="Session and retained > 1mb"
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
        </label>
        <button type="submit">Find</button>
      </form>
      <p class="quiet">
        A class, or conditions joined by and, or, not: <code>type = string and size &gt; 10kb</code>,{' '}
        <code>heldby(Map)</code>, <code>closed = true</code>.
      </p>
      <Waiting asked={asked} />
      {asked.state === 'there' && (
        <>
          {asked.value.says.map((line) => (
            <p key={line}>
              <HeapText text={line} />
            </p>
          ))}
          <TableBody table={asked.value} />
          <Command line={asked.value.command} />
        </>
      )}
    </>
  );
}
