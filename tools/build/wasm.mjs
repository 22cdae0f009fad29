// SPDX-License-Identifier: Apache-2.0
// Runs CMake for the WebAssembly variants and puts what comes out into dist/.
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUILD, DIST, ROOT } from '../lib/paths.mjs';
import { run, ToolError } from '../lib/run.mjs';
import { glueFileName, isThreaded, VARIANTS, wasmFileName } from '../lib/variants.mjs';
import { makeBundlable } from './glue.mjs';
import { minifyModule } from './minify.mjs';

/** Makes the build folder of a CMake preset, if it is not there yet. */
export async function configurePreset(preset, note) {
  const folder = join(BUILD, preset);
  if (existsSync(join(folder, 'build.ninja'))) return;
  // A configuration that failed half-way would be kept.
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

/** What Ninja printed without the progress and the command lines, which are a page long each. */
function interestingLines(output) {
  const isNoise = (line) => /^\[\d+\/\d+\] /.test(line) || line.includes(' -MF ') || line.startsWith('FAILED: ');
  return output
    .split('\n')
    .filter((line) => !isNoise(line))
    .join('\n');
}

export const buildVariant = (variant, note) => buildPreset(variant, 'tfwasm', note);

/** Copies the binaries and the glue of `variants`, all just built, into dist/. */
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

/** Binaries of an earlier build do not fit a glue that has changed since. */
function removeOutdated(name, glue, variants) {
  const file = join(DIST, name);
  if (existsSync(file) && readFileSync(file, 'utf8') === glue) return;
  for (const variant of VARIANTS) {
    if (glueFileName(variant) === name && !variants.includes(variant)) {
      rmSync(join(DIST, wasmFileName(variant)), { force: true });
    }
  }
}
