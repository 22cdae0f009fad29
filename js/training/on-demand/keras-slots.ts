// SPDX-License-Identifier: Apache-2.0
// The state of optimizers in files of Keras: the number of steps, perhaps the learning rate, then slots of all weights.
import type { KerasArray } from '../../keras-files/index.js';
import type { StateVariable } from '../../layers/save-keras.js';
import { scalar, tensor } from '../../tensor/factories.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { NamedTensor, Optimizer } from '../optimizer.js';

/**
 * The slots in the order of files. Those of one group are together for each weight, the groups follow one another. Null:
 * a slot that the file has and the optimizer has not.
 */
type Layout = (string | null)[][];

/** The slots that options need: in files, those of all weights are before the slots of the update rule. */
const SLOTS_OF_OPTIONS = ['average', 'gradient_accumulator'];

function layoutOf(optimizer: Optimizer, isLegacy: boolean): Layout {
  const isOwn = (slot: string) => !SLOTS_OF_OPTIONS.includes(slot);
  const others = SLOTS_OF_OPTIONS.filter((slot) => optimizer.slots.includes(slot));
  return [...others.map((slot) => [slot]), ...ownLayoutOf(optimizer, optimizer.slots.filter(isOwn), isLegacy)];
}

function ownLayoutOf(optimizer: Optimizer, slots: string[], isLegacy: boolean): Layout {
  const name = optimizer.getClassName();
  if (name === 'RMSProp') {
    const hasMomentum = Number((optimizer.getConfig() as { momentum?: number }).momentum ?? 0) > 0;
    return slots.filter((slot) => slot !== 'momentum' || hasMomentum).map((slot) => [slot]);
  }
  // Keras up to 2.10 has the first slot of all weights, then the second.
  if (isLegacy && name !== 'Ftrl') return slots.map((slot) => [slot]);
  return slots[2] === 'vhat' ? [slots.slice(0, 2), ['vhat']] : [slots];
}

interface Place {
  slot: string | null;
  /** The number of the weight. */
  weight: number;
  shape: readonly number[];
}

/** What each array is. An empty slot stands for none, and so does a number. */
function placesOf(optimizer: Optimizer, layout: Layout, weights: readonly Weight[]): Place[] {
  const places = layout.flatMap((group) =>
    weights.flatMap((own, weight) =>
      group.map((slot): Place => ({ slot, weight, shape: slot ? optimizer.slotShape(slot, own) : own.shape })),
    ),
  );
  return places.filter(({ weight, shape }) => isLike(shape, weights[weight] as Weight));
}

/** Whether a slot has values for a weight. */
const isLike = (shape: readonly number[], weight: Weight): boolean =>
  weight.shape.length === 0 || weight.shape.includes(0) || (shape.length > 0 && !shape.includes(0));

interface Weight {
  name: string;
  shape: readonly number[];
}

/**
 * The state for Optimizer.setWeights(), for weights with these shapes; undefined if there is none, or one that does not
 * fit.
 *
 * @param arrays The variables of the optimizer, with the names that the file has for them.
 */
export function readState(
  arrays: readonly { name: string; array: KerasArray }[],
  optimizer: Optimizer,
  weights: readonly Weight[],
): NamedTensor[] | undefined {
  const [steps, ...all] = arrays.map(({ array }) => array);
  if (!steps) return undefined;
  // The learning rate, or the momentum that Nadam has had so far. Slots have the shapes of weights.
  const areScalars = weights.some(({ shape }) => shape.length === 0);
  const rest = areScalars ? all.slice(Number(all[0]?.shape.length === 0)) : all.filter(({ shape }) => shape.length > 0);
  const isLegacy = arrays[0]?.name.includes('iter:') === true;
  const layouts = [layoutOf(optimizer, isLegacy), layoutOf(optimizer, !isLegacy)];
  // Keras 2.11 to 2.15 has a slot of SGD in any case.
  if (optimizer.slots.length === 0) layouts.push([[null]]);
  const places = layouts
    .map((layout) => placesOf(optimizer, layout, weights))
    .find(
      (found) =>
        found.length === rest.length && found.every(({ shape }, k) => String(rest[k]?.shape) === String(shape)),
    );
  if (!places) return undefined;
  const valuesOf = (slot: string, i: number) => {
    const k = places.findIndex((place) => place.slot === slot && place.weight === i);
    return k < 0 ? undefined : (rest[k] as KerasArray).readFloats();
  };
  const iterations = Number(steps.read()[0]);
  const state: NamedTensor[] = [{ name: 'iter', tensor: scalar(iterations, 'int32') }];
  for (const slot of optimizer.slots) {
    for (const [i, weight] of weights.entries()) {
      const tensor = slotTensor(optimizer, slot, valuesOf(slot, i), optimizer.slotShape(slot, weight), iterations);
      state.push({ name: `${weight.name}/${slot}`, tensor });
    }
  }
  return state;
}

