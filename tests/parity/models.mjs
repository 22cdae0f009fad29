// SPDX-License-Identifier: Apache-2.0
// The public models that parity is checked on, and what to feed them.

/**
 * `range`: values a real application would feed. `photo`: also fed the photograph, scaled into that
 * range. `absolute`: tolerance where float32 rounding alone exceeds the usual one: outputs with
 * values near 0 that are differences of values near 100.
 *
 * @type {Record<string, {range: [number, number], photo?: boolean, absolute?: number}>}
 */
export const MODELS = {
  antispoof: { range: [0, 1] },
  blazeface: { range: [-1, 1], photo: true, absolute: 1e-4 },
  centernet: { range: [0, 255], photo: true },
  emotion: { range: [0, 1] },
  facemesh: { range: [0, 1] },
  faceres: { range: [0, 255], photo: true },
  'handlandmark-lite': { range: [0, 1] },
  iris: { range: [0, 1] },
  liveness: { range: [0, 1] },
  'movenet-lightning': { range: [0, 255], photo: true },
};

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
