// A shop that takes orders: POST /orders. With LEAK=1 it forgets to forget them.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeHeapSnapshot } from 'node:v8';
import express from 'express';

class Order {
  constructor(items) {
    this.id = randomUUID();
    this.items = items;
    this.state = 'open';
  }
}

/** Orders that are being paid, by id, so that GET /orders/:id can say how far they are. */
const openOrders = new Map();

async function pay(order) {
  await sleep(1); // the payment service
  order.state = 'paid';
}

const shop = express();

shop.post('/orders', express.json(), async (request, response) => {
  const order = new Order(request.body?.items ?? []);
  openOrders.set(order.id, order);
  try {
    await pay(order);
    response.status(201).json({ id: order.id, state: order.state });
  } finally {
    // The leak is this line, missing.
    if (process.env.LEAK !== '1') openOrders.delete(order.id);
  }
});

shop.get('/orders/:id', (request, response) => {
  const order = openOrders.get(request.params.id);
  if (order) response.json({ id: order.id, state: order.state });
  else response.sendStatus(404);
});

/** What nobody outside may do: a snapshot holds every secret of the process, and stops it while it is written. */
const admin = express();

admin.post('/heap-snapshot/:name', (request, response) => {
  const { name } = request.params;
  if (!/^[\w-]+$/.test(name)) return response.sendStatus(400);
  response.json({ file: writeHeapSnapshot(`${name}.heapsnapshot`) });
});

function listen(app, name, host, port) {
  const server = app.listen(port, host, (error) => {
    if (error) throw error;
    console.log(`${name} on http://127.0.0.1:${server.address().port}`);
  });
}

listen(shop, 'shop', process.env.HOST ?? '127.0.0.1', Number(process.env.PORT ?? 3000));
listen(admin, 'admin', '127.0.0.1', Number(process.env.ADMIN_PORT ?? 3001));
