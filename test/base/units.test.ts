import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatId,
  formatShare,
  parseBytes,
  parseCount,
  parseDuration,
  parseId,
} from '../../src/base/units.js';

describe('formatCount', () => {
  it.each([
    [0, '0'],
    [7, '7'],
    [999, '999'],
    [1000, '1,000'],
    [1_234_567, '1,234,567'],
    [Number.MAX_SAFE_INTEGER, '9,007,199,254,740,991'],
    [-1, '-1'],
    [-999, '-999'],
    [-1000, '-1,000'],
    [-123_456, '-123,456'],
    [1234.5678, '1,234.5678'],
    [0.0001, '0.0001'],
    [1e21, '1e+21'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    [Number.NEGATIVE_INFINITY, '-Infinity'],
  ])('%d is %s', (value, text) => {
    expect(formatCount(value)).toBe(text);
  });
});

describe('formatShare', () => {
  it.each([
    [0, '0.0%'],
    [0.1234, '12.3%'],
    [0.0004, '0.0%'],
    [0.0006, '0.1%'],
    [0.9999, '100.0%'],
    [1, '100.0%'],
    [-0.5, '-50.0%'],
  ])('%d is %s', (share, text) => {
    expect(formatShare(share)).toBe(text);
  });
});

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [1234, '1.2 kB'],
    [999_949, '999.9 kB'],
    [999_950, '1.0 MB'],
    [1_234_567, '1.2 MB'],
    [1_200_000_000, '1.2 GB'],
    [4_294_967_296, '4.3 GB'],
    [5e12, '5.0 TB'],
    [9_007_199_254_740_991, '9007.2 TB'],
    [-1, '-1 B'],
    [-1_500_000, '-1.5 MB'],
  ])('%d is %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

describe('ids', () => {
  it.each([
    ['@1', 1],
    ['1', 1],
    ['@0', 0],
    ['007', 7],
    ['@4294967295', 4_294_967_295],
    ['4294967296', 4_294_967_296],
    ['@139889232314432', 139_889_232_314_432],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
    ['9007199254740992', undefined],
    ['99999999999999999', undefined],
    ['@', undefined],
    ['', undefined],
    ['@@1', undefined],
    [' 1', undefined],
    ['1 ', undefined],
    ['1\n', undefined],
    ['-1', undefined],
    ['1.0', undefined],
    ['1e3', undefined],
    ['0x10', undefined],
    ['١', undefined],
    ['root', undefined],
  ])('%j is read as %s', (text, id) => {
    expect(parseId(text)).toBe(id);
  });

  it('are written as they are read', () => {
    for (const id of [0, 1, 4_294_967_295, 139_889_232_314_432]) expect(parseId(formatId(id))).toBe(id);
    expect(formatId(123)).toBe('@123');
  });
});

describe('parseCount', () => {
  it.each([
    ['0', 0],
    ['10', 10],
    ['00', 0],
    ['999999999999999', 999_999_999_999_999],
    ['1000000000000000', undefined],
    ['', undefined],
    ['-1', undefined],
    ['+1', undefined],
    ['1.5', undefined],
    ['1e3', undefined],
    ['1,000', undefined],
    [' 1', undefined],
    ['1\n', undefined],
    ['Infinity', undefined],
  ])('%j is %s', (text, count) => {
    expect(parseCount(text)).toBe(count);
  });
});

describe('parseBytes', () => {
  it.each([
    ['0', 0],
    ['10000', 10_000],
    ['10,000', 10_000],
    ['64kb', 64_000],
    ['64 kB', 64_000],
    ['10B', 10],
    ['1.5MB', 1_500_000],
    ['1.0005kB', 1001],
    ['2gb', 2_000_000_000],
    ['10,00', undefined],
    ['.5MB', undefined],
    ['kB', undefined],
    ['999999999999999TB', undefined],
    ['123', 123],
    ['123b', 123],
    ['64mb', 64_000_000],
    ['64MB', 64_000_000],
    ['10 kB', 10_000],
    ['1.5GB', 1_500_000_000],
    ['2 TB', 2e12],
    ['1KiB', 1024],
    ['1 MiB', 1_048_576],
    ['1GiB', 1_073_741_824],
    ['0.5TiB', 549_755_813_888],
    ['0.0001kB', 0],
    [' 7 ', 7],
    ['', undefined],
    ['mb', undefined],
    ['-1', undefined],
    ['+1', undefined],
    ['1e3', undefined],
    ['1.', undefined],
    ['.5kB', undefined],
    ['1 m', undefined],
    ['1ib', undefined],
    ['1 MB/s', undefined],
    ['1mb\n', undefined],
    ['1234567890123456', undefined],
    ['Infinity', undefined],
  ])('%j is %s', (text, bytes) => {
    expect(parseBytes(text)).toBe(bytes);
  });

  it('reads what formatBytes writes', () => {
    for (const bytes of [0, 999, 1000, 1_500_000, 2_000_000_000, 5e12])
      expect(parseBytes(formatBytes(bytes))).toBe(bytes);
  });
});

it.each([
  ['500ms', 500],
  ['30s', 30_000],
  ['1.5m', 90_000],
  ['2h', 7_200_000],
  ['0s', undefined],
  ['30', undefined],
  ['s', undefined],
  ['-1s', undefined],
  ['600h', undefined],
])('parseDuration(%j)', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});
