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
  layers: 'tf-layers.min.js',
};

/** The binaries of the wasm backend that browsers with SIMD use, for one thread and for several. */
const BINARIES = ['tfjs-backend-wasm-simd.wasm', 'tfjs-backend-wasm-threaded-simd.wasm'];

/** SHA-384 hashes of what the CDN has to send. */
export const HASHES = {
  'tf-core.min.js': 'ZVckeGw84RpbmPMzx1s9LFUqIaeIsG46rmlH/HynDuJikkmGLnTDnEmT0CrKI6Yi',
  'tf-backend-cpu.min.js': 'gZf8Y2Jsk28VIIkZjV2+JG6Gi+OiYGFalXGsYGOyyFabJ0GwWEc2FguAPIal3tvJ',
  'tf-backend-wasm.min.js': '8zJmraBl5B7v26aoZux6x4HhlWKyW2wD1RVC4LUkQxHS99ATPEvmsTL6D44t0Acv',
  'tf-backend-webgl.min.js': 'PAbE0QuTSZkDuS/hX4MEx1MZ0Nwd+mkb2Znz35ZqGDjb36klpR8/mCpykhdd7uHW',
  'tf-converter.min.js': 'sTQbAoegStaraHP3ijlE4F66mBcvLpX2zRxhhZqVsfVTGLsKLw6X3AMEyo18XygJ',
  'tf-layers.min.js': 'x+k540hR3rtlh71lOriX5sF/xqz2VnhMgARYLa5IjV+7pwArlppSfPwZzaE6NrpF',
  'tfjs-backend-wasm-simd.wasm': 'K3GxiUF8sNsf8m8ZYuEKWXFARCxCn0erZqbTdbYOpxeDRf0k+CWFF5gZ3xbW4cez',
  'tfjs-backend-wasm-threaded-simd.wasm': 'EuJw7PP3AQ4wqZVHrEgsG4/kh0NOitIk4QYoE+NEXyq03nKu/1qfVy0MSCwvvzMK',
};

const urlOf = (place, part, file) => FOLDERS[place](part) + file;

/** The same content at a URL that can be imported. Throws if the content is not the expected one. */
async function verified(url, file, type) {
  let response;
  try {
    response = await fetch(url, { integrity: `sha384-${HASHES[file]}` });
  } catch (error) {
    throw new Error(`${url} cannot be fetched, or is not the file that was expected.`, { cause: error });
  }
  if (!response.ok) throw new Error(`${url} cannot be fetched: status ${response.status}.`);
  return URL.createObjectURL(new Blob([await response.arrayBuffer()], { type }));
}

/**
 * The URL of a script of TensorFlow.js. From the CDN it is fetched and checked.
 *
 * @param {'local' | 'cdn'} place
 * @param {keyof typeof FILES} part
 */
export async function tfjsScript(place, part) {
  const url = urlOf(place, part, FILES[part]);
  return place === 'cdn' ? verified(url, FILES[part], 'text/javascript') : url;
}

/**
 * The argument of TensorFlow.js's setWasmPaths(). From the CDN, the binary is fetched and checked.
 *
 * @param {'local' | 'cdn'} place
 */
export async function tfjsWasmPaths(place, threads) {
  if (place !== 'cdn') return FOLDERS[place]('backend-wasm');
  const file = BINARIES[threads === 1 ? 0 : 1];
  const url = await verified(urlOf(place, 'backend-wasm', file), file, 'application/wasm');
  // The function wants to know all binaries, but uses one.
  return {
    ...Object.fromEntries(['tfjs-backend-wasm.wasm', ...BINARIES].map((name) => [name, 'data:,'])),
    [file]: url,
  };
}

/** Whether TensorFlow.js is next to the page, by a small request. */
export async function hasLocalTfjs() {
  try {
    const response = await fetch(urlOf('local', 'core', FILES.core), { method: 'HEAD' });
    return response.ok && !(response.headers.get('content-type') ?? '').includes('html');
  } catch {
    return false;
  }
}
