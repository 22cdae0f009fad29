// SPDX-License-Identifier: Apache-2.0
// The public models that parity is checked on, and what to feed them.

import { PUBLIC_MODELS } from '../../web/common/models.js';

/**
 * `inputs`: what the model is fed, random numbers unless said otherwise; the slowest models of the
 * reference get one input only. `absolute`: tolerance where float32 rounding alone exceeds the
 * usual one: outputs with values near 0 that are differences of values near 100. (TensorFlow.js's own
 * wasm backend is as far from its cpu backend there: for blazeface 3.1 times the usual tolerance.)
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

/** What the models of the table have in common: one image in, its shape and dtype. */
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
