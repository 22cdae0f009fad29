// SPDX-License-Identifier: Apache-2.0
// Images of a camera.
import { browser, cast, expandDims, image, round, squeeze, type Tensor3D, type Tensor4D, tidy } from '../../common.js';
import { check, TfwasmError } from '../../core/errors.js';
import type { WebcamConfig } from '../types.js';
import { deviceError, openDevice, stopTracks } from './devices.js';
import { DONE, LazyIterator } from './lazy-iterator.js';

/** Opens a camera. Throws E_INPUT or E_DEVICE. */
export async function openWebcam(element: HTMLVideoElement | undefined, config: WebcamConfig): Promise<WebcamIterator> {
  checkConfig(config);
  check(typeof document === 'object', 'tf.data.webcam is only supported in browser environment.', 'E_DEVICE');
  const iterator = new WebcamIterator(element ?? hiddenElement(config), config);
  await iterator.start();
  return iterator;
}

function checkConfig({ facingMode, resizeWidth, resizeHeight, centerCrop }: WebcamConfig): void {
  check(
    facingMode === undefined || facingMode === 'user' || facingMode === 'environment',
    `Invalid webcam facing mode: ${facingMode}. Please provide 'user' or 'environment'`,
  );
  for (const size of [resizeWidth, resizeHeight]) {
    check(size === undefined || (Number.isInteger(size) && size > 0), `an image cannot be ${size} pixels wide or high`);
  }
  check(!centerCrop || (!!resizeWidth && !!resizeHeight), 'centerCrop needs resizeWidth and resizeHeight');
}

function hiddenElement({ resizeWidth, resizeHeight }: WebcamConfig): HTMLVideoElement {
  check(
    !!resizeWidth && !!resizeHeight,
    'Please provide webcam video element, or resizeWidth and resizeHeight to create a hidden video element.',
  );
  const element = document.createElement('video');
  element.width = resizeWidth;
  element.height = resizeHeight;
  element.muted = true;
  element.playsInline = true;
  return element;
}

/** The current image of a camera, at each call of `next()`. */
export class WebcamIterator extends LazyIterator<Tensor3D> {
  readonly #element: HTMLVideoElement;
  readonly #config: WebcamConfig;
  #stream: MediaStream | undefined;

  /** @internal Use tf.data.webcam(). */
  constructor(element: HTMLVideoElement, config: WebcamConfig) {
    super('webcam', async () => DONE);
    this.#element = element;
    this.#config = config;
  }

  /** Opens the camera, again after `stop()`. Resolves when there is an image. Throws E_DEVICE. */
  async start(): Promise<void> {
    this.stop();
    const { deviceId, facingMode = 'user' } = this.#config;
    const element = this.#element;
    const video: MediaTrackConstraints = { facingMode };
    if (element.width > 0) video.width = element.width;
    if (element.height > 0) video.height = element.height;
    if (deviceId !== undefined) video.deviceId = deviceId;
    const stream = await openDevice('webcam', { video });
    try {
      const hasImage = new Promise((resolve) => element.addEventListener('loadeddata', resolve, { once: true }));
      element.srcObject = stream;
      await element.play();
      await hasImage;
    } catch (error) {
      stopTracks(stream);
      throw deviceError('webcam', error);
    }
    this.#stream = stream;
  }

  /**
   * [height, width, 3] from 0 to 255: float32 if the configuration has another size than the video element, else int32.
   * Belongs to the caller.
   */
  override async next(): Promise<IteratorResult<Tensor3D>> {
    if (!this.#stream) return DONE;
    return { value: tidy(() => this.#fit(browser.fromPixels(this.#element))), done: false };
  }

  /** The current image, as `next()` gives it; null after `stop()`. */
  async capture(): Promise<Tensor3D> {
    return (await this.next()).value;
  }

  #fit(frame: Tensor3D): Tensor3D {
    const { resizeWidth, resizeHeight } = this.#config;
    if (!resizeWidth || !resizeHeight) return frame;
    const fits = resizeWidth === frame.shape[1] && resizeHeight === frame.shape[0];
    const resized = fits ? frame : this.cropAndResizeFrame(frame);
    // Depends on the configuration only, not on what the camera can do.
    const isAskedFor = this.#element.width === resizeWidth && this.#element.height === resizeHeight;
    return cast(isAskedFor && !fits ? round(resized) : resized, isAskedFor ? 'int32' : 'float32');
  }

  /** An image with the size of the configuration, float32. */
  cropAndResizeFrame(img: Tensor3D): Tensor3D {
    const { resizeWidth: width = img.shape[1], resizeHeight: height = img.shape[0], centerCrop } = this.#config;
    // What part of the image the result shows. The sizes of the element are those that the camera was asked for.
    const rows = centerCrop ? height / (this.#element.height || img.shape[0]) : 1;
    const columns = centerCrop ? width / (this.#element.width || img.shape[1]) : 1;
    const box = [(1 - rows) / 2, (1 - columns) / 2, (1 + rows) / 2, (1 + columns) / 2];
    return tidy(() => {
      const batch = expandDims(cast(img, 'float32'), 0) as Tensor4D;
      return squeeze(image.cropAndResize(batch, [box], [0], [height, width], 'bilinear'), [0]) as Tensor3D;
    });
  }

  /** Switches the camera off. */
  stop(): void {
    if (!this.#stream) return;
    stopTracks(this.#stream);
    this.#stream = undefined;
    this.#element.srcObject = null;
  }

  override async return(): Promise<IteratorResult<Tensor3D>> {
    this.stop();
    return DONE;
  }

  /** Throws E_INPUT: a camera does not end. */
  override toArray(): never {
    throw new TfwasmError('E_INPUT', 'Can not convert infinite video stream to array.');
  }
}
