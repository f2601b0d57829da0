// Warms the service up, takes a snapshot, sends it the load, takes another: before.heapsnapshot, after.heapsnapshot.
const SHOP = process.env.SHOP_URL ?? 'http://127.0.0.1:3000';
const ADMIN = process.env.ADMIN_URL ?? 'http://127.0.0.1:3001';
const WARM_UP = Number(process.env.WARM_UP ?? 200);
const REQUESTS = Number(process.env.REQUESTS ?? 500);
/** Requests under way at a time: the same in both phases, so that the service keeps as many connections open. */
const AT_ONCE = 8;

/** Waits until the service listens: it may have been started a moment ago. */
async function listening(url) {
  for (const end = Date.now() + 30_000; ; ) {
    try {
      await fetch(url);
      return;
    } catch (error) {
      if (Date.now() > end) throw new Error(`nothing listens at ${url}`, { cause: error });
      await new Promise((done) => setTimeout(done, 200));
    }
  }
}

async function order(number) {
  const response = await fetch(`${SHOP}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ items: [{ article: `a${number}`, pieces: 1 }] }),
  });
  if (response.status !== 201) throw new Error(`POST /orders answered ${response.status}`);
  await response.json();
}

async function send(requests) {
  let sent = 0;
  const client = async () => {
    while (sent < requests) await order(sent++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, client));
}

async function snapshot(name) {
  const response = await fetch(`${ADMIN}/heap-snapshot/${name}`, { method: 'POST' });
  if (!response.ok) throw new Error(`POST /heap-snapshot/${name} answered ${response.status}`);
  const { file } = await response.json();
  console.log(`wrote ${file}`);
}

await listening(SHOP);
await listening(ADMIN);
await send(WARM_UP);
await snapshot('before');
await send(REQUESTS);
await snapshot('after');
