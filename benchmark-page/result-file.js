// SPDX-License-Identifier: Apache-2.0
// Results that come from a file: whatever is in it has to be checked.

const MOST_BYTES = 50e6;

const isTimes = (list) =>
  Array.isArray(list) &&
  list.length <= 1e6 &&
  list.every((time) => typeof time === 'number' && Number.isFinite(time) && time >= 0);
const isEngine = (engine) =>
  typeof engine === 'object' &&
  engine !== null &&
  typeof engine.id === 'string' &&
  typeof engine.name === 'string' &&
  isTimes(engine.samples);

/**
 * What a comparison needs of a result.
 *
 * @param {string} text
 * @param {string} name Of the file.
 * @returns {object} Throws an error for people.
 */
export function parseResult(text, name) {
  let result;
  try {
    result = JSON.parse(text);
  } catch (error) {
    throw new Error(`${name} is not JSON: ${error.message}`);
  }
  const isOne =
    result?.format === 'tfwasm-benchmark' &&
    typeof result.model?.name === 'string' &&
    typeof result.date === 'string' &&
    Array.isArray(result.engines) &&
    result.engines.length > 0 &&
    result.engines.every(isEngine);
  if (!isOne) throw new Error(`${name} is not a result of this benchmark.`);
  if (result.formatVersion !== 1) throw new Error(`${name} is of another version of this benchmark.`);
  return result;
}

/** @param {File} file */
export async function readResult(file) {
  if (file.size > MOST_BYTES) throw new Error(`${file.name} is too large for a result.`);
  return parseResult(await file.text(), file.name);
}
