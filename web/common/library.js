// SPDX-License-Identifier: Apache-2.0
// Loads the package once, on first use.

let loading;

/** @returns {Promise<typeof import('../../dist/index.js')>} when its core has started. */
export function loadLibrary() {
  loading ??= start().catch((error) => {
    loading = undefined;
    throw new Error(`The library could not be loaded (is it built?): ${error.message}`, { cause: error });
  });
  return loading;
}

async function start() {
  const tf = await import('../../dist/index.js');
  await tf.ready();
  return tf;
}
