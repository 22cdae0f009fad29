// SPDX-License-Identifier: Apache-2.0
// Pictures and typed arrays as inputs of models.
import type * as tfwasm from '../index.js';
import { isOneOf } from './messages.js';

type Api = typeof tfwasm;
type Info = { shape?: readonly (number | null)[] | undefined; dtype?: string | undefined };

/** The methods that take inputs of the model. */
const RUNS = new Set(['predict', 'predictAsync', 'execute', 'executeAsync', 'predictOnBatch']);

/** Replaces pictures and typed arrays among the inputs of a model by tensors, which `clean` disposes. */
export function prepareInputs(tf: Api, model: unknown, method: string, args: unknown[]) {
  const made: tfwasm.Tensor[] = [];
  const clean = () => tf.dispose(made);
  const infos = (model as { inputs?: readonly Info[] } | undefined)?.inputs;
  if (!RUNS.has(method) || !Array.isArray(infos)) return { args, clean };
  const convert = (value: unknown, info: Info = {}): unknown => {
    const tensor = toTensor(tf, value, info);
    if (tensor) made.push(tensor);
    return tensor ?? value;
  };
  const [inputs, ...rest] = args;
  try {
    return { args: [convertAll(inputs, infos, convert), ...rest], clean };
  } catch (error) {
    clean();
    throw error;
  }
}

function convertAll(inputs: unknown, infos: readonly Info[], convert: (value: unknown, info?: Info) => unknown) {
  if (Array.isArray(inputs)) return inputs.map((value, index) => convert(value, infos[index]));
  if (typeof inputs !== 'object' || inputs === null || Object.getPrototypeOf(inputs) !== Object.prototype) {
    return convert(inputs, infos[0]);
  }
  const named = new Map((infos as (Info & { name?: string })[]).map((info) => [info.name, info]));
  return Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, convert(value, named.get(name))]));
}

function toTensor(tf: Api, value: unknown, { shape, dtype }: Info): tfwasm.Tensor | undefined {
  if (isPicture(value)) return fromPicture(tf, value, shape ?? [], dtype);
  if (!ArrayBuffer.isView(value) || value instanceof DataView) return undefined;
  const values = value as Float32Array;
  return tf.tensor(values, sizesFor(values.length, shape ?? [values.length]), dtype as tfwasm.DataType);
}

/** The shape, with its first unknown size such that it has this many elements. */
function sizesFor(count: number, shape: readonly (number | null)[]): number[] {
  const isOpen = (size: number | null) => size === null || size < 0;
  const others = shape.reduce<number>((product, size) => (isOpen(size) ? product : product * (size as number)), 1);
  let isFirst = true;
  return shape.map((size) => {
    if (!isOpen(size)) return size as number;
    const wanted = isFirst ? count / others : 1;
    isFirst = false;
    return Math.floor(wanted);
  });
}

const isPicture = (value: unknown): value is tfwasm.PixelSource =>
  isOneOf(value, ['ImageBitmap', 'VideoFrame', 'ImageData', 'OffscreenCanvas']);

/** A batch of one picture, with values of 0 to 255, in the size that the model declares. */
function fromPicture(tf: Api, picture: tfwasm.PixelSource, shape: readonly (number | null)[], dtype?: string) {
  const [, height, width, channels] = shape;
  const result = tf.tidy(() => {
    const pixels = tf.browser.fromPixels(picture, channels && channels > 0 ? channels : 3);
    const [rows, columns] = pixels.shape as readonly number[] as [number, number];
    const size: [number, number] = [height && height > 0 ? height : rows, width && width > 0 ? width : columns];
    const fits = size[0] === rows && size[1] === columns;
    const sized = fits ? pixels : tf.image.resizeBilinear(pixels as tfwasm.Tensor3D, size);
    return tf.cast(tf.expandDims(sized), (dtype ?? 'float32') as tfwasm.DataType);
  });
  (picture as Partial<ImageBitmap>).close?.();
  return result;
}
