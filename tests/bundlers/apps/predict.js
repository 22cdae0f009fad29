// SPDX-License-Identifier: Apache-2.0
// What every app does: a prediction of a model and of its copy, and how it was computed.
export async function predict(tf, { modelUrl, threads }) {
  if (threads) tf.setThreadsCount(threads);
  const loaded = await tf.loadGraphModel(modelUrl);
  // Saving is in a part of its own, which has to be found as well.
  const copy = {};
  await loaded.save({ save: async (artifacts) => Object.assign(copy, { load: async () => artifacts }) });
  const model = await tf.loadGraphModel(copy);
  const input = tf.tensor2d([[1, 2]]);
  const output = model.predict(input);
  const values = Array.from(await output.data());
  return { values, shape: output.shape, variant: tf.getWasmVariant(), threads: tf.getThreadsCount() };
}

/** Leaves the result where the test looks for it. */
export function report(result) {
  result.then(
    (value) => (globalThis.result = value),
    (error) => (globalThis.result = { error: error.stack }),
  );
}

/** Settings for the page, from its address. */
export function settings() {
  const threads = Number(new URL(location.href).searchParams.get('threads'));
  return { modelUrl: new URL('/model/model.json', location.href).href, threads };
}
