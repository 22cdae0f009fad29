// SPDX-License-Identifier: Apache-2.0
// Measures models on several engines: loads in new tabs, then predictions in turns on one page.
import { compare } from '../../benchmark-page/statistics.js';
import { median } from '../../web/common/quantiles.js';

/**
 * Loads the model `loads` times in each engine, each time in a new tab as on a first visit, then times predictions.
 * Engines alternate throughout.
 *
 * @param {import('./browser.mjs').BenchmarkBrowser} browser
 * @param {object} options
 * @param {string[]} options.engines Ids. Ratios are against the first.
 * @param {number} options.loads
 * @param {Partial<import('../../benchmark-page/settings.js').Settings>} options.settings With the model.
 * @param {string} [options.reference] The engine that checks the outputs, instead of tfjs cpu.
 * @returns {Promise<{engines: object[], fetch: number, result: object}>} `engines`: times in milliseconds; `ratio` and
 *     `loadRatio`: speedups over the first engine. `fetch`: milliseconds of fetching the files alone. `result`: the
 *     page's result.
 */
export async function measureModel(browser, { engines, loads, settings, reference }) {
  const info = await browser.describeModel(settings.model);
  const { samples: loadSamples, fetches } = await measureLoads(browser, { engines, loads, settings, info });
  // The page measures one tfwasm variant against peers.
  const subject = engines.find((id) => id.startsWith('tfwasm-'));
  const peers = engines.filter((id) => id !== subject);
  const result = await browser.measure({ ...settings, peers }, { info, engine: subject, reference });
  const rows = engines.map((id, index) => {
    const engine = result.engines.find((candidate) => candidate.id === id);
    return {
      ...engine,
      ...summarizeLoads(loadSamples[index]),
      median: engine.summary?.median,
      p90: engine.summary?.p90,
    };
  });
  return { result, fetch: median(fetches), engines: rows.map((row) => ({ ...row, ...ratiosOf(row, rows[0]) })) };
}

async function measureLoads(browser, { engines, loads, settings, info }) {
  const samples = engines.map(() => []);
  const fetches = [];
  const loadOnly = { ...settings, peers: [], check: false, runs: 0, warmup: 0, profiles: 0 };
  for (let i = 0; i < loads; ++i) {
    fetches.push(await browser.timeFetch(settings.model));
    for (const [index, engine] of engines.entries()) {
      const { engines: measured } = await browser.measure(loadOnly, { info, engine });
      const [{ start, load, first, phases }] = measured;
      samples[index].push({ start, load, first, phases });
    }
  }
  return { samples, fetches };
}

function summarizeLoads(loads) {
  return {
    loads,
    start: median(loads.map(({ start }) => start)),
    load: median(loads.map(({ load }) => load)),
    first: median(loads.map(({ first }) => first)),
    firstResult: median(loads.map(({ load, first }) => load + first)),
  };
}

function ratiosOf(row, reference) {
  const loadRatio = reference.firstResult / row.firstResult;
  // Engines with different outputs cannot be compared.
  const isRight = [row, reference].every(({ agrees = true }) => agrees);
  if (!row.summary || !reference.summary || !isRight) return { loadRatio };
  const { ratio, low, high } = compare(reference.samples, row.samples);
  return { loadRatio, ratio, low, high };
}
