// SPDX-License-Identifier: Apache-2.0
// The benchmark page in a Chromium without a window, and the server of it.
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { median, quantile } from '../../benchmark-page/statistics.js';
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
      await page.goto(`${this.#server.url}benchmark-page/`);
      await page.waitForFunction(() => globalThis.measure !== undefined);
      return await action(page);
    } catch (error) {
      throw new ToolError(`The measurement failed in the page: ${error.message}`, { cause: error });
    } finally {
      await page.close();
    }
  }

  /** measurePredictions() of benchmark-page/measure.js. */
  measurePredictions(spec) {
    return this.#inNewTab((page) => page.evaluate((spec) => globalThis.measure.measurePredictions(spec), spec));
  }

  /** measureOps() of benchmark-page/measure.js. */
  measureOps(spec, report) {
    return this.#inNewTab(async (page) => {
      await page.exposeFunction('reportOp', report);
      await page.evaluate((spec) => globalThis.measure.measureOps(spec, globalThis.reportOp), spec);
    });
  }

  #measureLoad(spec) {
    return this.#inNewTab((page) => page.evaluate((spec) => globalThis.measure.measureLoad(spec), spec));
  }

  /**
   * Loads the model `loads` times in each engine, always in a new tab as on a first visit, then
   * times predictions. Engines take turns throughout.
   *
   * @returns {Promise<object[]>} For each engine its description and medians in milliseconds;
   *     `ratio` and `loadRatio` say how many times faster than the first engine it is.
   */
  async measureModel({ engines, model, rounds, seconds, loads }) {
    const loadSamples = engines.map(() => []);
    for (let i = 0; i < loads; ++i) {
      for (const [index, engine] of engines.entries()) {
        loadSamples[index].push(await this.#measureLoad({ engine, model }));
      }
    }
    const predictions = await this.measurePredictions({ engines, model, rounds, seconds });
    const results = predictions.map((prediction, index) => ({
      ...prediction,
      loads: loadSamples[index],
      load: median(loadSamples[index].map(({ load }) => load)),
      first: median(loadSamples[index].map(({ first }) => first)),
      firstResult: median(loadSamples[index].map(({ load, first }) => load + first)),
      median: median(prediction.samples),
      p90: quantile(prediction.samples, 0.9),
    }));
    const [reference] = results;
    return results.map((result) => ({
      ...result,
      ratio: reference.median / result.median,
      loadRatio: reference.firstResult / result.firstResult,
    }));
  }
}
