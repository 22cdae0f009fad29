// SPDX-License-Identifier: Apache-2.0
// What every app does: one prediction, and how it was computed.
export async function predict(tf, { modelUrl, threads }) {
  if (threads) tf.setThreadsCount(threads);
  const model = await tf.loadGraphModel(modelUrl);
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
