// SPDX-License-Identifier: Apache-2.0
// Reads results from files. The content is untrusted.

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

const isResult = (result) =>
  result?.format === 'tfwasm-benchmark' &&
  typeof result.model?.name === 'string' &&
  typeof result.date === 'string' &&
  Array.isArray(result.engines) &&
  result.engines.length > 0 &&
  result.engines.every(isEngine);

/** A file of `npm run bench -- --json` has several results. */
function resultsIn(json) {
  if (json?.format !== 'tfwasm-benchmark-report') return [json];
  if (!Array.isArray(json.results)) return [];
  return json.results.flatMap((group) => (Array.isArray(group?.models) ? group.models.map((row) => row?.result) : []));
}

/** Results as one object, in the format of such a file. */
export const toReport = (results) => ({
  format: 'tfwasm-benchmark-report',
  formatVersion: 1,
  results: [{ models: results.map((result) => ({ result })) }],
});

/**
 * The results in a file.
 *
 * @param {string} text
 * @param {string} name Name of the file.
 * @returns {object[]} At least one. Throws an error with a message for users.
 */
export function parseResults(text, name) {
  let json;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Error(`The file ${name} is not JSON: ${error.message}`);
  }
  const results = resultsIn(json);
  if (results.length === 0 || !results.every(isResult))
    throw new Error(`The file ${name} is not a result of this benchmark.`);
  if (results.some(({ formatVersion }) => formatVersion !== 1)) {
    throw new Error(`The file ${name} is of another version of this benchmark.`);
  }
  return results;
}

/** @param {File} file */
export async function readResults(file) {
  if (file.size > MOST_BYTES) throw new Error(`The file ${file.name} is too large for a result.`);
  return parseResults(await file.text(), file.name);
}
