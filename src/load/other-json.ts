/** What JSON is that is no heap snapshot: the files of other tools. */

import { type Advice, adviceOf, type OtherFile, piped, WRITERS } from './other-files.js';

const SAMPLED = 'It has functions and sizes of what was sampled, no objects';

/**
 * What a JSON text is that is no heap snapshot.
 *
 * In: its first few thousand characters, white space and a byte order mark included.
 */
export function otherJson(head: string): OtherFile | undefined {
  const keys = (...names: string[]): boolean => names.every((name) => head.includes(`"${name}"`));
  const other = (what: string, advice: string | Advice = WRITERS): OtherFile => ({
    what,
    ...adviceOf(advice),
  });
  const text = head.replace(/^\uFEFF/, '').trimStart();
  if (text.startsWith('"')) {
    return /^"\s*\{\s*\\"snapshot\\"/.test(text)
      ? other('a JSON string with a snapshot in it', piped('Take it out: jq -r . FILE'))
      : other('a JSON string');
  }
  if (keys('method', 'params')) {
    return other(
      'messages of the DevTools protocol (their chunks, joined, are the snapshot)',
      piped(`Join them: jq -j 'select(.method=="HeapProfiler.addHeapSnapshotChunk").params.chunk' FILE`),
    );
  }
  if (text.startsWith('[')) {
    if (/^\[\s*\{/.test(text) && keys('ph', 'ts')) return other('a trace (a list of trace events)');
    if (/^\[\s*"\{\s*\\"snapshot\\"/.test(text))
      return other('a JSON array of the chunks of a snapshot', piped('Join them: jq -j .[] FILE'));
    return other('a JSON array');
  }
  // version, type (from version 2 on), then the nodes, as JavaScriptCore writes them.
  if (/^\{\s*"version"\s*:\s*\d+\s*,\s*("type"\s*:\s*"\w+"\s*,\s*)?"nodes"\s*:\s*\[/.test(text)) {
    return other(
      'a JavaScriptCore heap snapshot (of Bun or Safari)',
      'Ask Bun for the format of V8: Bun.generateHeapSnapshot("v8").',
    );
  }
  if (keys('traceEvents')) return other('a trace (of the Performance panel or --trace-events)');
  if (keys('callFrame', 'selfSize'))
    return other('a sampling allocation profile (.heapprofile)', `${SAMPLED}: DevTools shows it.`);
  if (keys('callFrame') || keys('timeDeltas'))
    return other('a CPU profile (.cpuprofile)', 'It says where time was spent: DevTools shows it.');
  if (keys('reportVersion'))
    return other('a Node.js diagnostic report', {
      hint: 'It has the sizes of the heap, no objects.',
      remedy: 'capture',
    });
  if (keys('sourcesContent') || keys('mappings')) return other('a source map');
  if (/^\{\s*"log"\s*:\s*\{/.test(text) && keys('creator')) return other('an HTTP archive (HAR)');
  if (/^\{\s*"schema"\s*:\s*"heapgraph\/\d+"/.test(text))
    return other('an answer of heapgraph, as JSON', 'Name the snapshot that it was made of.');
  if (/^\{\s*"(nodes|edges|strings|samples|locations|trace_tree|trace_function_infos)"\s*:\s*\[/.test(text)) {
    return other(
      'an object with the sections of a snapshot and without its head in front',
      piped(`The head has to come first; a tool has sorted the keys: jq -c '{snapshot} + .' FILE`),
    );
  }
  if (/^\{.*\}\s*\n\s*\{/.test(text)) return other('lines of JSON objects (JSON Lines)');
  return undefined;
}
