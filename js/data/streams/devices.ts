// SPDX-License-Identifier: Apache-2.0
// Cameras and microphones.
import { check, describeError, TfwasmError } from '../../core/errors.js';

/** Asks for a camera or a microphone. Throws E_DEVICE if there is none, or if the user does not allow it. */
export async function openDevice(name: string, constraints: MediaStreamConstraints): Promise<MediaStream> {
  const devices = (globalThis.navigator as Partial<Navigator> | undefined)?.mediaDevices;
  check(
    typeof devices?.getUserMedia === 'function',
    `tf.data.${name} is only supported in browser environment, on pages with HTTPS`,
    'E_DEVICE',
  );
  try {
    return await devices.getUserMedia(constraints);
  } catch (error) {
    throw deviceError(name, error);
  }
}

export function deviceError(name: string, error: unknown): TfwasmError {
  if (error instanceof TfwasmError) return error;
  const kind = (error as Partial<Error> | null)?.name;
  const message = `tf.data.${name} cannot use the device: ${kind ? `${kind}: ` : ''}${describeError(error)}`;
  return new TfwasmError('E_DEVICE', message, { cause: error });
}

export function stopTracks(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
