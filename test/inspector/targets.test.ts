import { describe, expect, it } from 'vitest';
import { chooseTarget, listOf, type Target } from '../../src/inspector/targets.js';

const target = (id: string, type: string, title: string, url: string): Target => ({
  id,
  type,
  title,
  url,
  path: `/${id}`,
});
const SHOP = target('1', 'page', 'Shop', 'https://shop.example/cart');
const ADMIN = target('2', 'page', 'Admin', 'https://shop.example/admin');
const WORKER = target('3', 'worker', 'cart worker', 'https://shop.example/worker.js');

describe('chooseTarget', () => {
  it.each([
    ['the only one', [WORKER], undefined, '3'],
    ['the only page', [WORKER, SHOP], undefined, '1'],
    ['an id', [SHOP, ADMIN, WORKER], '2', '2'],
    ['a part of a title', [SHOP, ADMIN, WORKER], 'Adm', '2'],
    ['a part of a URL', [SHOP, ADMIN, WORKER], 'worker.js', '3'],
    ['an id before a title that holds it', [SHOP, target('4', 'page', '1', 'x:')], '1', '1'],
  ])('%s', (_, targets, wanted, id) => {
    expect(chooseTarget(targets, wanted, 'localhost:9222').id).toBe(id);
  });

  it.each([
    ['none', [], undefined, 'the inspector at localhost:9222 has no target that can be attached to'],
    ['two pages', [SHOP, ADMIN], undefined, '2 targets at localhost:9222'],
    ['two workers', [WORKER, WORKER], undefined, '2 targets at localhost:9222'],
    ['two of a text', [SHOP, WORKER], 'cart', '2 targets are called "cart"'],
    ['none of a text', [SHOP], 'Nope', 'no target of localhost:9222 is called "Nope"'],
    ['another case of a text', [target('5', 'page', 'Shop', 'x:')], 'shop', 'no target of localhost:9222'],
  ])('%s', (_, targets, wanted, message) => {
    expect(() => chooseTarget(targets, wanted, 'localhost:9222')).toThrow(message);
  });

  it('names all targets where none is chosen', () => {
    expect(() => chooseTarget([SHOP, ADMIN], undefined, 'x')).toThrow(
      expect.objectContaining({ hint: expect.stringMatching(/Shop.*Admin/) }),
    );
  });
});

it('listOf: twenty, and how many more', () => {
  const names = Array.from({ length: 22 }, (_, i) => `n${i}`);
  expect(listOf(names.slice(0, 2))).toBe('n0; n1');
  expect(listOf(names.slice(0, 20))).toMatch(/; n19$/);
  expect(listOf(names)).toMatch(/; n19; and 2 more$/);
});
