// SPDX-License-Identifier: Apache-2.0
// The public models for parity tests, and their inputs.

import { PUBLIC_MODELS } from '../../web/common/models.js';

/**
 * `inputs`: the inputs to test; the models that are slowest in the reference get only one. `absolute`: a tolerance for
 * models where float32 rounding alone exceeds the usual one, because outputs near 0 are differences of values near 100.
 * (TensorFlow.js's wasm backend differs as much from its cpu backend: for blazeface by 3.1 times the usual tolerance.)
 */
const CHECKS = {
  blazeface: { inputs: ['noise', 'photo'], absolute: 5e-5 },
  centernet: { inputs: ['photo'] },
  facemesh: { absolute: 3e-5 },
  faceres: { inputs: ['photo'] },
  'movenet-lightning': { inputs: ['noise', 'photo'] },
};

/**
 * @type {Record<string, {range: readonly [number, number], inputs: ('noise' | 'photo')[],
 *     absolute?: number}>}
 */
export const MODELS = Object.fromEntries(
  Object.entries(PUBLIC_MODELS).map(([name, { range }]) => [name, { range, inputs: ['noise'], ...CHECKS[name] }]),
);

/** The shape and dtype of a model's only input, an image. */
export function imageInput(topologyJson) {
  const placeholders = topologyJson.modelTopology.node.filter(({ op }) => op === 'Placeholder');
  if (placeholders.length !== 1) throw new Error(`Expected one placeholder, got ${placeholders.length}.`);
  const [{ name, attr }] = placeholders;
  return {
    name,
    dtype: attr.dtype.type === 'DT_INT32' ? 'int32' : 'float32',
    shape: attr.shape.shape.dim.map(({ size }) => Number(size)),
  };
}
