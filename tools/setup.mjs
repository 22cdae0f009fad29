// SPDX-License-Identifier: Apache-2.0
// Installs everything that building (and with --test, testing) needs. Fast if everything is installed.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMain } from './lib/main.mjs';
import { EMSCRIPTEN_VERSION, TOOLCHAIN } from './lib/paths.mjs';
import { Progress } from './lib/progress.mjs';
import { runMain } from './lib/run.mjs';
import { setUpEmscripten } from './setup/emscripten.mjs';
import { HOOKS_INSTALLED, setUpHooks } from './setup/hooks.mjs';
import { setUpNpmPackages } from './setup/npm-packages.mjs';
import { setUpRequirements } from './setup/requirements.mjs';
import { setUpThirdParty } from './setup/third-party.mjs';

/** The number of progress steps of setUp(). */
export const SETUP_STEPS = 4;

export async function setUp(progress, { forTest = false } = {}) {
  await progress.step('Compilers and tools', (note) => setUpRequirements(forTest, note));
  mkdirSync(TOOLCHAIN, { recursive: true });
  // Emscripten's scripts are CommonJS, unlike this package.
  const packageJson = join(TOOLCHAIN, 'package.json');
  if (!existsSync(packageJson)) writeFileSync(packageJson, '{ "type": "commonjs" }\n');
  await progress.step(`Emscripten ${EMSCRIPTEN_VERSION}`, setUpEmscripten);
  await progress.step('Third-party sources', setUpThirdParty);
  await progress.step('npm packages', setUpNpmPackages);
  if (forTest && (await setUpHooks())) console.log(HOOKS_INSTALLED);
}

if (isMain(import.meta.url)) {
  await runMain(() => setUp(new Progress(SETUP_STEPS), { forTest: process.argv.includes('--test') }));
}
