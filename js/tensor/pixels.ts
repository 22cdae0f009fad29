// SPDX-License-Identifier: Apache-2.0
// Conversion between images and tensors.
import { check, describeError, TfwasmError } from '../core/errors.js';
import { kindOf, publicAsyncFunction, publicFunction } from '../core/public-function.js';
import { tensor, tensor3d } from './factories.js';
import { formatShape } from './shape.js';
import { Tensor, type Tensor2D, type Tensor3D } from './tensor.js';
import { type TensorLike, typedArrayTag } from './values.js';

/** Pixels as RGBA bytes, row by row. */
export interface PixelData {
  width: number;
  height: number;
  data: Uint8Array | Uint8ClampedArray;
}

/** Objects that pixels can be read from. */
export type PixelSource =
  | PixelData
  | ImageData
  | HTMLImageElement
  | HTMLCanvasElement
  | HTMLVideoElement
  | ImageBitmap
  | VideoFrame
  | OffscreenCanvas;

type Context2D = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

let scratchContext: Context2D | undefined;

/**
 * Creates a tensor from an image.
 *
 * @param numChannels 1 to 4: how many of red, green, blue and alpha to read.
 * @returns An int32 tensor [height, width, numChannels] with values from 0 to 255.
 * @throws E_INPUT if this is not an image, or its pixels cannot be read.
 */
export const fromPixels = publicFunction('fromPixels', (pixels: PixelSource, numChannels = 3): Tensor3D => {
  if (!Number.isInteger(numChannels) || numChannels < 1 || numChannels > 4) {
    throw new TfwasmError('E_INPUT', `fromPixels() takes 1 to 4 channels, got ${numChannels}`);
  }
  const { width, height, data } = readPixels(pixels);
  for (const size of [width, height]) {
    check(Number.isInteger(size) && size >= 0, `fromPixels() takes an image, got ${width} by ${height} pixels`);
  }
  return tensor3d(pickChannels(data, width * height, numChannels), [height, width, numChannels], 'int32');
});

/** fromPixels as a promise. */
export async function fromPixelsAsync(pixels: PixelSource, numChannels = 3): Promise<Tensor3D> {
  return fromPixels(pixels, numChannels);
}

function pickChannels(rgba: Uint8Array | Uint8ClampedArray, numPixels: number, numChannels: number): Int32Array {
  if (rgba.length < 4 * numPixels) {
    throw new TfwasmError('E_INPUT', `${numPixels} pixels take ${4 * numPixels} bytes, got ${rgba.length}`);
  }
  const values = new Int32Array(numPixels * numChannels);
  for (let pixel = 0, next = 0; pixel < numPixels; ++pixel) {
    for (let channel = 0; channel < numChannels; ++channel) values[next++] = rgba[4 * pixel + channel] as number;
  }
  return values;
}

/** Whether `value` is an instance of a class that may not exist in this environment. */
function isA<T>(value: unknown, className: string): value is T {
  const type = (globalThis as Record<string, unknown>)[className];
  return typeof type === 'function' && value instanceof type;
}

function isPixelData(pixels: object): pixels is PixelData {
  const { data } = pixels as Partial<PixelData>;
  return /^Uint8(Clamped)?Array$/.test(typedArrayTag(data));
}

function readPixels(pixels: PixelSource): PixelData {
  if (typeof pixels !== 'object' || pixels === null) {
    throw new TfwasmError('E_INPUT', `fromPixels() takes an image, got '${kindOf(pixels)}'`);
  }
  try {
    if (isPixelData(pixels)) return pixels;
    if ('getContext' in pixels) return readContext(pixels.getContext('2d') as Context2D | null, pixels);
    if (isA<HTMLVideoElement>(pixels, 'HTMLVideoElement')) {
      return readDrawable(pixels, pixels.videoWidth, pixels.videoHeight);
    }
    if (isA<HTMLImageElement>(pixels, 'HTMLImageElement') || isA<ImageBitmap>(pixels, 'ImageBitmap')) {
      return readDrawable(pixels, pixels.width, pixels.height);
    }
    if (isA<VideoFrame>(pixels, 'VideoFrame')) {
      return readDrawable(pixels, pixels.displayWidth, pixels.displayHeight);
    }
  } catch (error) {
    throw new TfwasmError('E_INPUT', `cannot read the pixels: ${describeError(error)}`, { cause: error });
  }
  throw new TfwasmError(
    'E_INPUT',
    'fromPixels() takes an ImageData, an image, video or canvas element, an OffscreenCanvas, an ImageBitmap, ' +
      `a VideoFrame, or {data, width, height}; got '${kindOf(pixels)}'`,
  );
}

function readContext(context: Context2D | null, { width, height }: { width: number; height: number }): PixelData {
  if (!context) throw new Error('the canvas has no 2d context');
  const { data } = context.getImageData(0, 0, width, height);
  return { data, width, height };
}

