// SPDX-License-Identifier: Apache-2.0
// Where TensorFlow.js is loaded from: next to the page, or, if the user allows it, from a CDN.

const CDN_HOST = 'cdn.jsdelivr.net';
/** An exact version, so that results state what was measured. */
const TFJS_VERSION = '4.22.0';
const FOLDERS = {
  local: (part) => new URL(`../tfjs/tfjs-${part}/dist/`, import.meta.url).href,
  cdn: (part) => `https://${CDN_HOST}/npm/@tensorflow/tfjs-${part}@${TFJS_VERSION}/dist/`,
};

/** The files that TensorFlow.js's users load. They also run as modules: they set a global. */
const FILES = {
  core: 'tf-core.min.js',
  'backend-cpu': 'tf-backend-cpu.min.js',
  'backend-wasm': 'tf-backend-wasm.min.js',
  'backend-webgl': 'tf-backend-webgl.min.js',
  converter: 'tf-converter.min.js',
};

/**
 * The URLs of a TensorFlow.js package.
 *
 * @param {'local' | 'cdn'} place
 * @param {keyof typeof FILES} part
 * @returns {{script: string, folder: string}} folder: with a trailing slash.
 */
export function tfjsPackage(place, part) {
  const folder = FOLDERS[place](part);
  return { script: folder + FILES[part], folder };
}

/** Whether TensorFlow.js is next to the page, by a small request. */
export async function hasLocalTfjs() {
  try {
    const response = await fetch(tfjsPackage('local', 'core').script, { method: 'HEAD' });
    return response.ok && !(response.headers.get('content-type') ?? '').includes('html');
  } catch {
    return false;
  }
}
