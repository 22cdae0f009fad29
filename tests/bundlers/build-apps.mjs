// SPDX-License-Identifier: Apache-2.0
// Packs the package, installs it next to the apps in a temporary folder, and builds each app.
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { ROOT } from '../../tools/lib/paths.mjs';
import { run } from '../../tools/lib/run.mjs';
import { VARIANTS, wasmFileName } from '../../tools/lib/variants.mjs';
import { writeTinyModel } from '../tiny-model.mjs';

const APPS = fileURLToPath(new URL('apps', import.meta.url));

/** The entries of the package, with their files and links of the core. */
const ENTRIES = {
  tfwasm: { file: 'index.js', link: 'tfwasm' },
  'tfwasm/inference': { file: 'inference.js', link: 'tfwasm-inference' },
};

/**
 * A temporary folder with the apps, the tiny model (model/) and the installed package, without the files of other
 * entries.
 *
 * @param {string} entry The module that the apps import.
 * @returns {Promise<{folder: string, remove: () => Promise<void>}>}
 */
export async function installApps(entry) {
  const folder = await mkdtemp(path.join(tmpdir(), 'tfwasm-apps-'));
  await cp(APPS, folder, { recursive: true });
  await importEntry(folder, entry);
  await writeTinyModel(path.join(folder, 'model'));
  await writeFile(path.join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder, ...quiet], { cwd: ROOT });
  const [{ filename }] = JSON.parse(stdout);
  await run('npm', ['install', '--offline', ...quiet, `./${filename}`], { cwd: folder });
  await removeOtherEntries(path.join(folder, 'node_modules/tfwasm/dist'), entry);
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Changes the import of `tfwasm` in the apps to another entry. */
async function importEntry(folder, entry) {
  if (entry === 'tfwasm') return;
  const { file, link } = ENTRIES[entry];
  for (const name of await readdir(folder, { recursive: true })) {
    if (!/\.(js|html)$/.test(name)) continue;
    const source = await readFile(path.join(folder, name), 'utf8');
    const rewritten = source
      .replaceAll("'tfwasm'", `'${entry}'`)
      .replaceAll('/tfwasm/dist/index.js', `/tfwasm/dist/${file}`)
      .replaceAll('tfwasm-', `${link}-`);
    await writeFile(path.join(folder, name), rewritten);
  }
}

async function removeOtherEntries(dist, entry) {
  for (const { file, link } of Object.values(ENTRIES).filter((other) => other !== ENTRIES[entry])) {
    for (const name of [file, ...VARIANTS.map((variant) => wasmFileName(variant, link))]) {
      await rm(path.join(dist, name), { force: true });
    }
  }
}

/** Builds an app with a bundler and returns the folder to serve. Rejects on errors and warnings. */
export const builders = {
  async vite(folder) {
    const { build, createLogger } = await import('vite');
    const outDir = path.join(folder, 'vite/dist');
    const { logger, complaints } = collectComplaints(createLogger('warn'));
    await build({
      root: path.join(folder, 'vite'),
      configFile: false,
      // Slow timings on a busy machine are not a problem.
      build: { outDir, rolldownOptions: { checks: { bundlerTimings: false } } },
      logLevel: 'warn',
      customLogger: logger,
    });
    failOn(complaints);
    return outDir;
  },

  async webpack(folder) {
    const { default: webpack } = await import('webpack');
    const outDir = path.join(folder, 'webpack-built');
    const context = path.join(folder, 'webpack');
    const compiler = webpack({
      mode: 'production',
      context,
      entry: './main.js',
      output: { path: outDir },
      // Other tests check sizes.
      performance: { hints: false },
    });
    const stats = await promisify(compiler.run.bind(compiler))();
    await promisify(compiler.close.bind(compiler))();
    const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true });
    failOn([...errors, ...warnings].map(({ message, moduleName }) => `${moduleName}: ${message}`));
    await cp(path.join(context, 'index.html'), path.join(outDir, 'index.html'));
    return outDir;
  },

  async esbuild(folder) {
    const { build } = await import('esbuild');
    const outdir = path.join(folder, 'esbuild-built');
    const { warnings } = await build({
      absWorkingDir: path.join(folder, 'esbuild'),
      // The script of the workers keeps its name beside the output.
      entryPoints: {
        main: 'main.js',
        'glue-threads': '../node_modules/tfwasm/dist/glue-threads.js',
      },
      bundle: true,
      splitting: true,
      format: 'esm',
      outdir,
      loader: { '.wasm': 'file' },
      logLevel: 'silent',
    });
    failOn(warnings.map(({ text }) => text));
    await cp(path.join(folder, 'esbuild/index.html'), path.join(outdir, 'index.html'));
    return outdir;
  },
};

function collectComplaints(logger) {
  const complaints = [];
  for (const level of ['warn', 'warnOnce', 'error']) logger[level] = (message) => complaints.push(message);
  return { logger, complaints };
}

function failOn(complaints) {
  if (complaints.length > 0) throw new Error(complaints.join('\n'));
}
