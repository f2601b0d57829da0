// A server with a leak, as people write them: every request leaves a session behind. Beside it what leaks do not look
// like: a cache of the last requests, functions that get compiled, modules that are loaded late.
// node --expose-gc sessions.cjs FOLDER writes 1.heapsnapshot, 2.heapsnapshot and 3.heapsnapshot.
const http = require('node:http');
const path = require('node:path');
const v8 = require('node:v8');

const LEAKS = process.argv[3] !== 'fixed';
const KEPT = 20;

class Session {
  constructor(id, agent) {
    this.id = id;
    this.agent = agent;
    this.history = [`/${id}`, `made for ${agent} as ${id}`];
  }
}

const sessions = new Map();
const recent = [];

function handle(request, response) {
  const id = `session-${handle.count++}`;
  const session = new Session(id, request.headers['user-agent']);
  if (LEAKS) sessions.set(id, session);
  recent.push({ url: request.url, at: `${id} at ${request.url}` });
  if (recent.length > KEPT) recent.shift();
  response.end(id);
}
handle.count = 1_000_000;

function ask(port, agent) {
  return new Promise((resolve, reject) => {
    const options = {
      port,
      agent,
      path: `/${handle.count}`,
      headers: { 'user-agent': `client ${handle.count}` },
    };
    http
      .get(options, (response) => {
        response.resume();
        response.on('end', resolve);
      })
      .on('error', reject);
  });
}

async function main() {
  const server = http.createServer(handle);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const agent = new http.Agent({ keepAlive: true, maxSockets: 2 });
  const { port } = server.address();
  const work = async (requests) => {
    for (let i = 0; i < requests; i++) await ask(port, agent);
  };
  const write = (name) => {
    globalThis.gc();
    v8.writeHeapSnapshot(path.join(process.argv[2], `${name}.heapsnapshot`));
  };
  await work(200);
  write(1);
  require('node:zlib').gzipSync('late');
  await work(300);
  write(2);
  await work(300);
  write(3);
  server.close();
  agent.destroy();
}

void main();
