// SPDX-License-Identifier: Apache-2.0
// What the bundled tests find in place of the modules of TensorFlow.js.

/** @param {object} tf The exports of tfwasm. */
export function makePeer(tf) {
  // Tests count the backend's buffers to detect leaks.
  tf.backend().numDataIds ??= () => tf.memory().numDataBuffers;
  const platform = { isTypedArray: tf.util.isTypedArray, now: () => performance.now(), encode, decode };
  const modules = {
    util: tf.util,
    engine: { ENGINE: tf.engine() },
    environment: { ...tf, env: () => ({ platform, get: () => false, getBool: () => false, registerFlag() {} }) },
    tensor_util_env: { inferShape },
    tensor_util: tf.tensor_util ?? {},
    serialization: tf.serialization ?? {},
    'ops/selu_util': { SELU_SCALE: 1.0507009873554805, SELU_SCALEALPHA: 1.7580993408473766 },
    'io/composite_array_buffer': tf.io,
    'io/io_utils': tf.io,
  };
  return (name) => modules[name] ?? tf;
}

const encode = (text) => new TextEncoder().encode(text);
const decode = (bytes) => new TextDecoder().decode(bytes);

/** The shape of nested arrays, for TensorFlow.js's test_util. */
function inferShape(values, dtype) {
  if (ArrayBuffer.isView(values)) return dtype === 'string' ? [] : [values.length];
  return Array.isArray(values) ? [values.length, ...inferShape(values[0], dtype)] : [];
}
