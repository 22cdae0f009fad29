// SPDX-License-Identifier: Apache-2.0
// Converts pictures to input tensors.

/** Named ranges: the values of black (0) and white (255). */
export const PIXEL_RANGES = {
  '0 … 255': [0, 255],
  '0 … 1': [0, 1],
  '-1 … 1': [-1, 1],
};

/** The range that most models of a dtype expect. @returns {readonly [number, number]} */
export const usualRange = (dtype) => (dtype === 'int32' ? [0, 255] : [0, 1]);

/** The side that most models take where theirs is unknown. */
const USUAL_SIDE = 224;

/** The size to start with where a model leaves a dimension open. */
export function usualSize(shape, axis) {
  const fromEnd = shape.length - axis;
  if (!takesImages(shape) || fromEnd > 3) return 1;
  return fromEnd === 1 ? 3 : USUAL_SIDE;
}

/** Whether an input has the shape of pictures: [batch, height, width, 1 | 3 | 4], or without a batch. */
export function takesImages(shape) {
  if (!shape || (shape.length !== 4 && shape.length !== 3)) return false;
  const channels = shape.at(-1);
  const [height, width] = shape.slice(-3);
  const sides = [height, width].every((size) => size < 0 || size >= 6);
  return sides && (channels < 0 || channels === 1 || channels === 3 || channels === 4);
}

/**
 * The placement of a picture in the model's input.
 *
 * @param {'contain' | 'cover' | 'stretch'} fit
 * @returns {{left: number, top: number, width: number, height: number}} in pixels of the input.
 */
export function placePicture(picture, width, height, fit) {
  if (fit === 'stretch') return { left: 0, top: 0, width, height };
  const scales = [width / picture.width, height / picture.height];
  const scale = fit === 'cover' ? Math.max(...scales) : Math.min(...scales);
  const size = { width: picture.width * scale, height: picture.height * scale };
  return { left: (width - size.width) / 2, top: (height - size.height) / 2, ...size };
}

/** The pixels of a picture, scaled to the model's input. */
export function drawPixels(picture, width, height, place, gray) {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.imageSmoothingQuality = 'high';
  if (gray) context.filter = 'grayscale(1)';
  context.drawImage(picture, place.left, place.top, place.width, place.height);
  return context.getImageData(0, 0, width, height);
}

/**
 * The tensor for a picture. A batch is filled with copies.
 *
 * @param {typeof import('../../../dist/index.js')} tf
 * @param {ImageBitmap | HTMLVideoElement} picture
 * @param {{shape: number[], dtype: string, range: readonly number[], place: object}} options
 */
export function toTensor(tf, picture, { shape, dtype, range, place }) {
  const [height, width, channels] = shape.slice(-3);
  const pixels = drawPixels(picture, width, height, place, channels === 1);
  return tf.tidy(() => {
    const image = tf.cast(tf.browser.fromPixels(pixels, channels), 'float32');
    const [low, high] = range;
    const scaled = tf.add(tf.mul(image, (high - low) / 255), low);
    const batched = shape.length === 4 ? tf.tile(tf.expandDims(scaled, 0), [shape[0], 1, 1, 1]) : scaled;
    return dtype === 'float32' ? batched : tf.cast(dtype === 'int32' ? tf.round(batched) : batched, dtype);
  });
}
