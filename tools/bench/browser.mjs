// SPDX-License-Identifier: Apache-2.0
// The benchmark page in a Chromium without a window, and the server of it.
//
// Playwright, which the tests use, has the browser tell it of all that is sent, a copy of each body
// included: with it a file of 2.6 MB takes 15 ms to fetch instead of 8. This asks for no more than values.
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

/** Models that the benchmark makes by itself; served as /generated/. */
export const GENERATED_MODELS = path.join(BUILD, 'bench');

const NEEDED = {
  'dist/index.js': 'run "npm run build"',
  'node_modules/@vladmandic/human/models': 'run "npm install"',
  'node_modules/@tensorflow/tfjs-backend-wasm/dist': 'run "npm install"',
};

/** The page without a model: it waits for what it is told to measure. */
const PAGE = 'benchmark-page/?model=';
/** What was begun for the page, or for the one before, has to be over by then. */
const SETTLE_MILLISECONDS = 200;
const POLL_MILLISECONDS = 20;
const MOST_POLLS = 1500;
const CONGESTION_CONTROL = '/proc/sys/net/ipv4/tcp_congestion_control';

/** A tab, which is a process of its own. */
class Tab {
  #client;

  constructor(client) {
    this.#client = client;
  }

  /** The value of an expression, once its promise is fulfilled. */
  async evaluate(expression) {
    const { result, exceptionDetails } = await this.#client.Runtime.evaluate({
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (!exceptionDetails) return result.value;
    throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  }

  /** What `name` of the benchmark page answers to these arguments. */
  call(name, ...args) {
    return this.evaluate(`benchmark.${name}(${args.map((value) => JSON.stringify(value)).join(', ')})`);
  }

  /** Has the page's function `name` call `f` with its argument. */
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

  static async start() {
    for (const [file, remedy] of Object.entries(NEEDED)) {
      if (!existsSync(path.join(ROOT, file))) throw new ToolError(`${file} is missing; ${remedy}.`);
    }
    const chromePath = requireChromium();
    await mkdir(GENERATED_MODELS, { recursive: true });
    const mounts = { ...SITE, '/generated/': GENERATED_MODELS };
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

  /** Where the measurements are made. */
  async describe() {
    const { Browser } = await CDP.Version({ port: this.#chromium.port });
    return {
      browser: `Chromium ${Browser.match(/[\d.]+$/)?.[0] ?? Browser}`,
      processor: os.cpus()[0]?.model ?? 'an unknown processor',
      cores: os.availableParallelism(),
    };
  }

  /** What makes load times here unlike those of other machines, for people; or nothing. */
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

  /** What the page says of a model: a sample's name, or an address. */
  describeModel(model) {
    return this.#inNewTab((tab) => tab.call('describe', model));
  }

  /**
   * What the page's button does, in a new tab: measure() of benchmark-page/plan.js.
   *
   * @param {Partial<import('../../benchmark-page/settings.js').Settings>} settings
   * @param {{info?: object, engine?: string}} [options]
   */
  measure(settings, options = {}) {
    return this.#inNewTab((tab) => tab.call('measure', settings, options));
  }

  /** measureOps() of benchmark-page/measure-ops.js. */
  measureOps(spec, report) {
    return this.#inNewTab(async (tab) => {
      await tab.expose('reportOp', report);
      await tab.evaluate(`benchmark.measureOps(${JSON.stringify(spec)}, reportOp)`);
    });
  }
}
