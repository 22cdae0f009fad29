// SPDX-License-Identifier: Apache-2.0
// Summaries of tensor values. No DOM.

/**
 * @param {ArrayLike<number>} values
 * @returns {{min: number, max: number, mean: number, nan: number, infinite: number}} min, max and mean of the finite
 *     values; NaN if there are none.
 */
export function describeValues(values) {
  let [min, max, sum, nan, infinite] = [Infinity, -Infinity, 0, 0, 0];
  for (let i = 0; i < values.length; ++i) {
    const value = Number(values[i]);
    if (Number.isNaN(value)) ++nan;
    else if (!Number.isFinite(value)) ++infinite;
    else {
      if (value < min) min = value;
      if (value > max) max = value;
      sum += value;
    }
  }
  const finite = values.length - nan - infinite;
  if (finite === 0) return { min: Number.NaN, max: Number.NaN, mean: Number.NaN, nan, infinite };
  return { min, max, mean: sum / finite, nan, infinite };
}

/**
 * The `count` largest values, in descending order.
 *
 * @returns {{index: number, value: number}[]}
 */
export function topValues(values, count) {
  const top = [];
  for (let index = 0; index < values.length; ++index) {
    const value = values[index];
    if (Number.isNaN(value) || (top.length === count && value <= top[count - 1].value)) continue;
    let place = top.length;
    while (place > 0 && top[place - 1].value < value) --place;
    top.splice(place, 0, { index, value });
    if (top.length > count) top.pop();
  }
  return top;
}

const SMALLEST_SIDE = 6;
const LARGEST_SIDE = 4096;
/** How much longer one side of a picture may be. Lists of boxes and scores, which have no channels, are longer. */
const LONGEST_SIDE = { withChannels: 4, withoutChannels: 2 };

/**
 * The size of the picture that a tensor can be shown as; null if it has not the shape of one: [height, width] or [height,
 * width, channels], in a batch of one. Three dimensions are a picture only with the channels of one.
 *
 * @returns {{height: number, width: number, channels: number} | null}
 */
export function imageShape(shape) {
  const sizes = pictureSizes(shape);
  if (!sizes) return null;
  const [height, width, channels = 1] = sizes;
  const [short, long] = [Math.min(height, width), Math.max(height, width)];
  const longest = short * LONGEST_SIDE[sizes.length === 3 ? 'withChannels' : 'withoutChannels'];
  const fits = short >= SMALLEST_SIDE && long <= LARGEST_SIDE && long <= longest;
  return fits && channels >= 1 ? { height, width, channels } : null;
}

const isColor = (channels) => channels === 1 || channels === 3 || channels === 4;

/** @returns {number[] | null} [height, width] or [height, width, channels] */
function pictureSizes(shape) {
  switch (shape.length) {
    case 2:
      return shape;
    case 3:
      if (isColor(shape[2])) return shape;
      return shape[0] === 1 ? shape.slice(1) : null;
    case 4:
      return shape[0] === 1 ? shape.slice(1) : null;
    default:
      return null;
  }
}

/**
 * The values as a picture, scaled from minimum to maximum: in colour for three or four channels, else one channel in
 * gray.
 *
 * @param {ArrayLike<number>} values
 * @param {{height: number, width: number, channels: number}} image
 * @param {number} channel The channel to show in gray.
 */
export function toPicture(values, { height, width, channels }, channel = 0) {
  const { min, max } = describeValues(values);
  const scale = max > min ? 255 / (max - min) : 0;
  const color = channels === 3 || channels === 4;
  const pixels = new Uint8ClampedArray(4 * width * height);
  for (let pixel = 0; pixel < width * height; ++pixel) {
    const at = pixel * channels;
    for (let part = 0; part < 3; ++part) {
      pixels[4 * pixel + part] = (values[at + (color ? part : channel)] - min) * scale;
    }
    pixels[4 * pixel + 3] = 255;
  }
  return new ImageData(pixels, width, height);
}
