// SPDX-License-Identifier: Apache-2.0
// The only test for Node.js. The build puts it into Emscripten's glue, too (tools/build/glue.mjs).

/**
 * Whether this is Node.js, or has its modules, like Deno and Bun. False in pages with a polyfill of `process`, in
 * Electron's renderers, and in Cloudflare's workers.
 */
export function isNode(): boolean {
  const { process, navigator } = globalThis as {
    process?: { versions?: { node?: unknown }; type?: string; getBuiltinModule?: unknown };
    navigator?: { userAgent?: string };
  };
  return (
    // Polyfills are plain objects. "renderer" and "worker" are those of Electron.
    Object.prototype.toString.call(process) === '[object process]' &&
    typeof process?.versions?.node === 'string' &&
    process.type !== 'renderer' &&
    process.type !== 'worker' &&
    navigator?.userAgent !== 'Cloudflare-Workers'
  );
}
