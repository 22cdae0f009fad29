// SPDX-License-Identifier: Apache-2.0
// Runs CMake for the WebAssembly variants and installs the results into dist/.
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUILD, DIST, ROOT } from '../lib/paths.mjs';
import { run, ToolError } from '../lib/run.mjs';
import { glueFileName, isThreaded, VARIANTS, wasmFileName } from '../lib/variants.mjs';
import { makeBundlable } from './glue.mjs';
import { minifyModule } from './minify.mjs';

/** Configures a CMake preset, unless its build folder exists. */
export async function configurePreset(preset, note) {
  const folder = join(BUILD, preset);
  if (existsSync(join(folder, 'build.ninja'))) return;
  // CMake would keep an incomplete configuration.
  rmSync(join(folder, 'CMakeCache.txt'), { force: true });
  note('configuring');
  await run('cmake', ['--preset', preset], { cwd: ROOT }).catch((error) => {
    throw new ToolError(`CMake could not configure the preset "${preset}".`, { output: error.output, cause: error });
  });
}

/** Compiles `target` of a CMake preset. */
export async function buildPreset(preset, target, note) {
  await configurePreset(preset, note);
  const onOutput = (text) => {
    const counts = text.match(/\[\d+\/\d+\]/g);
    if (counts) note(counts.at(-1));
  };
  await run('cmake', ['--build', join(BUILD, preset), '--target', target], { cwd: ROOT, onOutput }).catch((error) => {
    const output = interestingLines(error.output ?? '');
    throw new ToolError(`The C++ of "${preset}" could not be compiled.`, { output, cause: error });
  });
  note('');
}

/** Ninja's output without progress and command lines, which are a page long each. */
function interestingLines(output) {
  const isNoise = (line) => /^\[\d+\/\d+\] /.test(line) || line.includes(' -MF ') || line.startsWith('FAILED: ');
  return output
    .split('\n')
    .filter((line) => !isNoise(line))
    .join('\n');
}

export const buildVariant = (variant, note) => buildPreset(variant, 'tfwasm', note);

/** Copies the binaries and the glue of the freshly built `variants` into dist/. */
export async function installVariants(variants) {
  const glues = new Map();
  for (const variant of variants) {
    const name = glueFileName(variant);
    const built = join(BUILD, variant, name);
    const { code: glue } = await minifyModule(
      makeBundlable(readFileSync(built, 'utf8'), { threads: isThreaded(variant) }),
    );
    if (glues.has(name) && glues.get(name) !== glue) {
      throw new ToolError(
        `${built} differs from that of another variant; they must be the same, since a page loads one for both.`,
      );
    }
    glues.set(name, glue);
  }
  for (const [name, glue] of glues) {
    removeOutdated(name, glue, variants);
    writeFileSync(join(DIST, name), glue);
  }
  for (const variant of variants) {
    const built = join(BUILD, variant, glueFileName(variant).replace(/\.js$/, '.wasm'));
    copyFileSync(built, join(DIST, wasmFileName(variant)));
  }
}

/** Removes binaries of an earlier build that do not match the new glue. */
function removeOutdated(name, glue, variants) {
  const file = join(DIST, name);
  if (existsSync(file) && readFileSync(file, 'utf8') === glue) return;
  for (const variant of VARIANTS) {
    if (glueFileName(variant) === name && !variants.includes(variant)) {
      rmSync(join(DIST, wasmFileName(variant)), { force: true });
    }
  }
}
