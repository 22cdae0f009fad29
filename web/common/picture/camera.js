// SPDX-License-Identifier: Apache-2.0
// One camera for the whole page, on only while somebody looks through it.

/** Whether there may be one: pages without HTTPS have none. */
export function mayHaveCamera() {
  return typeof navigator.mediaDevices?.getUserMedia === 'function';
}

/** Turns the camera on and shows it. Throws an Error in words. @param {HTMLVideoElement} video */
export async function startCamera(video) {
  try {
    video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 640 } } });
  } catch (error) {
    throw new Error(cameraProblem(error), { cause: error });
  }
  await video.play();
}

/** @param {HTMLVideoElement} video */
export function stopCamera(video) {
  for (const track of video.srcObject?.getTracks() ?? []) track.stop();
  video.srcObject = null;
}

function cameraProblem({ name, message }) {
  if (name === 'NotAllowedError') return 'The browser was not allowed to use the camera.';
  if (name === 'NotFoundError') return 'There is no camera here.';
  if (name === 'NotReadableError') return 'The camera is used by another program.';
  return `The camera does not work: ${message}`;
}
