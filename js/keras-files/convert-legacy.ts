// SPDX-License-Identifier: Apache-2.0
// Old forms of weights in .h5 files, as Keras converts them when it loads such a file: those of Keras 1, of Theano, and
// of the recurrent layers of cuDNN.
import { concatenate, flipSpatial, reshape, transpose } from './array-math.js';
import { type KerasArray, sameShape } from './arrays.js';
import { fromCudnn } from './convert-cudnn.js';
import { childIn, layersOf, legacyOrder, type WeightHolder } from './holders.js';

/** Where the weights come from. */
export interface Origin {
  isKeras1: boolean;
  backend: string | undefined;
}

type Arrays = KerasArray[];

/** Converts the arrays of a layer in the order of the file to those that Keras 2 and 3 have. */
export function convertLegacy(holder: WeightHolder, arrays: Arrays, origin: Origin): Arrays {
  const layers = layersOf(holder);
  if (layers) return convertNested(layers, arrays, origin);
  const wrapped = childIn(holder, 'layer');
  if (holder.className === 'TimeDistributed' && wrapped) return convertLegacy(wrapped, arrays, origin);
  const [forward, backward] = ['forward_layer', 'backward_layer'].map((name) => childIn(holder, name));
  if (forward && backward && arrays.length % 2 === 0) {
    const half = arrays.length / 2;
    return [
      ...convertLegacy(forward, arrays.slice(0, half), origin),
      ...convertLegacy(backward, arrays.slice(half), origin),
    ];
  }
  const shapes = legacyOrder(holder).map(({ shape }) => shape);
  const modern = origin.isKeras1 ? fromKeras1(holder.className, arrays, shapes) : arrays;
  return fromCudnn(fromTheano(holder.className, modern, shapes, origin), shapes);
}

/** First the trainable weights of all layers of a model, then the others. Their numbers do not change. */
function convertNested(layers: readonly WeightHolder[], arrays: Arrays, origin: Origin): Arrays {
  const rest = [...arrays];
  const converted = [true, false].flatMap((trainable) =>
    layers.flatMap((layer) => {
      const count = legacyOrder(layer).filter((variable) => variable.trainable === trainable).length;
      return convertLegacy(layer, rest.splice(0, count), origin);
    }),
  );
  return [...converted, ...rest];
}

type Shapes = readonly (readonly number[])[];

/** The parts of the gates of a recurrent layer, in the order of Keras 2, by their places in files of Keras 1. */
const GATES: Readonly<Record<string, readonly number[]>> = {
  GRU: [0, 1, 2],
  LSTM: [0, 2, 1, 3],
  ConvLSTM2D: [0, 2, 1, 3],
};

function fromKeras1(className: string, arrays: Arrays, shapes: Shapes): Arrays {
  const gates = Object.hasOwn(GATES, className) ? GATES[className] : undefined;
  if (gates && arrays.length === 3 * gates.length) {
    return [0, 1, 2].map((part) => concatenate(gates.map((gate) => arrays[3 * gate + part] as KerasArray)));
  }
  const [kernel, ...others] = arrays;
  const expected = shapes[0];
  if (!kernel || !expected) return arrays;
  if (className === 'Conv1D' && kernel.shape.length === 4) return [fromConv1D(kernel, expected), ...others];
  const orders = Object.hasOwn(KERAS_1_ORDERS, className) ? KERAS_1_ORDERS[className] : undefined;
  return orders ? [reordered(kernel, expected, orders), ...others] : arrays;
}

/** Orders of axes in Keras 1: with channels last, if it differs, and with channels first. */
const KERAS_1_ORDERS: Readonly<Record<string, readonly number[][]>> = {
  Conv2D: [
    [0, 1, 2, 3],
    [2, 3, 1, 0],
  ],
  Conv2DTranspose: [
    [0, 1, 3, 2],
    [2, 3, 0, 1],
  ],
  Conv3D: [
    [0, 1, 2, 3, 4],
    [2, 3, 4, 1, 0],
  ],
};

/** The filter in the first order of axes that has the expected shape; as it is if none has. */
function reordered(filter: KerasArray, expected: readonly number[], orders: readonly number[][]): KerasArray {
  const { shape } = filter;
  const fits = (order: readonly number[]) =>
    order.length === shape.length && order.every((axis, i) => shape[axis] === expected[i]);
  const order = orders.find(fits);
  return order === undefined || order.every((axis, i) => axis === i) ? filter : transpose(filter, order);
}

/** [length, 1, in, out], or with Theano [out, in, length, 1], to [length, in, out]. */
function fromConv1D(kernel: KerasArray, expected: readonly number[]): KerasArray {
  const [length, input, output] = expected as [number, number, number];
  if (sameShape(kernel.shape, [length, 1, input, output])) return reshape(kernel, expected);
  if (!sameShape(kernel.shape, [output, input, length, 1])) return kernel;
  return reshape(transpose(kernel, [2, 3, 1, 0]), expected);
}

const CONVOLUTIONS = ['Conv1D', 'Conv2D', 'Conv3D', 'Conv2DTranspose', 'ConvLSTM2D'];

/** Theano mirrors filters. Those of another shape have channels before space. */
function fromTheano(className: string, arrays: Arrays, shapes: Shapes, { backend }: Origin): Arrays {
  if (!CONVOLUTIONS.includes(className)) return arrays;
  const filters = className === 'ConvLSTM2D' ? 2 : 1;
  return arrays.map((array, i) => {
    const expected = shapes[i];
    if (i >= filters || !expected || array.shape.length < 3) return array;
    const filter = backend === 'theano' ? flipSpatial(array) : array;
    return sameShape(filter.shape, expected) ? filter : reordered(filter, expected, [[3, 2, 0, 1]]);
  });
}
