// SPDX-License-Identifier: Apache-2.0
// Orders the functions in a WebAssembly binary for gzip, which finds repetitions only within 32 KB: similar functions
// have to be close together.
import { WasmReader } from './wasm-reader.mjs';

/** The size of gzip's window in bytes. */
const WINDOW = 32768;
/** The length of the compared pieces of code. Pieces that occur in very many functions are ignored. */
const PIECE_LENGTH = 6;
const MOST_USERS = 150;
/** Keeps tiny functions, with a few accidental matches, from scoring best. */
const SCORE_OFFSET = 30;

const HEADER_LENGTH = 8;
const IMPORT_SECTION = 2;
const CODE_SECTION = 10;
const FUNCTION = 0; // as the kind of an import

/**
 * @param {Uint8Array} bytes A WebAssembly binary.
 * @returns {{imported: number, bodies: Uint8Array[]}} The number of imported functions, and the code of the defined
 *     ones.
 */
export function readFunctions(bytes) {
  let imported = 0;
  let bodies = [];
  for (const { id, reader } of new WasmReader(bytes, HEADER_LENGTH).sections()) {
    if (id === IMPORT_SECTION) imported = reader.list(readImportKind).filter((kind) => kind === FUNCTION).length;
    if (id === CODE_SECTION) bodies = reader.list(() => reader.take(reader.number()));
  }
  return { imported, bodies };
}

function readImportKind(reader) {
  for (let name = 0; name < 2; ++name) reader.text();
  const kind = reader.byte();
  const skipLimits = () => {
    const hasMaximum = reader.number() & 1;
    reader.number();
    if (hasMaximum) reader.number();
  };
  const skipType = [
    () => reader.number(), // function: its type
    () => {
      reader.byte(); // table: element type
      skipLimits();
    },
    skipLimits, // memory
    () => reader.take(2), // global: type, mutability
    () => {
      reader.byte(); // tag: attribute, type
      reader.number();
    },
  ];
  skipType[kind]();
  return kind;
}

/**
 * A greedy order: each function is followed by the one with the most pieces in the window.
 *
 * @param {Uint8Array[]} bodies
 * @returns {number[]} Indices into `bodies`.
 */
export function orderBySimilarity(bodies) {
  const { piecesOf, usersOf } = findSharedPieces(bodies);
  const inWindow = new Int32Array(usersOf.length); // by piece: how many functions in the window have it
  const known = new Int32Array(bodies.length); // by function: how many of its pieces are in the window
  const slide = (index, change) => {
    for (const piece of piecesOf[index]) {
      const before = inWindow[piece];
      inWindow[piece] = before + change;
      if (before === 0 || before + change === 0) for (const user of usersOf[piece]) known[user] += change;
    }
  };
  const left = new Set(bodies.keys());
  const order = [];
  let first = 0; // start of the window, in `order`
  let length = 0;
  while (left.size > 0) {
    let best;
    let bestScore = -1;
    for (const index of left) {
      const score = known[index] / (piecesOf[index].length + SCORE_OFFSET);
      if (score > bestScore) [best, bestScore] = [index, score];
    }
    left.delete(best);
    order.push(best);
    slide(best, 1);
    length += bodies[best].length;
    for (; length > WINDOW && first < order.length - 1; ++first) {
      slide(order[first], -1);
      length -= bodies[order[first]].length;
    }
  }
  return order;
}

/** Pieces of code that occur in several functions: the pieces of each function, and the functions of each piece. */
function findSharedPieces(bodies) {
  // One key per piece and function: the piece's hash, then the function. Sorting brings equal pieces together.
  const keys = new Float64Array(bodies.reduce((sum, body) => sum + Math.max(0, body.length - PIECE_LENGTH + 1), 0));
  let count = 0;
  for (const [index, body] of bodies.entries()) {
    for (let i = 0; i + PIECE_LENGTH <= body.length; ++i) {
      let hash = 0;
      for (let j = 0; j < PIECE_LENGTH; ++j) hash = Math.imul(hash, 0x01000193) ^ body[i + j];
      keys[count++] = (hash >>> 0) * bodies.length + index;
    }
  }
  keys.sort();
  const piecesOf = bodies.map(() => []);
  const usersOf = [];
  for (let start = 0; start < count; ) {
    const hash = Math.floor(keys[start] / bodies.length);
    const users = [];
    for (; start < count && Math.floor(keys[start] / bodies.length) === hash; ++start) {
      const user = keys[start] - hash * bodies.length;
      if (users.at(-1) !== user) users.push(user);
    }
    if (users.length < 2 || users.length > MOST_USERS) continue;
    for (const user of users) piecesOf[user].push(usersOf.length);
    usersOf.push(users);
  }
  return { piecesOf, usersOf };
}

/**
 * Adds names to the binary's functions that sort in the order `order`, for wasm-opt's --reorder-functions-by-name.
 *
 * @param {Uint8Array} bytes A binary without names.
 */
export function nameFunctions(bytes, imported, order) {
  const ranks = [];
  for (const [rank, index] of order.entries()) ranks[index] = rank;
  const text = (string) => [...leb(string.length), ...Buffer.from(string)];
  const names = ranks.flatMap((rank, index) => [...leb(imported + index), ...text(String(rank).padStart(6, '0'))]);
  const map = [...leb(ranks.length), ...names];
  const FUNCTION_NAMES = 1;
  const section = [...text('name'), FUNCTION_NAMES, ...leb(map.length), ...map];
  const CUSTOM_SECTION = 0;
  return Buffer.concat([bytes, Buffer.from([CUSTOM_SECTION, ...leb(section.length), ...section])]);
}

/** The LEB128 encoding of a number below 2^28. */
function leb(number) {
  const bytes = [];
  for (; number > 127; number >>>= 7) bytes.push((number & 127) | 128);
  return [...bytes, number];
}
