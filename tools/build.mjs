// SPDX-License-Identifier: Apache-2.0
// Sets up, then builds dist/, the content of the npm package: WebAssembly, the JavaScript bundle and its declarations.
//
//   npm run build                        everything
//   npm run build -- --variant simd      only this WebAssembly variant (repeatable)
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundleJavaScript } from './build/javascript.mjs';
import { bundleVendor } from './build/vendor.mjs';
import { buildVariant, installVariants } from './build/wasm.mjs';
import { isMain } from './lib/main.mjs';
import { DIST, ROOT } from './lib/paths.mjs';
import { Progress } from './lib/progress.mjs';
import { run, runMain, ToolError } from './lib/run.mjs';
import { reportSizes } from './lib/sizes.mjs';
import { VARIANTS } from './lib/variants.mjs';
import { SETUP_STEPS, setUp } from './setup.mjs';

/** The number of progress steps of build(). */
export const buildSteps = (variants) => variants.length + 3;

export async function build(progress, variants = VARIANTS) {
  mkdirSync(DIST, { recursive: true });
  for (const variant of variants) {
    await progress.step(`WebAssembly ${variant}`, (note) => buildVariant(variant, note));
  }
  await installVariants(variants);
  await progress.step('JavaScript', bundleJavaScript);
  await progress.step('libraries of the pages', bundleVendor);
  await progress.step('TypeScript declarations', emitDeclarations);
}

async function emitDeclarations() {
  const start = Date.now();
  await run(join(ROOT, 'node_modules/.bin/tsc'), ['--project', ROOT, '--pretty', 'false'], { cwd: ROOT }).catch(
    (error) => {
      throw new ToolError('The TypeScript has errors.', { output: error.output, cause: error });
    },
  );
  removeDeclarations(start);
}

/** Removes declarations that were not written since `start`: their sources are gone. */
function removeDeclarations(start) {
  for (const file of readdirSync(DIST, { recursive: true })) {
    const path = join(DIST, file);
    // Some file systems store whole seconds.
    if (file.endsWith('.d.ts') && statSync(path).mtimeMs < start - 1000) rmSync(path);
  }
}

function chosenVariants() {
  const { values } = parseArgs({ options: { variant: { type: 'string', multiple: true } } });
  const unknown = values.variant?.find((name) => !VARIANTS.includes(name));
  if (unknown) throw new ToolError(`There is no variant "${unknown}"; choose from ${VARIANTS.join(', ')}.`);
  return VARIANTS.filter((name) => !values.variant || values.variant.includes(name));
}

if (isMain(import.meta.url)) {
  await runMain(async () => {
    const variants = chosenVariants();
    const progress = new Progress(SETUP_STEPS + buildSteps(variants));
    await setUp(progress);
    await build(progress, variants);
    console.log(reportSizes());
  });
}
