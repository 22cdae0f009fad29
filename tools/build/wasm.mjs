// SPDX-License-Identifier: Apache-2.0
// Runs CMake for the WebAssembly variants and installs the results into dist/.
import { copyFileSync, existsSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { requireLlvm } from '../lib/llvm.mjs';
import { BUILD, DIST, ROOT } from '../lib/paths.mjs';
import { run, ToolError } from '../lib/run.mjs';
import {
  cmakeTarget,
  glueFileName,
  isThreaded,
  linksOf,
  VARIANTS,
  wasmFileName,
  wasmFileNames,
} from '../lib/variants.mjs';
import { makeBundlable, nodeDetection } from './glue.mjs';
import { minifyModule } from './minify.mjs';

/** Configures a CMake preset of the checkout `root`, unless its build folder is up to date. */
export async function configurePreset(preset, note, root = ROOT) {
  if (await configureFolder(preset, note, root)) return;
  await runCMake(preset, ['--build', join(root, 'build', preset), '--target', 'build.ninja'], root);
}

/**
 * Configures a CMake preset, unless its build folder is configured for this checkout and these presets; returns whether
 * it did. Ninja does so when other CMake files have changed.
 */
async function configureFolder(preset, note, root) {
  const folder = join(root, 'build', preset);
  const cache = join(folder, 'CMakeCache.txt');
  const source = sourceFolderOf(folder);
  const isNew = (file) => statSync(join(root, file)).mtimeMs > statSync(cache).mtimeMs;
  if (source === root && existsSync(join(folder, 'build.ninja')) && !isNew('CMakePresets.json')) return false;
  // CMake would keep an incomplete configuration. A folder that was copied or moved with its checkout has absolute paths:
  // Ninja would compile the sources of the old checkout, and shrink the binary there.
  if (source === root) rmSync(cache);
  else rmSync(folder, { recursive: true, force: true });
  note('configuring');
  await runCMake(preset, ['--preset', preset, ...(preset === 'host' ? nativeCompilers() : [])], root);
  return true;
}

const runCMake = (preset, options, root) =>
  run('cmake', options, { cwd: root }).catch((error) => {
    throw new ToolError(`CMake could not configure the preset "${preset}".`, { output: error.output, cause: error });
  });

/** The checkout that a build folder was configured for; undefined if it was not configured. */
export function sourceFolderOf(folder) {
  const cache = join(folder, 'CMakeCache.txt');
  const line = existsSync(cache) && /^CMAKE_HOME_DIRECTORY:INTERNAL=(.*)$/m.exec(readFileSync(cache, 'utf8'));
  if (!line) return undefined;
  return existsSync(line[1]) ? realpathSync(line[1]) : line[1];
}

/** The names of the compilers depend on the machine. */
const nativeCompilers = () => [
  `-DCMAKE_C_COMPILER=${requireLlvm('clang')}`,
  `-DCMAKE_CXX_COMPILER=${requireLlvm('clang++')}`,
];

/** Builds one or several targets of a CMake preset. */
export async function buildPreset(preset, targets, note) {
  await configureFolder(preset, note, ROOT);
  const onOutput = (text) => {
    const counts = text.match(/\[\d+\/\d+\]/g);
    if (counts) note(counts.at(-1));
  };
  await run('cmake', ['--build', join(BUILD, preset), '--target', ...[targets].flat()], { cwd: ROOT, onOutput }).catch(
    (error) => {
      const output = interestingLines(error.output ?? '');
      throw new ToolError(`The C++ of "${preset}" could not be compiled.`, { output, cause: error });
    },
  );
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

/** Builds a variant. Its links run in parallel. */
export const buildVariant = (variant, note) => buildPreset(variant, linksOf(variant).map(cmakeTarget), note);

/** Copies the binaries and the glue of the freshly built `variants` into dist/. */
export async function installVariants(variants) {
  const glues = new Map();
  const detection = await nodeDetection();
  for (const { variant, folder } of builtLinks(variants)) {
    const name = glueFileName(variant);
    const built = join(folder, name);
    const { code: glue } = await minifyModule(
      makeBundlable(readFileSync(built, 'utf8'), { threads: isThreaded(variant), nodeDetection: detection }),
    );
    if (glues.has(name) && glues.get(name) !== glue) {
      throw new ToolError(
        `${built} differs from that of another variant or link; they must be the same, since a page loads one for all.`,
      );
    }
    glues.set(name, glue);
  }
  for (const [name, glue] of glues) {
    removeOutdated(name, glue, variants);
    writeFileSync(join(DIST, name), glue);
  }
  for (const { variant, link, folder } of builtLinks(variants)) {
    const built = join(folder, glueFileName(variant).replace(/\.js$/, '.wasm'));
    copyFileSync(built, join(DIST, wasmFileName(variant, link)));
  }
}

/** The links of `variants` and their build folders. */
const builtLinks = (variants) =>
  variants.flatMap((variant) =>
    linksOf(variant).map((link) => ({ variant, link, folder: join(BUILD, variant, cmakeTarget(link)) })),
  );

/** Removes binaries of an earlier build that do not match the new glue. */
function removeOutdated(name, glue, variants) {
  const file = join(DIST, name);
  if (existsSync(file) && readFileSync(file, 'utf8') === glue) return;
  for (const variant of VARIANTS) {
    if (glueFileName(variant) === name && !variants.includes(variant)) {
      for (const file of wasmFileNames(variant)) rmSync(join(DIST, file), { force: true });
    }
  }
}
