// SPDX-License-Identifier: Apache-2.0
// JSON as Python writes it.
import { describeError, TfwasmError } from '../core/errors.js';

export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

const MAX_CHARACTERS = 100 * 2 ** 20;
/** A layer inside a wrapper inside a nested model takes about ten levels. */
const MAX_DEPTH = 200;

/** Strings, which are left as they are, brackets, and the numbers that JSON does not have. */
const TOKENS = /"(?:[^"\\]|\\.)*"|[[\]{}]|\bNaN\b|\bInfinity\b/gs;

/**
 * Parses a JSON object. Python writes Infinity and NaN, too; NaN becomes null.
 *
 * @throws E_JSON if it is malformed, E_LIMIT if it is too long or too deep.
 */
export function parseJsonObject(text: string, what: string): JsonObject {
  if (text.length > MAX_CHARACTERS) throw new TfwasmError('E_LIMIT', `${what} has ${text.length} characters`);
  const value = parse(withoutPythonNumbers(text, what), what);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new TfwasmError('E_JSON', `${what} is no JSON object`);
}

function withoutPythonNumbers(text: string, what: string): string {
  let depth = 0;
  let found = false;
  for (const [token] of text.matchAll(TOKENS)) {
    if (token === '[' || token === '{') depth += 1;
    else if (token === ']' || token === '}') depth -= 1;
    else if (!token.startsWith('"')) found = true;
    if (depth > MAX_DEPTH) throw new TfwasmError('E_LIMIT', `${what} has more than ${MAX_DEPTH} nesting levels`);
  }
  if (!found) return text;
  // JSON.parse() reads 1e999 as Infinity.
  return text.replace(TOKENS, (token) => (token === 'NaN' ? 'null' : token === 'Infinity' ? '1e999' : token));
}

function parse(text: string, what: string): Json {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new TfwasmError('E_JSON', `${what} is no JSON: ${describeError(error)}`, { cause: error });
  }
}

/** An object inside an object; undefined if there is none. */
export function objectIn(object: JsonObject | undefined, key: string): JsonObject | undefined {
  const value = object !== undefined && Object.hasOwn(object, key) ? object[key] : undefined;
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
}

/** Like objectIn, for texts. */
export function textIn(object: JsonObject | undefined, key: string): string | undefined {
  const value = object !== undefined && Object.hasOwn(object, key) ? object[key] : undefined;
  return typeof value === 'string' ? value : undefined;
}

/** JSON in which infinities are written as Python does. */
export function formatJson(value: Json): string {
  const marked = JSON.stringify(value, (_, part) =>
    part === Number.POSITIVE_INFINITY || part === Number.NEGATIVE_INFINITY ? `\0${part}` : part,
  );
  return marked.replace(/"\\u0000(-?Infinity)"/g, '$1');
}
