// SPDX-License-Identifier: Apache-2.0
// Bundles the libraries that the pages use for drawing, as ES modules.
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DIST, ROOT } from '../lib/paths.mjs';
import { ToolError } from '../lib/run.mjs';
import { copyLicence } from './licences.mjs';

const VENDOR = join(DIST, 'vendor');

/** The bundled packages. Their licences are included. */
const PACKAGES = ['uplot', '@dagrejs/dagre', '@dagrejs/graphlib'];

/** Fills dist/vendor/: uplot.js (charts) with its uplot.css, dagre.js (graph layout), licences. */
export async function bundleVendor() {
  // Imported late, since setup may just have installed it.
  const { build } = await import('esbuild');
  mkdirSync(VENDOR, { recursive: true });
  await build({
    entryPoints: { uplot: 'uplot', dagre: '@dagrejs/dagre' },
    absWorkingDir: ROOT,
    outdir: VENDOR,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    legalComments: 'none',
    logLevel: 'silent',
  }).catch((error) => {
    throw new ToolError('The libraries of the pages could not be bundled.', { output: error.message, cause: error });
  });
  copyFileSync(join(ROOT, 'node_modules/uplot/dist/uPlot.min.css'), join(VENDOR, 'uplot.css'));
  for (const name of PACKAGES) copyLicence(name, VENDOR);
}