/** The momentum of Keras has the factor -learningRate: here that of the next step, which is then the one of Keras. */
function factorOf(optimizer: Optimizer, slot: string | null, iterations: number): number {
  if (optimizer.getClassName() !== 'Momentum' || slot !== 'momentum') return 1;
  return -(optimizer.schedule?.(iterations) ?? optimizer.learningRate) || 1;
}

function slotTensor(
  optimizer: Optimizer,
  slot: string,
  values: Float32Array | undefined,
  shape: readonly number[],
  iterations: number,
): Tensor {
  const factor = factorOf(optimizer, slot, iterations);
  const size = shape.reduce((a, b) => a * b, 1);
  return tensor(values ? values.map((value) => value / factor) : new Float32Array(size), [...shape], 'float32');
}

/** The names of slots in Keras, where they differ. */
const SLOT_NAMES: Readonly<Record<string, string>> = {
  rms: 'velocity',
  mg: 'average_gradient',
  accum_grad: 'accumulated_grad',
  accum_var: 'accumulated_delta_var',
  vhat: 'velocity_hat',
};

/**
 * The variables of an optimizer in the order of Keras.
 *
 * @param isKeras3 Whether the file is one of Keras 3, or of Keras 2.11 to 2.15.
 */
export function stateVariables(
  optimizer: Optimizer,
  weights: readonly (Weight & { slots: readonly Tensor[] })[],
  isKeras3: boolean,
): StateVariable[] {
  const name = optimizer.getClassName();
  const number = (called: string, value: number): StateVariable => ({
    name: called,
    shape: [],
    dtype: 'float32',
    read: () => Float32Array.of(value),
  });
  const steps: StateVariable = {
    name: 'iteration:0',
    shape: [],
    dtype: 'int32',
    read: () => Int32Array.of(optimizer.iterations),
  };
  const extra = isKeras3 && !optimizer.schedule ? [number('learning_rate', optimizer.learningRate)] : [];
  if (isKeras3 && name === 'Nadam') extra.push(number('momentum_product', momentumProduct(optimizer)));
  const layout: Layout = name === 'SGD' && !isKeras3 ? [[null]] : layoutOf(optimizer, false);
  const slots = placesOf(optimizer, layout, weights).map(({ slot, weight: i, shape }): StateVariable => {
    const { name: weight, slots } = weights[i] as Weight & { slots: readonly Tensor[] };
    const factor = factorOf(optimizer, slot, optimizer.iterations);
    const values = slot === null ? undefined : slots[optimizer.slots.indexOf(slot)];
    const size = shape.reduce((a, b) => a * b, 1);
    return {
      name: `${name}/${slot === null ? 'm' : (SLOT_NAMES[slot] ?? slot)}/${weight}:0`,
      shape,
      dtype: 'float32',
      read: () => (values ? Float32Array.from(values.dataSync(), (value) => value * factor) : new Float32Array(size)),
    };
  });
  return [steps, ...extra, ...slots];
}

function momentumProduct(optimizer: Optimizer): number {
  const { beta1 } = optimizer.getConfig() as { beta1: number };
  let product = 1;
  for (let t = 1; t <= optimizer.iterations; ++t) product *= beta1 * (1 - 0.5 * 0.96 ** t);
  return product;
}
