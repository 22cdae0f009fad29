// SPDX-License-Identifier: Apache-2.0
// Bundles the tests of TensorFlow.js with tfwasm in place of what they test.
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const require = createRequire(import.meta.url);
const CORE = path.join(path.dirname(require.resolve('@tensorflow/tfjs-core/package.json')), 'dist');
const JASMINE_UTIL = fileURLToPath(new URL('./jasmine-util.mjs', import.meta.url));

/** Modules of TensorFlow.js that only help tests. They stay. */
const HELPERS = new Set(['test_util', 'image_test_util', 'ops/rand_util', 'ops/identity_pool_test', 'ops/reduce_util']);
/** What these helpers need of the engine, see peer.mjs. */
const BELOW_HELPERS = new Set(['engine', 'environment', 'tensor_util_env']);

/** The test files, as paths in the package without "_test.js": ["ops/add", ...]. */
export function testFiles() {
  return readdirSync(CORE, { recursive: true })
    .filter((file) => file.endsWith('_test.js'))
    .map((file) => file.replaceAll(path.sep, '/').slice(0, -'_test.js'.length))
    .sort();
}

/** Writes one script that describes the tests of `files`. It needs the globals that child.mjs sets. */
export async function bundleTests(files, outfile) {
  const describeFile = (file) =>
    `describeFile(${JSON.stringify(file)}, () => require(${JSON.stringify(path.join(CORE, `${file}_test.js`))}));`;
  await build({
    stdin: { contents: files.map(describeFile).join('\n'), resolveDir: CORE },
    bundle: true,
    format: 'cjs',
    platform: 'node',
    keepNames: true,
    outfile,
    logLevel: 'error',
    plugins: [peer],
  });
}

/** Replaces modules of TensorFlow.js by those of `conformancePeer`, a global variable. */
const peer = {
  name: 'peer',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\./ }, ({ path: spec, resolveDir, importer }) => {
      const file = path.resolve(resolveDir, spec);
      if (!file.startsWith(CORE)) return undefined;
      const name = path.relative(CORE, file).replaceAll(path.sep, '/').replace(/\.js$/, '');
      if (name === 'jasmine_util') return { path: JASMINE_UTIL };
      const isTest = importer.endsWith('_test.js') && !importer.endsWith('identity_pool_test.js');
      const stays = isTest ? HELPERS.has(name) : !BELOW_HELPERS.has(name) && name !== 'index';
      return stays ? undefined : { path: name, namespace: 'peer' };
    });
    onLoad({ filter: /.*/, namespace: 'peer' }, ({ path: name }) => {
      const module = `conformancePeer(${JSON.stringify(name)})`;
      if (name !== 'index') return { contents: `module.exports = ${module};` };
      const testUtil = JSON.stringify(path.join(CORE, 'test_util.js'));
      return {
        contents: `module.exports = { ...${module}, get test_util() { return require(${testUtil}); } };`,
        resolveDir: CORE,
      };
    });
  },
};
