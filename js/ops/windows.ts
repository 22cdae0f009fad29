// SPDX-License-Identifier: Apache-2.0
// Common arguments of convolutions and pooling: sizes, strides, padding.
import { check, TfwasmError } from '../core/errors.js';
import type { Attrs } from '../tensor/attributes.js';
import type { Tensor } from '../tensor/tensor.js';
import { checkInt } from '../tensor/written.js';
import { checkRank } from './arguments.js';

/** One number for all spatial dimensions, or one for each. */
export type Pair = [number, number] | number;
export type Triple = [number, number, number] | number;
export type Rounding = 'floor' | 'round' | 'ceil';
/** [before, after] for each dimension; [0, 0] for batch and channels. */
export type ExplicitPadding = readonly (readonly [number, number])[];
export type Pad = 'valid' | 'same' | number | ExplicitPadding;

/** Expands a number or list to one number per spatial dimension. Throws E_INPUT. */
export function perDimension(given: number | readonly number[], count: number, name: string): number[] {
  const list = typeof given === 'number' ? new Array<number>(count).fill(given) : [...given];
  // TensorFlow.js accepts a third number, which is ignored.
  check(
    list.length >= count,
    () => `the argument '${name}' must be a number or a list of ${count} numbers, got [${list}]`,
  );
  for (const value of list)
    check(checkInt(value, `'${name}'`) > 0, `the argument '${name}' must be positive, got ${value}`);
  return list.slice(0, count);
}

/** True for 'NCHW', 'NCDHW' and so on. Throws E_INPUT unless the format is one of the two. */
export function isChannelsFirst(format: string, last: string, first: string): boolean {
  check(format === last || format === first, () => `the data format must be ${last} or ${first}, got ${format}`);
  return format === first;
}

/** Adds numbers for batch and channels to spatial ones. */
export function inFormat<T>(spatial: readonly T[], channelsFirst: boolean, one: T): T[] {
  return channelsFirst ? [one, one, ...spatial] : [one, ...spatial, one];
}

/** The spatial dimensions of images. */
export function spatialShape(images: Tensor, channelsFirst: boolean): number[] {
  return channelsFirst ? images.shape.slice(2) : images.shape.slice(1, -1);
}

export interface Windows {
  /** The size of the images. */
  size: readonly number[];
  window: readonly number[];
  strides: readonly number[];
  dilations: readonly number[];
  channelsFirst: boolean;
}

/**
 * The padding on both sides of each spatial dimension; undefined for 'valid' and 'same'. Rounding up is achieved by a
 * little more padding at the end.
 */
export function explicitPads(
  pad: Pad,
  rounding: Rounding | undefined,
  windows: Windows,
): [number, number][] | undefined {
  if (pad === 'valid' || pad === 'same') {
    check(
      rounding === undefined || rounding === null,
      () => `a dimRoundingMode needs a padding in numbers, not '${pad}'`,
    );
    return undefined;
  }
  const { size, window, strides, dilations, channelsFirst } = windows;
  check(
    typeof pad === 'number' || Array.isArray(pad),
    () => `the padding must be 'valid', 'same', a number or a list, got ${pad}`,
  );
  const given = typeof pad === 'number' ? [] : pad.slice(channelsFirst ? 2 : 1, channelsFirst ? undefined : -1);
  if (typeof pad !== 'number' && given.length !== size.length) {
    throw new TfwasmError('E_INPUT', `the padding must list ${size.length + 2} pairs, got ${pad.length}`);
  }
  return size.map((extent, axis) => {
    const [before, after] = given[axis] ?? [pad as number, pad as number];
    check(
      checkInt(before, 'the padding') >= 0 && checkInt(after, 'the padding') >= 0,
      'the padding must not be negative',
    );
    const stride = strides[axis] as number;
    const covered = ((window[axis] as number) - 1) * (dilations[axis] as number) + 1;
    const steps = (extent + before + after - covered) / stride;
    const wanted = rounding ? Math[rounding](steps) : Math.floor(steps);
    const missing = wanted * stride + covered - (extent + before + after);
    return [before, wanted > Math.floor(steps) ? after + missing : after];
  });
}

/** The attributes `padding` and `explicit_paddings`. */
export function padAttrs(pad: Pad, rounding: Rounding | undefined, windows: Windows): Attrs {
  const pads = explicitPads(pad, rounding, windows);
  if (!pads) return { padding: String(pad).toUpperCase() };
  return { padding: 'EXPLICIT', explicit_paddings: inFormat(pads, windows.channelsFirst, [0, 0]).flat() };
}

/** Throws E_SHAPE unless the filter matches the number of channels. */
export function checkChannels(images: Tensor, filter: Tensor, channelsFirst: boolean): void {
  const channels = (images.shape as number[])[channelsFirst ? 1 : images.rank - 1];
  const expected = (filter.shape as number[])[filter.rank - 2];
  if (channels !== expected) {
    throw new TfwasmError('E_SHAPE', `the filter [${filter.shape}] is for ${expected} channels, got ${channels}`);
  }
}

/** The attributes of a 2D convolution. */
export function conv2dAttrs(
  images: Tensor,
  filter: Tensor,
  strides: Pair,
  pad: Pad,
  dataFormat: string,
  dilations: Pair,
  rounding: Rounding | undefined,
): Attrs {
  checkRank(filter, 'filter', 4);
  const channelsFirst = isChannelsFirst(dataFormat, 'NHWC', 'NCHW');
  checkChannels(images, filter, channelsFirst);
  const steps = perDimension(strides, 2, 'strides');
  const gaps = perDimension(dilations, 2, 'dilations');
  const windows = {
    size: spatialShape(images, channelsFirst),
    window: filter.shape.slice(0, 2),
    strides: steps,
    dilations: gaps,
    channelsFirst,
  };
  return {
    strides: inFormat(steps, channelsFirst, 1),
    dilations: inFormat(gaps, channelsFirst, 1),
    data_format: dataFormat,
    ...padAttrs(pad, rounding, windows),
  };
}

/** Runs `body` on a batch. A single image becomes a batch of one, which is removed from the result. */
export function batched<T extends Tensor>(images: T, rank: number, body: (batch: Tensor) => Tensor): T {
  if (images.rank === rank) return body(images) as T;
  checkRank(images, 'x', rank, rank - 1);
  const result = body(images.reshape([1, ...images.shape]));
  return result.reshape(result.shape.slice(1)) as Tensor as T;
}
