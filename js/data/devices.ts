// SPDX-License-Identifier: Apache-2.0
// Images and sound of devices, in browsers.
import { loadStreams } from './loader.js';
import type { MicrophoneIterator } from './streams/microphone.js';
import type { WebcamIterator } from './streams/webcam.js';
import type { MicrophoneConfig, WebcamConfig } from './types.js';

/**
 * Opens a camera. The browser asks the user.
 *
 * ```js
 * const camera = await tf.data.webcam(undefined, { resizeWidth: 224, resizeHeight: 224 });
 * const image = await camera.capture();
 * image.dispose();
 * camera.stop();
 * ```
 *
 * @param webcamVideoElement Shows the images. Without, the configuration needs `resizeWidth` and `resizeHeight`.
 * @throws E_INPUT, or E_DEVICE if there is no camera or the user does not allow it.
 */
export async function webcam(
  webcamVideoElement?: HTMLVideoElement,
  webcamConfig: WebcamConfig = {},
): Promise<WebcamIterator> {
  return (await loadStreams()).openWebcam(webcamVideoElement ?? undefined, webcamConfig ?? {});
}

/**
 * Opens a microphone. The browser asks the user.
 *
 * ```js
 * const microphone = await tf.data.microphone({ includeWaveform: true });
 * const { spectrogram, waveform } = await microphone.capture();
 * tf.dispose([spectrogram, waveform]);
 * microphone.stop();
 * ```
 *
 * @throws E_INPUT, or E_DEVICE if there is no microphone or the user does not allow it.
 */
export async function microphone(microphoneConfig: MicrophoneConfig = {}): Promise<MicrophoneIterator> {
  return (await loadStreams()).openMicrophone(microphoneConfig ?? {});
}
