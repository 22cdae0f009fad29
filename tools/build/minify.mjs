// SPDX-License-Identifier: Apache-2.0

/**
 * Minifies a module. Also removes unused nested functions.
 *
 * @param {string} source
 * @param {{content: string, url: string}} [sourceMap] The map of `source`, and the name of the new one.
 * @returns {Promise<{code: string, map: string | undefined}>}
 */
export async function minifyModule(source, sourceMap) {
  // Imported late, since setup may just have installed it.
  const { minify } = await import('terser');
  const { code, map } = await minify(source, {
    module: true,
    ecma: 2020,
    compress: { passes: 3, unsafe_arrows: true },
    // Hints to bundlers, inside import().
    format: { comments: /webpackIgnore|@vite-ignore/ },
    ...(sourceMap ? { sourceMap } : {}),
  });
  return { code, map };
}
