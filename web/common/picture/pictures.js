// SPDX-License-Identifier: Apache-2.0
// Where pictures come from: the sample photograph, or a file.

const PHOTOGRAPH_URL = new URL('../../images/astronaut.png', import.meta.url).href;

export const PHOTOGRAPH_CAPTION = 'Astronaut Eileen Collins. NASA, public domain.';

/** The sample photograph. @returns {Promise<ImageBitmap>} Rejects with an Error in words. */
export async function loadPhotograph() {
  const response = await fetch(PHOTOGRAPH_URL);
  if (!response.ok) throw new Error(`The photograph could not be loaded: HTTP status ${response.status}.`);
  return createImageBitmap(await response.blob());
}

/** A picture that the visitor chose. @returns {Promise<ImageBitmap>} Rejects with an Error in words. */
export function readPicture(file) {
  return createImageBitmap(file).catch((error) => {
    throw new Error(`${file.name} is not a picture that the browser can read.`, { cause: error });
  });
}
