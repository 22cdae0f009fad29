// SPDX-License-Identifier: Apache-2.0
// Bundles js/ into index.js, which every page loads, and media.js, which index.js loads on demand.
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
  const { metafile } = await bundle('index', 'index.ts', mediaApart);
  const inIndex = new Set(Object.keys(metafile.inputs).map((file) => join(ROOT, file)));
  await bundle('media', 'storage-media.ts', sharedVariables(inIndex));
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

/** Keeps media.js, which is loaded on demand, out of index.js. */
const mediaApart = {
  name: 'media apart',
  setup({ onResolve }) {
    onResolve({ filter: /\/storage-media\.js$/ }, () => ({ path: './media.js', external: true }));
  },
};

/** In media.js, replaces modules that are in index.js by the variables of js/shared-with-media.ts. */
function sharedVariables(inIndex) {
  const shared = readFileSync(join(SOURCE, 'shared-with-media.ts'), 'utf8');
  const names = Array.from(shared.matchAll(/^export \{([^}]*)\}/gm), ([, list]) => list.split(','))
    .flat()
    .map((name) => name.trim())
    .filter(Boolean);
  const list = names.join(', ');
  const contents = `export let ${list};\nexport function connect(shared) { ({ ${list} } = shared); }`;
  return {
    name: 'shared variables',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\./ }, ({ path, resolveDir, kind }) => {
        const file = join(resolveDir, path).replace(/\.js$/, '.ts');
        return kind !== 'entry-point' && inIndex.has(file) ? { path: 'shared', namespace: 'shared' } : undefined;
      });
      onLoad({ filter: /./, namespace: 'shared' }, () => ({ contents }));
    },
  };
}
