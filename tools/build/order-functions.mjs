// SPDX-License-Identifier: Apache-2.0
// The order of the functions in a WebAssembly binary. Servers compress it with gzip, which finds
// repetitions only within 32 KB: functions that resemble each other have to stand close together.

/** How many bytes gzip looks back. */
const WINDOW = 32768;
/** Pieces of code that are compared; a piece that very many functions have tells nothing of them. */
const PIECE_LENGTH = 6;
const MOST_USERS = 150;
/** Keeps tiny functions, of which a few pieces match by chance, from going first. */
const SCORE_OFFSET = 30;

const IMPORT_SECTION = 2;
const CODE_SECTION = 10;

/** Reads WebAssembly's numbers, LEB128. */
class Reader {
  constructor(bytes, position = 0) {
    this.bytes = bytes;
    this.position = position;
  }

  number() {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.bytes[this.position++];
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }

  skip(length) {
    this.position += length;
  }
}

/**
 * @param {Uint8Array} bytes A WebAssembly binary.
 * @returns {{imported: number, bodies: Uint8Array[]}} How many functions it imports, and the code
 *     of its own.
 */
export function readFunctions(bytes) {
  const reader = new Reader(bytes, 8);
  let imported = 0;
  let bodies = [];
  while (reader.position < bytes.length) {
    const section = bytes[reader.position++];
    const end = reader.number() + reader.position;
    if (section === IMPORT_SECTION) imported = countImportedFunctions(reader);
    if (section === CODE_SECTION) bodies = readBodies(reader);
    reader.position = end;
  }
  return { imported, bodies };
}

function countImportedFunctions(reader) {
  const skipLimits = () => {
    const hasMaximum = reader.number() & 1;
    reader.number();
    if (hasMaximum) reader.number();
  };
  const skipType = [
    () => reader.number(), // function: its type
    () => {
      reader.skip(1); // table: of what
      skipLimits();
    },
    skipLimits, // memory
    () => reader.skip(2), // global: type, whether it varies
    () => {
      reader.skip(1); // tag: attribute, type
      reader.number();
    },
  ];
  let functions = 0;
  for (let count = reader.number(); count > 0; --count) {
    for (let name = 0; name < 2; ++name) reader.skip(reader.number());
    const kind = reader.bytes[reader.position++];
    if (kind === 0) ++functions;
    skipType[kind]();
  }
  return functions;
}

function readBodies(reader) {
  return Array.from({ length: reader.number() }, () => {
    const length = reader.number();
    reader.skip(length);
    return reader.bytes.subarray(reader.position - length, reader.position);
  });
}

/**
 * An order in which each function has much in common with those before it: after each, the one
 * follows whose pieces are most often in the window.
 *
 * @param {Uint8Array[]} bodies
 * @returns {number[]} Indices into `bodies`.
 */
export function orderBySimilarity(bodies) {
  const { piecesOf, usersOf } = findSharedPieces(bodies);
  const inWindow = new Int32Array(usersOf.length); // how many functions in the window have the piece
  const known = new Int32Array(bodies.length); // how many of a function's pieces are in the window
  const slide = (index, change) => {
    for (const piece of piecesOf[index]) {
      const before = inWindow[piece];
      inWindow[piece] = before + change;
      if (before === 0 || before + change === 0) for (const user of usersOf[piece]) known[user] += change;
    }
  };
  const left = new Set(bodies.keys());
  const order = [];
  let first = 0; // of the window, in `order`
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

/** Pieces of code that several functions have: those of each function, and the functions of each. */
function findSharedPieces(bodies) {
  // A number for each piece in each function: its hash, then the function. Sorted, equal pieces meet.
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
 * The binary with names for its functions that sort into `order`, for wasm-opt's
 * --reorder-functions-by-name.
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

/** LEB128 of a number below 2^28. */
function leb(number) {
  const bytes = [];
  for (; number > 127; number >>>= 7) bytes.push((number & 127) | 128);
  return [...bytes, number];
}
