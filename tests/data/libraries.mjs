// SPDX-License-Identifier: Apache-2.0
// tf.data of tfwasm and of TensorFlow.js side by side.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** TensorFlow.js's {tf, data}. */
export function loadTfjs() {
  const { warn } = console;
  // The banner of tfjs-core in Node.js.
  console.warn = () => {};
  try {
    const tf = require('@tensorflow/tfjs-core');
    require('@tensorflow/tfjs-backend-cpu');
    return { tf, data: require('@tensorflow/tfjs-data') };
  } finally {
    console.warn = warn;
  }
}

/** tfwasm's {tf, data}. */
export async function loadTfwasm() {
  const tf = await import('../../dist/index.js');
  await tf.ready();
  return { tf, data: tf.data };
}

/** Elements with arrays in place of tensors, which are disposed, so that both libraries can be compared. */
export function plain(value, { tf }) {
  if (value instanceof tf.Tensor) {
    const { dtype, shape } = value;
    const values = Array.from(value.dataSync());
    value.dispose();
    return { dtype, shape: [...shape], values };
  }
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return value.map((part) => plain(part, { tf }));
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part, { tf })]));
}

/** What a function gives, or the message of its error. */
export async function outcome(f) {
  try {
    return await f();
  } catch (error) {
    return { error: error.message };
  }
}
