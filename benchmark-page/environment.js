// SPDX-License-Identifier: Apache-2.0
// The environment of a measurement.

/** Modules that validate only if the browser supports the feature. */
const MODULES = {
  // i32.const 0, i8x16.splat
  simd: [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253, 15, 11],
  // The same, then i8x16.relaxed_swizzle
  'relaxed simd': [
    ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0],
    ...[10, 15, 1, 13, 0, 65, 0, 253, 15, 65, 0, 253, 15, 253, 128, 2, 11],
  ],
};

function hasInstruction(name) {
  return WebAssembly.validate(Uint8Array.from(MODULES[name]));
}

/** The reason why threads cannot be used here; null if they can. */
export function whyNoThreads() {
  if (globalThis.crossOriginIsolated) return null;
  return (
    'Threads are off: they share memory, and browsers give shared memory only to cross-origin isolated pages. ' +
    'The server has to send the headers “Cross-Origin-Opener-Policy: same-origin” and ' +
    '“Cross-Origin-Embedder-Policy: require-corp” with this page.'
  );
}

/** The GPU behind WebGL; null if there is none, or only a software renderer. */
export function findGpu() {
  try {
    const context = new OffscreenCanvas(1, 1).getContext('webgl2', { failIfMajorPerformanceCaveat: true });
    const { UNMASKED_RENDERER_WEBGL } = context.getExtension('WEBGL_debug_renderer_info') ?? {};
    const renderer = context.getParameter(UNMASKED_RENDERER_WEBGL ?? context.RENDERER);
    context.getExtension('WEBGL_lose_context')?.loseContext();
    return /swiftshader|llvmpipe|software|basic render/i.test(renderer) ? null : renderer;
  } catch {
    return null;
  }
}

/** "Chromium 156" */
function browserName() {
  const brands = navigator.userAgentData?.brands?.filter(({ brand }) => !/not.?a.?brand/i.test(brand)) ?? [];
  const brand = brands.find((item) => item.brand !== 'Chromium') ?? brands[0];
  if (brand) return `${brand.brand} ${brand.version}`;
  const match = /(Firefox|Version|Chrome)\/([\d.]+)/.exec(navigator.userAgent);
  return match ? `${match[1] === 'Version' ? 'Safari' : match[1]} ${match[2]}` : navigator.userAgent;
}

/**
 * @typedef {object} Environment
 * @property {string} browser
 * @property {string} userAgent
 * @property {number} cores Logical processors, as reported by the browser.
 * @property {number | null} memoryGb As reported by the browser.
 * @property {boolean} isolated Whether the page is cross-origin isolated.
 * @property {string[]} features WebAssembly features.
 * @property {string | null} gpu The GPU behind WebGL.
 *
 * @returns {Environment}
 */
export function describeEnvironment() {
  const threads = globalThis.crossOriginIsolated && typeof SharedArrayBuffer === 'function';
  return {
    browser: browserName(),
    userAgent: navigator.userAgent,
    cores: navigator.hardwareConcurrency ?? 1,
    memoryGb: navigator.deviceMemory ?? null,
    isolated: globalThis.crossOriginIsolated === true,
    features: [...Object.keys(MODULES).filter(hasInstruction), ...(threads ? ['threads'] : [])],
    gpu: findGpu(),
  };
}
