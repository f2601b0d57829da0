/** Small parts that all views are made of. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { printable } from '../base/printable.js';
import type { Cell as CellValue, Column } from '../base/result.js';
import { formatBytes, formatCount, formatId, formatShare } from '../base/units.js';
import { classHash } from './route.js';

/** Text out of a heap: what could not be seen is escaped, and its direction stays its own. */
export function HeapText({ text }: { readonly text: string }) {
  return <bdi class="heap-text">{printable(text)}</bdi>;
}

/** A size for people; the bytes are told to who asks. */
export function Bytes({ value }: { readonly value: number }) {
  return <span title={`${formatCount(value)} bytes`}>{formatBytes(value)}</span>;
}

/** A share as a bar and a number. */
export function Share({ of, whole }: { readonly of: number; readonly whole: number }) {
  const share = whole === 0 ? 0 : Math.min(1, of / whole);
  return (
    <span class="share">
      <svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
        <rect class="bar-back" width="100" height="10" />
        <rect class="bar-part" width={share * 100} height="10" />
      </svg>
      <span>{formatShare(share)}</span>
    </span>
  );
}

export function ObjectLink({ id, children }: { readonly id: number; readonly children?: ComponentChildren }) {
  return (
    <a href={`#@${id}`} class="object-link">
      {children ?? formatId(id)}
    </a>
  );
}

export function ClassLink({ name }: { readonly name: string }) {
  return (
    <a href={classHash(name)}>
      <HeapText text={name} />
    </a>
  );
}

/** A command line that can be copied. */
export function Command({ line }: { readonly line: string }) {
  const [said, say] = useState('');
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(line);
      say('copied');
    } catch {
      // Pages out of files may have no clipboard: the text can be selected.
      say('select it to copy');
    }
    setTimeout(() => say(''), 2000);
  };
  return (
    <div class="command">
      <code>{printable(line)}</code>
      <button type="button" onClick={copy} aria-label={`Copy: ${printable(line)}`}>
        Copy
      </button>
      <span role="status">{said}</span>
    </div>
  );
}

/** A value as its column says. */
export function Cell({ value, column }: { readonly value: CellValue | undefined; readonly column: Column }) {
  if (value === null || value === undefined) return <span class="none">none</span>;
  if (typeof value === 'boolean') return <>{value ? 'yes' : 'no'}</>;
  if (typeof value === 'number') {
    const sign = column.signed && value > 0 ? '+' : '';
    if (column.unit === 'bytes')
      return (
        <span title={`${formatCount(value)} bytes`}>
          {sign}
          {formatBytes(value)}
        </span>
      );
    if (column.unit === 'id') return <ObjectLink id={value} />;
    if (column.unit === 'share') return <>{formatShare(value)}</>;
    return (
      <>
        {sign}
        {formatCount(value)}
      </>
    );
  }
  if (column.key === 'type' && typeof value === 'string') return <ClassLink name={value} />;
  return <HeapText text={cellText(value)} />;
}

/** `server.js:12:3` of a place, a list with commas. */
export function cellText(value: CellValue): string {
  if (value === null) return '';
  if (Array.isArray(value)) return value.map(cellText).join(', ');
  if (typeof value === 'object') {
    const place = value as Readonly<Record<string, CellValue>>;
    if ('line' in place)
      return [place.script ?? `(script ${String(place.scriptId)})`, place.line, place.column]
        .filter((part) => part !== null && part !== undefined)
        .join(':');
    return JSON.stringify(value);
  }
  return String(value);
}

export function isNumeric({ unit }: Column): boolean {
  return unit === 'count' || unit === 'bytes' || unit === 'share' || unit === 'number' || unit === 'id';
}
