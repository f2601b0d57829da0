/**
 * A program that uses most modules of Node.js, and writes its heap to the file that its argument names:
 * names of Node.js' own, as heaps hold them, for runtime-names.mjs.
 */
const { builtinModules } = require('node:module');

/** Loaded by tools, and by few programs. */
const RARE = /^(_|inspector|repl|test|punycode|node:)/;

const held = [];
globalThis.k = held;

async function listening(server) {
  await new Promise((resolve) => server.listen(0, resolve));
  held.push(server);
  return server.address().port;
}

async function main(file) {
  for (const name of builtinModules) if (!RARE.test(name)) require(name);
  const http = require('node:http');
  const http2 = require('node:http2');
  const net = require('node:net');
  const fs = require('node:fs');
  const zlib = require('node:zlib');
  const crypto = require('node:crypto');
  const stream = require('node:stream');
  const { Worker, MessageChannel } = require('node:worker_threads');
  const { PerformanceObserver, monitorEventLoopDelay } = require('node:perf_hooks');
  const port = await listening(
    http.createServer((request, response) => {
      held.push(request, response);
      if (request.url !== '/hang') response.end('x');
    }),
  );
  const agent = new http.Agent({ keepAlive: true });
  await new Promise((resolve) => {
    held.push(http.get({ port, agent }, (response) => held.push(response.resume().on('end', resolve))));
  });
  held.push(agent, http.get({ port, agent, path: '/hang' }));
  const answer = await fetch(`http://localhost:${port}/`);
  held.push(answer, await answer.text(), new Headers({ a: 'b' }), new FormData(), new Request('http://a/'));
  held.push(net.connect(await listening(net.createServer((socket) => held.push(socket)))));
  const second = await listening(http2.createServer((_, response) => held.push(response.end('x'))));
  const client = http2.connect(`http://localhost:${second}`);
  await new Promise((resolve) => {
    held.push(client, client.request({ ':path': '/' }).resume().on('end', resolve));
  });
  const interval = setInterval(() => {}, 1e6);
  held.push(
    interval,
    fs.createReadStream(__filename),
    fs.watch(__dirname),
    await fs.promises.open(__filename),
  );
  held.push(zlib.createGzip(), zlib.createBrotliCompress(), crypto.createHash('sha256'));
  held.push(crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' }), new MessageChannel());
  held.push(new Worker('setTimeout(() => {}, 1e6)', { eval: true }));
  held.push(require('node:child_process').spawn('sleep', ['3']), require('node:dgram').createSocket('udp4'));
  held.push(require('node:readline').createInterface({ input: new stream.PassThrough() }));
  held.push(require('node:tls').createSecureContext(), new (require('node:dns').Resolver)());
  held.push(new URL('http://a/b?c'), new URLSearchParams('a=1'), new TextDecoder(), new ReadableStream());
  held.push(new TransformStream(), new Blob(['a']), new Event('x'), new AbortController());
  held.push(new BroadcastChannel('x'), new (require('node:async_hooks').AsyncLocalStorage)());
  held.push(
    new (require('node:vm').Script)('1'),
    require('node:vm').createContext({}),
    await import('node:fs'),
  );
  held.push(new PerformanceObserver(() => {}), monitorEventLoopDelay(), performance.mark('a'));
  await new Promise((resolve) => setTimeout(resolve, 300));
  require('node:v8').writeHeapSnapshot(file);
  process.exit();
}

void main(process.argv[2]);
