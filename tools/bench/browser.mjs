// SPDX-License-Identifier: Apache-2.0
// The benchmark page in a Chromium without a window, and the server of it.
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { launchChromium } from '../chromium.mjs';
import { BUILD, ROOT } from '../lib/paths.mjs';
import { ToolError } from '../lib/run.mjs';
import { SITE, startServer } from '../serve.mjs';

/** Models that the benchmark makes by itself; served as /generated/. */
export const GENERATED_MODELS = path.join(BUILD, 'bench');

const NEEDED = {
  'dist/index.js': 'run "npm run build"',
  'node_modules/@vladmandic/human/models': 'run "npm install"',
  'node_modules/@tensorflow/tfjs-backend-wasm/dist': 'run "npm install"',
};

/** The page without a model: it waits for what it is told to measure. */
const PAGE = 'benchmark-page/?model=';

export class BenchmarkBrowser {
  #server;
  #chromium;

  constructor(server, chromium) {
    this.#server = server;
    this.#chromium = chromium;
  }

  static async start() {
    for (const [file, remedy] of Object.entries(NEEDED)) {
      if (!existsSync(path.join(ROOT, file))) throw new ToolError(`${file} is missing; ${remedy}.`);
    }
    await mkdir(GENERATED_MODELS, { recursive: true });
    const mounts = { ...SITE, '/generated/': GENERATED_MODELS };
    const server = await startServer({ port: 0, mounts });
    try {
      return new BenchmarkBrowser(server, await launchChromium());
    } catch (error) {
      await server.close();
      throw error;
    }
  }

  async close() {
    await this.#chromium.close();
    await this.#server.close();
  }

  /** Where the measurements are made. */
  async describe() {
    return {
      browser: `Chromium ${this.#chromium.context.browser()?.version() ?? (await this.#userAgentVersion())}`,
      processor: os.cpus()[0]?.model ?? 'an unknown processor',
      cores: os.availableParallelism(),
    };
  }

  #userAgentVersion() {
    return this.#inNewTab((page) => page.evaluate(() => navigator.userAgent.match(/Chrome\/([\d.]+)/)?.[1] ?? ''));
  }

  /** Runs `action` with the benchmark page in a tab of its own, which is a process of its own. */
  async #inNewTab(action) {
    const page = await this.#chromium.context.newPage();
    try {
      await page.goto(`${this.#server.url}${PAGE}`);
      await page.waitForFunction(() => 'ready' in document.documentElement.dataset);
      return await action(page);
    } catch (error) {
      throw new ToolError(`The measurement failed in the page: ${error.message}`, { cause: error });
    } finally {
      await page.close();
    }
  }

  /** What the page says of a model: a sample's name, or an address. */
  describeModel(model) {
    return this.#inNewTab((page) => page.evaluate((text) => globalThis.benchmark.describe(text), model));
  }

  /**
   * What the page's button does, in a new tab: measure() of benchmark-page/plan.js.
   *
   * @param {Partial<import('../../benchmark-page/settings.js').Settings>} settings
   * @param {{info?: object, engine?: string}} [options]
   */
  measure(settings, options = {}) {
    return this.#inNewTab((page) =>
      page.evaluate(([settings, options]) => globalThis.benchmark.measure(settings, options), [settings, options]),
    );
  }

  /** measureOps() of benchmark-page/measure-ops.js. */
  measureOps(spec, report) {
    return this.#inNewTab(async (page) => {
      await page.exposeFunction('reportOp', report);
      await page.evaluate((spec) => globalThis.benchmark.measureOps(spec, globalThis.reportOp), spec);
    });
  }
}
