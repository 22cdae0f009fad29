// SPDX-License-Identifier: Apache-2.0
// Bundles js/: the entries index.js, inference.js and static.js, their common part common.js, and media.js, which
// common.js imports on demand.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DIST, ROOT, VERSION } from '../lib/paths.mjs';
import { ToolError } from '../lib/run.mjs';
import { minifyModule } from './minify.mjs';

const SOURCE = join(ROOT, 'js');

/** What the sources leave to the bundler. */
export const DEFINE = { TFWASM_VERSION: JSON.stringify(VERSION) };

const OPTIONS = {
  bundle: true,
  format: 'esm',
  platform: 'neutral',
  mainFields: ['module', 'main'],
  target: 'es2022',
  define: DEFINE,
  sourcemap: true,
  metafile: true,
  absWorkingDir: ROOT,
  // Emscripten's glue is a separate file: threads load it as a worker.
  external: ['./glue.js', './glue-threads.js', 'node:*'],
  logLevel: 'silent',
};

export async function bundleJavaScript() {
  const { metafile } = await bundle('common', 'common.ts', mediaApart);
  const inCommon = new Set(Object.keys(metafile.inputs).map((file) => join(ROOT, file)));
  for (const [name, source] of Object.entries({
    index: 'index.ts',
    inference: 'inference.ts',
    static: 'static.ts',
    media: 'storage-media.ts',
  })) {
    await bundle(name, source, commonApart(inCommon, name));
  }
}

async function bundle(name, source, plugin) {
  // Imported late, since setup may just have installed it.
  const { build } = await import('esbuild');
  const outfile = join(DIST, `${name}.js`);
  try {
    const result = await build({ ...OPTIONS, entryPoints: [join(SOURCE, source)], outfile, plugins: [plugin] });
    const { code, map } = await minifyModule(readFileSync(outfile, 'utf8'), {
      content: readFileSync(`${outfile}.map`, 'utf8'),
      url: `${name}.js.map`,
    });
    writeFileSync(outfile, code);
    writeFileSync(`${outfile}.map`, map);
    return result;
  } catch (error) {
    throw new ToolError('The JavaScript could not be bundled.', { output: error.message, cause: error });
  }
}

/** Keeps media.js, which is loaded on demand, out of common.js. */
const mediaApart = {
  name: 'media apart',
  setup({ onResolve }) {
    onResolve({ filter: /\/storage-media\.js$/ }, () => ({ path: './media.js', external: true }));
  },
};

/** Keeps common.js out of the other bundles, which import the parts listed in js/shared.ts from it. */
function commonApart(inCommon, name) {
  const shared = readFileSync(join(SOURCE, 'shared.ts'), 'utf8');
  const names = Array.from(shared.matchAll(/^export \{([^}]*)\}/gm), ([, list]) => list.split(','))
    .flat()
    .map((name) => name.trim())
    .filter(Boolean);
  // Pure calls, so that unused exports are dropped.
  const exports = names.map((name) => `export const ${name} = /* @__PURE__ */ (() => shared.${name})();`);
  const contents = ["import shared from './common.js';", ...exports].join('\n');
  return {
    name: 'common apart',
    setup({ onResolve, onLoad }) {
      // static.js imports the files of the others.
      onResolve({ filter: /^\.\/(common|index)\.js$/ }, ({ path }) => ({ path, external: true }));
      onResolve({ filter: /\/glue\.js$/ }, () => ({ path: './glue.js', external: true }));
      if (name !== 'media') mediaApart.setup({ onResolve });
      onResolve({ filter: /^\./ }, ({ path, resolveDir, kind }) => {
        const file = join(resolveDir, path).replace(/\.js$/, '.ts');
        return kind !== 'entry-point' && inCommon.has(file) ? { path: 'shared', namespace: 'shared' } : undefined;
      });
      onLoad({ filter: /./, namespace: 'shared' }, () => ({ contents, resolveDir: SOURCE }));
    },
  };
}
