/** What is suspicious: each place with its chain, its verdict and the references at fault. */

import type { PageStep, PageSuspect } from '../base/page-report.js';
import type { SuspectContent } from '../base/suspect-report.js';
import { formatBytes, formatCount, formatShare } from '../base/units.js';
import { Bytes, Command, cellText, HeapText, ObjectLink } from './cells.js';
import type { HeapData } from './heap-data.js';

/** What marked references are: what is merely large may be right as it is. */
const MARKS: Readonly<Record<string, string>> = {
  large: '~ it is held by one of these references',
};

/** Verdicts by a sign, too: they are told apart without colour. */
const SIGNS: Readonly<Record<string, string>> = { leak: '✖', suspect: '▲', large: '●' };

export function SuspectsView({ data, only }: { readonly data: HeapData; readonly only?: string }) {
  const { suspects, suspectsSay, suspectsOmitted, files } = data.report;
  const chosen = only === undefined ? undefined : data.suspect(only);
  if (only !== undefined && !chosen)
    return (
      <>
        <h1>Suspects</h1>
        <p>
          Nothing here has the fingerprint {only}. <a href="#suspects">All suspects.</a>
        </p>
      </>
    );
  return (
    <>
      <h1>{chosen ? 'Suspect' : 'Suspects'}</h1>
      {chosen && (
        <p>
          <a href="#suspects">All suspects</a>
        </p>
      )}
      {(chosen ? [chosen] : suspects).map((entry, i) => (
        <Suspect key={`${entry.fingerprint} ${i}`} entry={entry} snapshots={files.length} />
      ))}
      {!chosen && suspectsOmitted > 0 && (
        <p>{formatCount(suspectsOmitted)} more are left out; the command `suspects --all` shows them.</p>
      )}
      {!chosen &&
        suspectsSay.map((text) => (
          <p key={text}>
            <HeapText text={text} />
          </p>
        ))}
    </>
  );
}

function Suspect({ entry, snapshots }: { readonly entry: PageSuspect; readonly snapshots: number }) {
  const { verdict, headline, fingerprint, kind, retainedSize, share, counts, evidence } = entry;
  const rest = headline.replace(/^\w+:\s*/, '');
  return (
    <article class={`entry is-${verdict}`} aria-label={`${verdict} ${fingerprint}`}>
      <h2>
        <span class="verdict">
          <span aria-hidden="true">{SIGNS[verdict] ?? ''} </span>
          {verdict}
        </span>{' '}
        <a href={`#suspect/${fingerprint}`}>
          <HeapText text={rest} />
        </a>
      </h2>
      <p>
        <Bytes value={retainedSize} />, {formatShare(share)} of the heap
        {snapshots > 1 && counts.length > 1 && <>; {counts.map(formatCount).join(' → ')} by snapshot</>}.{' '}
        <span class="quiet">
          {kind}, fingerprint <code>{fingerprint}</code>
        </span>
      </p>
      <Chain steps={entry.steps} mark={MARKS[verdict]} />
      {entry.expression !== null && (
        <p class="expression">
          <code>
            <HeapText text={entry.expression} />
          </code>
        </p>
      )}
      <dl>
        {entry.contents.length > 0 && (
          <>
            <dt>Keeps</dt>
            <dd>
              <ul class="contents">
                {entry.contents.map((content) => (
                  <li key={content.example}>
                    <Content content={content} />
                  </li>
                ))}
              </ul>
            </dd>
          </>
        )}
        {(entry.location !== null || entry.package !== null) && (
          <>
            <dt>Made at</dt>
            <dd>
              {entry.location !== null && <HeapText text={cellText(entry.location)} />}
              {entry.package !== null && (
                <>
                  {' '}
                  package <HeapText text={entry.package} />
                </>
              )}
            </dd>
          </>
        )}
        <dt>Why</dt>
        <dd>
          <HeapText text={evidence.join(' ')} />
        </dd>
        {entry.known !== null && (
          <>
            <dt>Known</dt>
            <dd>
              <HeapText
                text={[
                  entry.known.why ?? 'yes',
                  entry.known.until === null ? '' : `until ${entry.known.until}`,
                ]
                  .filter((part) => part !== '')
                  .join(', ')}
              />
            </dd>
          </>
        )}
        {entry.remedy !== null && (
          <>
            <dt>Usually</dt>
            <dd>
              <HeapText text={entry.remedy} />
            </dd>
          </>
        )}
        {entry.examples.length > 0 && (
          <>
            <dt>Examples</dt>
            <dd class="ids">
              {entry.examples.slice(0, 10).map((id) => (
                <ObjectLink key={id} id={id} />
              ))}
            </dd>
          </>
        )}
      </dl>
      <Command line={entry.next} />
    </article>
  );
}

function Content({ content }: { readonly content: SuspectContent }) {
  const { label, count, size, location, example } = content;
  return (
    <>
      {formatCount(count)} × <HeapText text={label} />
      {size > 0 && ` (${formatBytes(size)})`}
      {location !== null && (
        <span class="quiet">
          {' '}
          <HeapText text={cellText(location)} />
        </span>
      )}{' '}
      <ObjectLink id={example} />
    </>
  );
}

/** A chain of references from a root, an object a line. */
export function Chain({
  steps,
  mark = '~ one of these references is at fault',
}: {
  readonly steps: readonly PageStep[];
  readonly mark?: string | undefined;
}) {
  if (steps.length === 0) return null;
  return (
    <ol class="chain" aria-label="Chain of references">
      {steps.map((step, i) => (
        <li key={`${step.id} ${i}`} class={step.suspect ? 'at-fault' : ''}>
          {step.gap > 0 && <p class="quiet">… {formatCount(step.gap)} more steps</p>}
          {step.reference !== null && (
            <code class="reference">
              <HeapText text={step.reference} />
            </code>
          )}
          {step.suspect && <span class="mark">{mark}</span>}
          <span class="step">
            <HeapText
              text={step.name === '' || step.name === step.type ? step.type : `${step.type} ${step.name}`}
            />{' '}
            <ObjectLink id={step.id} />{' '}
            <span class={`state ${step.verdict}`}>
              {step.verdict}
              {step.reason !== '' && (
                <>
                  : <HeapText text={step.reason} />
                </>
              )}
            </span>
          </span>
        </li>
      ))}
    </ol>
  );
}
