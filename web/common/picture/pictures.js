// SPDX-License-Identifier: Apache-2.0
// Loads pictures: the sample photograph, or a file.

const PHOTOGRAPH_URL = new URL('../../images/astronaut.png', import.meta.url).href;

export const PHOTOGRAPH_CAPTION = 'Astronaut Eileen Collins. NASA, public domain.';

/** The sample photograph. @returns {Promise<ImageBitmap>} Rejects with an Error with a message for users. */
export async function loadPhotograph() {
  const response = await fetch(PHOTOGRAPH_URL);
  if (!response.ok) throw new Error(`The photograph could not be loaded: HTTP status ${response.status}.`);
  return createImageBitmap(await response.blob());
}

/** Decodes a picture file. @returns {Promise<ImageBitmap>} Rejects with an Error with a message for users. */
export function readPicture(file) {
  return createImageBitmap(file).catch((error) => {
    throw new Error(`${file.name} is not a picture that the browser can read.`, { cause: error });
  });
}
