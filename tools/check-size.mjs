// SPDX-License-Identifier: Apache-2.0
// Prints the sizes of the files in dist/. Fails if one exceeds its budget.
import { isMain } from './lib/main.mjs';
import { runMain, ToolError } from './lib/run.mjs';
import { budgetErrors, measureSizes, reportSizes } from './lib/sizes.mjs';
import { VARIANTS, wasmFileNames } from './lib/variants.mjs';

export function checkSizes() {
  const sizes = measureSizes();
  const absent = VARIANTS.flatMap(wasmFileNames).filter((name) => !sizes.some((size) => size.name === name));
  const errors = [...absent.map((name) => `dist/${name} is missing.`), ...budgetErrors(sizes)];
  if (errors.length > 0) throw new ToolError(errors.join(' '), { output: reportSizes(sizes) });
  return sizes;
}

if (isMain(import.meta.url)) await runMain(() => console.log(reportSizes(checkSizes())));
