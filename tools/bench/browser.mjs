// SPDX-License-Identifier: Apache-2.0
// The benchmark page in headless Chromium, and its server.
//
// Playwright, which the tests use, subscribes to all network traffic including bodies. With it, a file of 2.6 MB takes
// 15 ms to fetch instead of 8. This code only evaluates expressions.
import { existsSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { launch } from 'chrome-launcher';
import CDP from 'chrome-remote-interface';

import { HEADLESS_FLAGS, requireChromium } from '../chromium.mjs';
import { BUILD, ROOT } from '../lib/paths.mjs';
import { ToolError } from '../lib/run.mjs';
import { SITE, startServer } from '../serve.mjs';

/** Generated models; served as /generated/. */
export const GENERATED_MODELS = path.join(BUILD, 'bench');

/** Bundles of peers; served as /peers/. */
export const PEER_FILES = path.join(BUILD, 'bench-peers');

const NEEDED = {
  'dist/index.js': 'run "npm run build"',
  'node_modules/@vladmandic/human/models': 'run "npm install"',
  'node_modules/@tensorflow/tfjs-backend-wasm/dist': 'run "npm install"',
};

/** The page without a model. It waits for calls of measure(). */
const PAGE = 'benchmark-page/?model=';
/** Time for pending work of the page, and of the previous one, to end. */
const SETTLE_MILLISECONDS = 200;
const POLL_MILLISECONDS = 20;
const MOST_POLLS = 1500;
const CONGESTION_CONTROL = '/proc/sys/net/ipv4/tcp_congestion_control';

/** A tab. It has its own process. */
class Tab {
  #client;

  constructor(client) {
    this.#client = client;
  }

  /** The value of an expression, awaited. */
  async evaluate(expression) {
    const { result, exceptionDetails } = await this.#client.Runtime.evaluate({
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (!exceptionDetails) return result.value;
    throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  }

  /** Calls `benchmark.NAME(...args)` in the page. */
  call(name, ...args) {
    return this.evaluate(`benchmark.${name}(${args.map((value) => JSON.stringify(value)).join(', ')})`);
  }

  /** Defines a function `name` in the page that calls `f` with its argument. */
  async expose(name, f) {
    const { Runtime } = this.#client;
    Runtime.bindingCalled(({ payload }) => f(JSON.parse(payload)));
    await Runtime.enable();
    await Runtime.addBinding({ name: 'sendText' });
    await this.evaluate(`globalThis.${name} = (value) => sendText(JSON.stringify(value)); undefined`);
  }

  async untilReady() {
    const isReady = () =>
      this.evaluate("location.protocol !== 'about:' && 'ready' in document.documentElement.dataset");
    for (let polls = 0; !(await isReady().catch(() => false)); ++polls) {
      if (polls === MOST_POLLS) throw new Error('the page does not load.');
      await sleep(POLL_MILLISECONDS);
    }
    await sleep(SETTLE_MILLISECONDS);
  }
}

export class BenchmarkBrowser {
  #server;
  #chromium;

  constructor(server, chromium) {
    this.#server = server;
    this.#chromium = chromium;
  }

  /** @param {string} [other] The folder of a second build of tfwasm, for the engines "other-...". */
  static async start(other) {
    for (const [file, remedy] of Object.entries(NEEDED)) {
      if (!existsSync(path.join(ROOT, file))) throw new ToolError(`${file} is missing; ${remedy}.`);
    }
    const chromePath = requireChromium();
    for (const folder of [GENERATED_MODELS, PEER_FILES]) await mkdir(folder, { recursive: true });
    const mounts = {
      ...SITE,
      '/generated/': GENERATED_MODELS,
      '/peers/': PEER_FILES,
      '/peers/onnxruntime-web/': 'node_modules/onnxruntime-web/dist',
      '/peers/litert-wasm/': 'node_modules/@litertjs/core/wasm',
      ...(other === undefined ? {} : { '/other/': path.resolve(other) }),
    };
    const server = await startServer({ port: 0, mounts });
    try {
      const chromium = await launch({ chromePath, ignoreDefaultFlags: true, chromeFlags: HEADLESS_FLAGS });
      return new BenchmarkBrowser(server, chromium);
    } catch (error) {
      await server.close();
      throw error;
    }
  }

  async close() {
    this.#chromium.kill();
    await this.#server.close();
  }

  /** The browser and the machine. */
  async describe() {
    const { Browser } = await CDP.Version({ port: this.#chromium.port });
    return {
      browser: `Chromium ${Browser.match(/[\d.]+$/)?.[0] ?? Browser}`,
      processor: os.cpus()[0]?.model ?? 'an unknown processor',
      cores: os.availableParallelism(),
    };
  }

  /** A warning about the machine's network settings that affect load times; or ''. */
  static warning() {
    if (!existsSync(CONGESTION_CONTROL) || readFileSync(CONGESTION_CONTROL, 'utf8').trim() !== 'bbr') return '';
    return (
      'BBR, which this machine sends with, holds up many a file from this machine itself for 20 ms: load times vary. ' +
      '"sysctl -w net.ipv4.tcp_congestion_control=cubic" ends that.\n'
    );
  }

  /** Runs `action` with the benchmark page in a new tab. */
  async #inNewTab(action) {
    const { port } = this.#chromium;
    const target = await CDP.New({ port, url: `${this.#server.url}${PAGE}` });
    const client = await CDP({ port, target });
    try {
      const tab = new Tab(client);
      await tab.untilReady();
      return await action(tab);
    } catch (error) {
      throw new ToolError(`The measurement failed in the page: ${error.message}`, { cause: error });
    } finally {
      await client.close();
      await CDP.Close({ port, id: target.id });
    }
  }

  /** The page's description of a model, given by a sample's name or an address. */
  describeModel(model) {
    return this.#inNewTab((tab) => tab.call('describe', model));
  }

  /** The milliseconds of fetching a model's files in a new tab. */
  timeFetch(model) {
    return this.#inNewTab((tab) => tab.call('timeFetch', model));
  }

  /**
   * Does the same as the page's button, in a new tab: measure() of benchmark-page/plan.js.
   *
   * @param {Partial<import('../../benchmark-page/settings.js').Settings>} settings
   * @param {{info?: object, engine?: string}} [options]
   */
  measure(settings, options = {}) {
    return this.#inNewTab((tab) => tab.call('measure', settings, options));
  }

  /** Calls `benchmark.NAME(spec, report)` in a new tab. */
  #measureEach(name, spec, report) {
    return this.#inNewTab(async (tab) => {
      await tab.expose('report', report);
      await tab.evaluate(`benchmark.${name}(${JSON.stringify(spec)}, report)`);
    });
  }

  /** measureOps() of benchmark-page/measure-ops.js. */
  measureOps(spec, report) {
    return this.#measureEach('measureOps', spec, report);
  }

  /** measureTraining() of benchmark-page/measure-training.js. */
  measureTraining(spec, report) {
    return this.#measureEach('measureTraining', spec, report);
  }
}
