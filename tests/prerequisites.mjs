// SPDX-License-Identifier: Apache-2.0
// Prerequisites of tests beyond the repository's files. A test without its prerequisite is skipped with the reason,
// except in CI, where it fails.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import { findChromium } from '../tools/chromium.mjs';
import { findFlaskPython } from '../tools/flask.mjs';
import { ROOT } from '../tools/lib/paths.mjs';

const require = createRequire(import.meta.url);

function isInstalled(packageName) {
  return existsSync(path.join(ROOT, 'node_modules', packageName, 'package.json'));
}

const CHECKS = {
  dist: () => (existsSync(path.join(ROOT, 'dist/index.js')) ? null : 'dist/ is not built (npm run build)'),
  relaxed: () =>
    existsSync(path.join(ROOT, 'dist/tfwasm-relaxed.wasm'))
      ? null
      : 'dist/ has no build with relaxed SIMD (npm run build)',
  threads: () =>
    existsSync(path.join(ROOT, 'dist/tfwasm-simd-threads.wasm'))
      ? null
      : 'dist/ has no build with threads (npm run build)',
  models: () => (isInstalled('@vladmandic/human') ? null : 'the models are not installed (npm install)'),
  'layers-models': () =>
    isInstalled('@upscalerjs/esrgan-legacy') ? null : 'the models made of layers are not installed (npm install)',
  tfjs: () => {
    const parts = ['core', 'converter', 'backend-cpu'].map((part) => `@tensorflow/tfjs-${part}`);
    return parts.every(isInstalled) ? null : 'TensorFlow.js is not installed (npm install)';
  },
  'tfjs-data': () =>
    isInstalled('@tensorflow/tfjs-data') ? null : 'tf.data of TensorFlow.js is not installed (npm install)',
  jasmine: () => (isInstalled('jasmine-core') ? null : 'jasmine-core is not installed (npm install)'),
  chromium: () => {
    if (!isInstalled('playwright-core')) return 'playwright-core is not installed (npm install)';
    return findChromium() ? null : 'there is no Chromium (apt-get install chromium, or set CHROMIUM_PATH)';
  },
  typedoc: () =>
    existsSync(path.join(ROOT, 'tools/api-docs/node_modules/typedoc'))
      ? null
      : 'TypeDoc is not installed (npm install)',
  flask: () => (findFlaskPython() ? null : 'Flask is not installed (apt-get install python3-flask)'),
  bundlers: () => {
    const absent = ['esbuild', 'vite', 'webpack'].filter((name) => !isInstalled(name));
    return absent.length === 0 ? null : `${absent.join(', ')} not installed (npm install)`;
  },
};

/**
 * For the `skip` option of a test: false if everything named is available, else the reason. Always false in CI, where a
 * test without its prerequisite fails.
 *
 * @param {...keyof typeof CHECKS} names
 */
export function missing(...names) {
  if (process.env.CI) return false;
  const reasons = names.map((name) => CHECKS[name]()).filter(Boolean);
  return reasons.length === 0 ? false : reasons.join('; ');
}

/** Version of an installed package. */
export function installedVersion(packageName) {
  return require(path.join(ROOT, 'node_modules', packageName, 'package.json')).version;
}
