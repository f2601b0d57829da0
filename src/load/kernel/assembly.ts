/**
 * The two loops of a count, in AssemblyScript: nodes tallied by type and name, and places where
 * strings begin.
 *
 * WebAssembly, because a count is over before V8 has optimised the same loop in JavaScript: on a 3
 * MB snapshot these loops took 2 ms where JavaScript took 15 to 20, and on gigabytes they run 1.3
 * times as fast.
 *
 * Memory: [types | counts | sizes | sizeless | table | window | starts | blocks and pages …]. The
 * caller copies text into the window and puts two sentinel bytes behind it. A page holds 64 names,
 * two kinds each (object, native), a count and a size each; a block of the table leads to 1,024
 * pages, the table to 2^15 blocks: 2^31 names. Blocks and pages are made when a name in them is
 * first seen, in memory that was never used and is therefore zero.
 */

const COUNTS: usize = 256; // the first 256 bytes map the file's type numbers to ours
const SIZES: usize = COUNTS + 256 * 8;
const SIZELESS: usize = SIZES + 256 * 8; // nodes without a size
const TABLE: usize = 8192;
const PAGE_BITS: u32 = 6;
const BLOCK_BITS: u32 = 10;
const WINDOW: usize = TABLE + (1 << (31 - PAGE_BITS - BLOCK_BITS)) * 4;
const WINDOW_SIZE: usize = (1 << 19) + 64;
const STARTS: usize = WINDOW + WINDOW_SIZE;
const STARTS_LENGTH: i32 = 1 << 16;
const PAGES: usize = STARTS + STARTS_LENGTH * 4;
const PAGE_SIZE: usize = (1 << PAGE_BITS) * 2 * 16;
const BLOCK_SIZE: usize = (1 << BLOCK_BITS) * 4;

const QUOTE: u8 = 0x22;
const BACKSLASH: u8 = 0x5c;
const COMMA_BYTE: u8 = 0x2c;
const CLOSE: u8 = 0x5d;

// As the digits: bytes minus 48.
const COMMA: i32 = 0x2c - 48;
const NEWLINE: i32 = 0x0a - 48;

export const window: usize = WINDOW;
export const windowSize: usize = WINDOW_SIZE;
export const starts: usize = STARTS;
export const startsLength: i32 = STARTS_LENGTH;
export const counts: usize = COUNTS;
export const sizes: usize = SIZES;
export const sizeless: usize = SIZELESS;

// Set by the caller before the first call.
export let typeCount: i32 = 0;
export let objectType: i32 = 0;
export let nativeType: i32 = 0;
export let limit: i32 = 0;
export let hasTrace: bool = false;
export let hasDetachedness: bool = false;

// Results so far.
export let node: i32 = 0;
export let edgeSum: f64 = 0;
export let largestName: i64 = -1;
export let largestNameAt: i32 = 0;
export let detachedNatives: bool = false;

/** There was no memory for another page. */
export let exhausted: bool = false;

let nextFree: usize = PAGES + PAGE_SIZE;

/** Address of so many bytes of zeros, or 0 when there is no memory for them. */
function take(size: usize): usize {
  const missing = <i32>((nextFree + size + 0xffff) >>> 16) - memory.size();
  // Growing is slow: a quarter more at a time, as long as there is so much.
  if (missing > 0 && memory.grow(max(missing, memory.size() >>> 2)) < 0 && memory.grow(missing) < 0) {
    exhausted = true;
    return 0;
  }
  const address = nextFree;
  nextFree += size;
  return address;
}

/** Address of the page of a name, made if it is not there. */
function pageOf(name: u32): usize {
  const root = TABLE + (<usize>(name >>> (PAGE_BITS + BLOCK_BITS)) << 2);
  let block: usize = load<u32>(root);
  if (block == 0) {
    block = take(BLOCK_SIZE);
    store<u32>(root, <u32>block);
  }
  if (block == 0) return PAGES; // whatever is counted there: the caller gives up
  const entry = block + (<usize>((name >>> PAGE_BITS) & ((1 << BLOCK_BITS) - 1)) << 2);
  let page: usize = load<u32>(entry);
  if (page == 0) {
    page = take(PAGE_SIZE);
    if (page == 0) return PAGES;
    store<u32>(entry, <u32>page);
  }
  return page;
}

