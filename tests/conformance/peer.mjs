// SPDX-License-Identifier: Apache-2.0
// What the bundled tests find in place of the modules of TensorFlow.js.

/** Public names that training will bring. Until then, their use marks a test as one that needs gradients. */
const OF_TRAINING = [
  ...['customGrad', 'grad', 'grads', 'valueAndGrad', 'valueAndGrads', 'variableGrads'],
  ...['AdadeltaOptimizer', 'AdagradOptimizer', 'AdamOptimizer', 'AdamaxOptimizer', 'MomentumOptimizer', 'Optimizer'],
  ...['RMSPropOptimizer', 'SGDOptimizer'],
];

/** `onTraining` is called when a test uses something of OF_TRAINING. */
export function makePeer(tf, onTraining) {
  const standIn = (name) => {
    // Not an arrow function: tests also call it with `new`.
    function absent() {
      onTraining();
      throw new Error(`tf.${name} is missing`);
    }
    return absent;
  };
  const training = Object.fromEntries(OF_TRAINING.map((name) => [name, standIn(name)]));
  const train = new Proxy({}, { get: (_, name) => standIn(`train.${String(name)}`) });
  const index = { train, ...training, ...tf };
  // Tests count the backend's buffers to detect leaks.
  tf.backend().numDataIds ??= () => tf.memory().numDataBuffers;
  const platform = { isTypedArray: tf.util.isTypedArray, now: () => performance.now(), encode, decode };
  const modules = {
    util: tf.util,
    engine: { ENGINE: tf.engine() },
    environment: { ...index, env: () => ({ platform, get: () => false, getBool: () => false, registerFlag() {} }) },
    tensor_util_env: { inferShape },
    tensor_util: tf.tensor_util ?? {},
    serialization: tf.serialization ?? {},
    'io/composite_array_buffer': tf.io,
    'io/io_utils': tf.io,
  };
  return (name) => modules[name] ?? index;
}

const encode = (text) => new TextEncoder().encode(text);
const decode = (bytes) => new TextDecoder().decode(bytes);

/** The shape of nested arrays, for TensorFlow.js's test_util. */
function inferShape(values, dtype) {
  if (ArrayBuffer.isView(values)) return dtype === 'string' ? [] : [values.length];
  return Array.isArray(values) ? [values.length, ...inferShape(values[0], dtype)] : [];
}