function readDrawable(image: CanvasImageSource, width: number, height: number): PixelData {
  scratchContext ??= newCanvas().getContext('2d', { willReadFrequently: true }) as Context2D;
  scratchContext.canvas.width = width;
  scratchContext.canvas.height = height;
  scratchContext.drawImage(image, 0, 0, width, height);
  return readContext(scratchContext, { width, height });
}

function newCanvas(): HTMLCanvasElement | OffscreenCanvas {
  if (typeof document !== 'undefined') return document.createElement('canvas');
  if (typeof OffscreenCanvas !== 'undefined') return new OffscreenCanvas(1, 1);
  throw new Error('there is neither a document nor OffscreenCanvas here');
}

/**
 * Converts a tensor to the bytes of an image, and draws it on a canvas if one is given.
 *
 * @param img [height, width] or [height, width, 1] (gray), [height, width, 3] or [height, width, 4]; float32 values
 *     from 0 to 1 or int32 values from 0 to 255. Plain arrays count as int32.
 * @returns RGBA bytes.
 * @throws E_SHAPE, E_DTYPE, or E_INPUT for values out of range.
 */
export const toPixels = publicAsyncFunction(
  'toPixels',
  async (
    img: Tensor2D | Tensor3D | TensorLike,
    canvas?: HTMLCanvasElement | OffscreenCanvas,
  ): Promise<Uint8ClampedArray> => {
    const source = img instanceof Tensor ? img : tensor(img, undefined, 'int32');
    try {
      const [height = 0, width = 0, depth = 1] = checkImage(source);
      const bytes = toRgba(await source.data(), width * height, depth, source.dtype === 'float32');
      if (canvas) drawBytes(bytes, width, height, canvas);
      return bytes;
    } finally {
      if (source !== img) source.dispose();
    }
  },
);

/**
 * Draws a tensor (see toPixels) on a canvas, which gets its size.
 *
 * @param options imageOptions.alpha: the opacity of images without alpha, from 0 to 1.
 * @throws E_SHAPE, E_DTYPE, or E_INPUT for values out of range.
 */
export const draw = publicFunction(
  'draw',
  (
    image: Tensor2D | Tensor3D | TensorLike,
    canvas: HTMLCanvasElement | OffscreenCanvas,
    options: { imageOptions?: { alpha?: number } } = {},
  ): void => {
    const source = image instanceof Tensor ? image : tensor(image, undefined, 'int32');
    try {
      const [height = 0, width = 0, depth = 1] = checkImage(source);
      const bytes = toRgba(source.dataSync(), width * height, depth, source.dtype === 'float32');
      const alpha = options.imageOptions?.alpha ?? 1;
      if (depth < 4 && alpha !== 1) for (let i = 3; i < bytes.length; i += 4) bytes[i] = Math.round(255 * alpha);
      drawBytes(bytes, width, height, canvas);
    } finally {
      if (source !== image) source.dispose();
    }
  },
);

function checkImage(image: Tensor): readonly number[] {
  const shape: readonly number[] = image.shape;
  const depth = shape[2] ?? 1;
  if ((shape.length !== 2 && shape.length !== 3) || depth > 4 || depth === 2 || depth === 0) {
    throw new TfwasmError(
      'E_SHAPE',
      `toPixels() takes [height, width], or [height, width, depth] with a depth of 1, 3 or 4; got ${formatShape(shape)}`,
    );
  }
  if (image.dtype !== 'float32' && image.dtype !== 'int32') {
    throw new TfwasmError('E_DTYPE', `toPixels() takes a float32 or int32 tensor, got ${image.dtype}`);
  }
  return shape;
}

function toRgba(values: ArrayLike<number>, numPixels: number, depth: number, isFloat: boolean): Uint8ClampedArray {
  const [maximum, scale] = isFloat ? [1, 255] : [255, 1];
  const bytes = new Uint8ClampedArray(4 * numPixels).fill(255);
  for (let pixel = 0; pixel < numPixels; ++pixel) {
    for (let channel = 0; channel < Math.max(depth, 3); ++channel) {
      const value = values[pixel * depth + (depth === 1 ? 0 : channel)] as number;
      if (value < 0 || value > maximum) {
        throw new TfwasmError(
          'E_INPUT',
          `the values of ${isFloat ? 'a float32' : 'an int32'} image must be from 0 to ${maximum}, got ${value}`,
        );
      }
      bytes[4 * pixel + channel] = Math.round(value * scale);
    }
  }
  return bytes;
}

function drawBytes(
  bytes: Uint8ClampedArray,
  width: number,
  height: number,
  canvas: HTMLCanvasElement | OffscreenCanvas,
): void {
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d') as Context2D | null;
  if (!context) throw new TfwasmError('E_INPUT', 'the canvas has no 2d context');
  context.putImageData(new ImageData(bytes as Uint8ClampedArray<ArrayBuffer>, width, height), 0, 0);
}
