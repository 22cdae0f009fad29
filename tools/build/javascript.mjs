// SPDX-License-Identifier: Apache-2.0
// Bundles js/: the entries index.js, inference.js, static.js, convert.js and worker.js, their common part common.js, and
// media.js, keras-files.js, operations.js, data.js, model-files.js, training.js and adapt.js, which they import on
// demand; worker-main.js, the script of the worker; and cli.js, the command line.
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DIST, ROOT, VERSION } from '../lib/paths.mjs';
import { ToolError } from '../lib/run.mjs';
import { copyLicence } from './licences.mjs';
import { minifyModule } from './minify.mjs';

const SOURCE = join(ROOT, 'js');
const COMMON = join(SOURCE, 'common.ts');

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

/** The bundles that are loaded on demand, by the module that has their exports. */
const ON_DEMAND = {
  'storage-media': 'media',
  'keras-files/index': 'keras-files',
  'layers/operations/index': 'operations',
  'data/streams/index': 'data',
  'layers/adapt': 'adapt',
  'training/on-demand/index': 'training',
  'layers-model/files/index': 'model-files',
};

/** The HDF5 library, which keras-files.js loads for unusual files. It is a bundle already. */
const HDF5_LIBRARY = join(ROOT, 'node_modules/h5wasm/dist/esm/hdf5_util.js');

export async function bundleJavaScript() {
  const { metafile } = await bundle('common', 'common.ts', onDemandApart());
  const inCommon = new Set(Object.keys(metafile.inputs).map((file) => join(ROOT, file)));
  for (const [name, source] of Object.entries({
    index: 'index.ts',
    inference: 'inference.ts',
    static: 'static.ts',
    convert: 'convert.ts',
    worker: 'worker.ts',
    'worker-main': 'worker-main.ts',
    ...Object.fromEntries(Object.entries(ON_DEMAND).map(([source, name]) => [name, `${source}.ts`])),
  })) {
    await bundle(name, source, commonApart(inCommon, name));
  }
  await bundle('cli', 'cli/main.ts', entriesApart());
  copyFileSync(HDF5_LIBRARY, join(DIST, 'hdf5-library.js'));
  for (const name of ['fflate', 'h5wasm']) copyLicence(name, DIST);
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

/** Keeps what is loaded on demand out of the bundle of this name. */
function onDemandApart(bundle) {
  return {
    name: 'on demand apart',
    setup({ onResolve }) {
      for (const [source, name] of Object.entries(ON_DEMAND)) {
        if (name === bundle) continue;
        onResolve({ filter: new RegExp(`/${source}\\.js$`) }, () => ({ path: `./${name}.js`, external: true }));
      }
    },
  };
}

/** The command line imports the entries when it needs them. */
function entriesApart() {
  return {
    name: 'entries apart',
    setup({ onResolve }) {
      onResolve({ filter: /^\.\.\/(convert|index)\.js$/ }, ({ path }) => ({ path: path.slice(1), external: true }));
    },
  };
}

/** The names and the files in a list of exports. */
function readExports(file) {
  const lines = readFileSync(join(SOURCE, file), 'utf8').matchAll(/^export \{([^}]*)\} from '(.*)\.js'/gm);
  const found = Array.from(lines, ([, names, path]) => ({
    names: names.split(',').map((name) => name.trim()),
    file: join(SOURCE, `${path}.ts`),
  }));
  return { names: found.flatMap(({ names }) => names).filter(Boolean), files: found.map(({ file }) => file) };
}

/** A module with names that are members of an object of common.js. */
function moduleOf(names, object) {
  // Pure calls, so that unused exports are dropped.
  const exports = names.map((name) => `export const ${name} = /* @__PURE__ */ (() => ${object}.${name})();`);
  return ["import shared from './common.js';", ...exports].join('\n');
}

/**
 * Keeps common.js out of the other bundles, which import the parts listed in js/shared.ts from it; those loaded on demand
 * also the parts of index.js listed in js/shared-index.ts.
 */
function commonApart(inCommon, name) {
  const index = readExports('shared-index.ts');
  const contents = {
    shared: moduleOf(readExports('shared.ts').names, 'shared'),
    index: moduleOf(index.names, 'shared.indexParts'),
  };
  const inIndex = new Set(Object.values(ON_DEMAND).includes(name) ? index.files : []);
  return {
    name: 'common apart',
    setup({ onResolve, onLoad }) {
      // static.js imports the files of the others.
      onResolve({ filter: /^\.\/(common|index)\.js$/ }, ({ path }) => ({ path, external: true }));
      onResolve({ filter: /\/glue\.js$/ }, () => ({ path: './glue.js', external: true }));
      onDemandApart(name).setup({ onResolve });
      onResolve({ filter: /^\./ }, ({ path, resolveDir, kind }) => {
        const file = join(resolveDir, path).replace(/\.js$/, '.ts');
        if (file === COMMON) return { path: './common.js', external: true };
        if (kind === 'entry-point') return undefined;
        if (inIndex.has(file)) return { path: 'index', namespace: 'shared' };
        return inCommon.has(file) ? { path: 'shared', namespace: 'shared' } : undefined;
      });
      onLoad({ filter: /./, namespace: 'shared' }, ({ path }) => ({ contents: contents[path], resolveDir: SOURCE }));
    },
  };
}
