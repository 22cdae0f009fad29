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

/**
 * The size of the image that a tensor can be shown as; null if it is not an image.
 *
 * @returns {{height: number, width: number, channels: number} | null}
 */
export function imageShape(shape) {
  const sizes = [...shape];
  while (sizes.length > 3 && sizes[0] === 1) sizes.shift();
  if (sizes.length === 3 && sizes[0] === 1 && sizes[2] > 4) sizes.shift();
  if (sizes.length === 2) sizes.push(1);
  if (sizes.length !== 3) return null;
  const [height, width, channels] = sizes;
  const large = height >= 6 && width >= 6 && height <= 4096 && width <= 4096;
  return large && channels >= 1 ? { height, width, channels } : null;
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
