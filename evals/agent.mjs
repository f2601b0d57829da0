/**
 * A scripted client that walks the tools as an agent would. It knows no program and no expected answer: what it asks
 * follows from what it was told.
 */
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

/** Calls at most. */
const MOST_CALLS = 8;

/**
 * Looks for the leak of the program whose snapshots are in a folder.
 *
 * In: the command of an MCP server and its arguments.
 * Out: what it concludes, and what it cost.
 */
export async function investigate(command, args) {
  const client = new Client({ name: 'heapgraph-evals', version: '1.0.0' });
  await client.connect(new StdioClientTransport({ command, args }));
  const cost = { calls: 0, characters: 0 };
  const call = async (name, input) => {
    if (cost.calls >= MOST_CALLS) return undefined;
    const result = await client.callTool({ name, arguments: input });
    cost.calls++;
    cost.characters += JSON.stringify(result).length;
    return {
      text: result.content[0].text,
      rows: result.structuredContent?.rows ?? [],
      isError: result.isError,
    };
  };
  try {
    const list = await call('overview', {});
    // The names of snapshots that were taken one after the other sort as they were taken.
    const paths = list.rows.map(({ path }) => path).sort();
    const suspects = await call('suspects', { paths });
    const [first] = suspects.rows;
    if (first === undefined) return { ...cost, what: 'nothing', places: [] };
    const last = paths.at(-1);
    const places = placesIn([first.location, ...(first.places ?? [])]);
    const what = [first.headline, first.container];
    if (first.id !== undefined) {
      const why = await call('why', { path: last, target: `@${first.id}` });
      what.push(why.text);
      // Code that is not known yet: of what the container keeps.
      if (places.length === 0) {
        const inside = await call('retained', { path: last, target: `@${first.id}` });
        for (const { id } of inside.rows.filter(({ depth }) => depth > 0).slice(0, 1)) {
          const object = await call('object', { path: last, id: `@${id}` });
          places.push(...placesIn(object?.rows.map(({ location }) => location) ?? []));
        }
      }
      // Code that can use the variable: functions that were made in its scope.
      const scope = /^system \/ Context (@\d+)$/.exec(why.rows[0]?.steps?.[0] ?? '')?.[1];
      if (places.length === 0 && scope !== undefined) {
        const query = `type = closure and holds(${scope})`;
        const users = await call('find', { path: last, query, limit: 5 });
        places.push(...placesIn(users?.rows.map(({ location }) => location) ?? []));
      }
    }
    return { ...cost, what: what.join('\n'), places: [...new Set(places)].slice(0, 3) };
  } finally {
    await client.close();
  }
}

function placesIn(texts) {
  return texts.flatMap((text) => /([^\s()]+?:\d+)(:\d+)?$/.exec(text ?? '')?.[1] ?? []);
}
