/** Snapshots as tools of an agent, over the Model Context Protocol. The command line does it. */
import { defineLiveCommand } from '../command.js';

export const mcpCommand = defineLiveCommand({
  name: 'mcp',
  summary: 'a server for agents: the questions as MCP tools, on standard input and output',
  description:
    'An MCP client (Claude Code, Cursor, VS Code) starts it. Nine tools: overview, suspects, types, find, why, object, retained, compare, capture. Files below --root are read, no others; an answer has at most 4 kB. The examples are the commands that clients are given; docs/mcp.md has the JSON for each.',
  live: 'mcp',
  options: {
    root: { kind: 'text', value: 'folder', help: 'the folder whose snapshots are read (default: this one)' },
    allowCapture: {
      kind: 'flag',
      help: 'the tool capture takes snapshots of running processes, into the root',
    },
    maxMemory: {
      kind: 'text',
      value: 'bytes',
      help: 'memory of what is loaded, such as 4g: what was used least lately makes room; none: no bound',
    },
    timeout: { kind: 'duration', default: '2m', help: 'a question that takes longer is ended' },
    salvage: { kind: 'flag', help: 'answer from what is there when a file ends early or is damaged' },
  },
  examples: [
    {
      line: 'claude mcp add heapgraph -- npx -y heapgraph mcp --root .',
      says: 'Claude Code; other clients have a file:',
    },
    {
      line: '{"mcpServers":{"heapgraph":{"command":"heapgraph","args":["mcp"]}}}',
      says: '.cursor/mcp.json, .mcp.json; .vscode/mcp.json has "servers" for "mcpServers"',
    },
    { line: 'heapgraph mcp --root dumps --allow-capture', says: 'it also takes snapshots, into dumps' },
  ],
});
