// SPDX-License-Identifier: Apache-2.0
// The camera. The page uses one, only while it is shown.

/** Whether a camera may be available: not on pages without HTTPS. */
export function mayHaveCamera() {
  return typeof navigator.mediaDevices?.getUserMedia === 'function';
}

/** Starts the camera and shows it. Throws an Error with a message for users. @param {HTMLVideoElement} video */
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
