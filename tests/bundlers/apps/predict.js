// SPDX-License-Identifier: Apache-2.0
// Common code of the apps: predicts with a model and with a copy of it, and reports variant and threads.
export async function predict(tf, { modelUrl, threads }) {
  if (threads) tf.setThreadsCount(threads);
  const loaded = await tf.loadGraphModel(modelUrl);
  // The code for saving is in media.js, which has to be found as well.
  const copy = {};
  await loaded.save({ save: async (artifacts) => Object.assign(copy, { load: async () => artifacts }) });
  const model = await tf.loadGraphModel(copy);
  const input = tf.tensor2d([[1, 2]]);
  const output = model.predict(input);
  const values = Array.from(await output.data());
  return { values, shape: output.shape, variant: tf.getWasmVariant(), threads: tf.getThreadsCount() };
}

/** Puts the result where the test finds it. */
export function report(result) {
  result.then(
    (value) => (globalThis.result = value),
    (error) => (globalThis.result = { error: error.stack }),
  );
}

/** Settings from the page's URL. */
export function settings() {
  const threads = Number(new URL(location.href).searchParams.get('threads'));
  return { modelUrl: new URL('/model/model.json', location.href).href, threads };
}