/** Counts one node. `type` is ours. */
// @ts-expect-error: decorator
@inline
function tallyNode(type: i32, name: u32, size: f64, edges: f64, detached: i32): void {
  const at = <usize>type << 3;
  store<f64>(COUNTS + at, load<f64>(COUNTS + at) + 1);
  store<f64>(SIZES + at, load<f64>(SIZES + at) + size);
  if (size == 0) store<f64>(SIZELESS + at, load<f64>(SIZELESS + at) + 1);
  edgeSum += edges;
  // No file has 2^31 strings: such an index is told as out of range when the strings are known.
  if ((type == objectType || type == nativeType) && name >> 31 == 0) {
    const native = type == nativeType;
    const slot = pageOf(name) + ((<usize>(name & ((1 << PAGE_BITS) - 1))) << 5) + (native ? 16 : 0);
    store<f64>(slot, load<f64>(slot) + 1);
    store<f64>(slot + 8, load<f64>(slot + 8) + size);
    if (native && detached == 2) detachedNatives = true;
  }
  if (<i64>name > largestName) {
    largestName = name;
    largestNameAt = node;
  }
}

/** Counts one node that the careful reader took apart. Does not move `node` on. */
export function add(type: i32, name: u32, size: f64, edges: f64, detached: i32): void {
  tallyNode(type, name, size, edges, detached);
}

/**
 * Tallies whole records of the usual spelling from `from` on; returns where the next one begins.
 * The build replaces the comments that begin with `@` (see build/record-loops.mjs);
 * record-loops.template.ts has the same loop for columns.
 */
export function tally(from: usize, end: usize): usize {
  let p = from;
  let start = p;
  let done = p;
  let c: i32 = 0;
  while (p < end && node < limit) {
    // @digits type 2
    if (c != COMMA || type >= typeCount) break;
    // @number name
    if (c != COMMA) break;
    // @skipped id 20
    if (c != COMMA) break;
    // @number size
    if (c != COMMA) break;
    // @number edges
    if (hasTrace) {
      if (c != COMMA) break;
      // @skipped traceNodeId
    }
    let state = 0;
    if (hasDetachedness) {
      if (c != COMMA) break;
      // @digits detached 1
      state = detached;
    }
    // @end
    tallyNode(load<u8>(type), name, size, edges, state);
    node++;
    done = p;
  }
  return done;
}

/** Entries that `collect` wrote. */
export let entries: i32 = 0;

/**
 * Writes what was counted by name as [name * 2 + (native ? 1 : 0), count, size] in doubles,
 * ascending, and returns where they stand: behind the pages, which nothing may be added to
 * afterwards.
 */
export function collect(): usize {
  const out = (nextFree + 7) & ~7;
  nextFree = out;
  let count = 0;
  const last: u32 = largestName < 0 ? 0 : <u32>(largestName < 0x7fffffff ? largestName : 0x7fffffff);
  for (let top: u32 = 0; top <= last >>> (PAGE_BITS + BLOCK_BITS); top++) {
    const block: usize = load<u32>(TABLE + (<usize>top << 2));
    if (block == 0) continue;
    for (let number: u32 = 0; number < 1 << BLOCK_BITS; number++) {
      const page: usize = load<u32>(block + (<usize>number << 2));
      if (page == 0) continue;
      const first = ((top << BLOCK_BITS) + number) << (PAGE_BITS + 1);
      for (let slot: u32 = 0; slot < 1 << (PAGE_BITS + 1); slot++) {
        const cell = page + (<usize>slot << 4);
        if (load<f64>(cell) == 0) continue;
        const at = take(24);
        if (at == 0) return out;
        store<f64>(at, <f64>(first + slot));
        store<f64>(at + 8, load<f64>(cell));
        store<f64>(at + 16, load<f64>(cell + 8));
        count++;
      }
    }
  }
  entries = count;
  return out;
}

/** State of a walk through strings, across calls. */
export let afterString: bool = false;
export let begun: bool = false;
/** The section's closing bracket was reached. */
export let closed: bool = false;
/** Strings that the last call found; their places stand at `starts`. */
export let found: i32 = 0;

/**
 * Finds whole strings from `from` on, the place `base` of the caller's text; returns how far it
 * came: behind the last whole one, behind the closing bracket, or in front of something that cannot
 * stand there. Two quotes must stand at `end`: they stop the inner loop, also behind a backslash.
 */
export function scanStrings(from: usize, end: usize, base: u32): usize {
  let p = from;
  let count = 0;
  while (p < end && count < STARTS_LENGTH) {
    const byte = load<u8>(p);
    if (byte == QUOTE && !afterString) {
      let at = p + 1;
      for (;;) {
        const c = load<u8>(at++);
        if (c == QUOTE) break;
        if (c == BACKSLASH) at++;
      }
      if (at > end) break;
      store<u32>(STARTS + (count << 2), base + <u32>(p + 1 - from));
      count++;
      begun = true;
      if (at < end && load<u8>(at) == COMMA_BYTE) p = at + 1;
      else {
        p = at;
        afterString = true;
      }
    } else if (byte == COMMA_BYTE && afterString) {
      afterString = false;
      p++;
    } else if (byte == CLOSE && (afterString || !begun)) {
      closed = true;
      p++;
      break;
    } else if (byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09) {
      p++;
    } else break;
  }
  found = count;
  return p;
}
