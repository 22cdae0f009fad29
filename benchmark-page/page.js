// SPDX-License-Identifier: Apache-2.0
// The page: reads settings, shows results.
import { element, showError } from '../web/common/dom.js';
import { explainNetworkError } from '../web/common/network-errors.js';
import { hasLocalSamples } from '../web/common/samples.js';
import { setUpComparison } from './compare-view.js';
import { InputsForm } from './inputs-form.js';
import { measureOps } from './measure-ops.js';
import { measureTraining } from './measure-training.js';
import { keepResult, keptResults } from './kept-results.js';
import { ModelPanel } from './model-panel.js';
import { hasLocalTfjs } from './places.js';
import { chooseModel, describe, measure, planOf, timeFetch } from './plan.js';
import { showResult } from './result-view.js';
import { runBenchmark } from './run.js';
import {
  chosenPeers,
  readSettings,
  showIsolation,
  showPeers,
  showProgress,
  showRunning,
  showSettings,
  showStatus,
} from './run-panel.js';
import { formatSettings, parseSettings } from './settings.js';

/** The interface for programs; `npm run bench` uses it. */
globalThis.benchmark = {
  measure,
  measureOps,
  measureTraining,
  describe: (text) => describe(chooseModel(text).source),
  timeFetch: (text) => timeFetch(chooseModel(text).source),
};

const { settings, problems } = parseSettings(location.search);
const inputs = new InputsForm(element('inputs'));
const comparison = setUpComparison();
let local = { samples: false, tfjs: false };
let running = null;
/** Whether the link wants files from the CDN, which the visitor has not allowed yet. */
let isWaiting = settings.cdn;
settings.cdn = false;

const model = new ModelPanel((chosen) => {
  inputs.show(chosen, settings.inputs);
  element('no-inputs').hidden = chosen !== null;
  element('start').disabled = chosen === null;
  showBatch(chosen);
});

function showBatch(chosen) {
  const takesBatch = chosen?.info.inputs.some(({ shape }) => shape?.[0] < 0) ?? true;
  element('batch').disabled = !takesBatch;
  if (!takesBatch) element('batch').value = 1;
  element('batch-hint').textContent = takesBatch ? '' : 'The batch size of this model is fixed.';
}

/** Where to load TensorFlow.js from. */
const tfjsPlace = () => (local.tfjs ? 'local' : element('cdn').checked ? 'cdn' : null);

function showPlaces() {
  const fromCdn = element('cdn').checked;
  model.setSamples(local.samples ? 'local' : fromCdn ? 'cdn' : null);
  const absent = [
    ...(local.samples ? [] : ['sample models']),
    ...(local.tfjs ? [] : ['TensorFlow.js to compare with']),
  ];
  element('elsewhere').hidden = absent.length === 0;
  const wish = isWaiting ? ' The link to this page wants to fetch it and then to go on; it is up to you.' : '';
  element('elsewhere-what').textContent = `This host has no ${absent.join(' and no ')}.${wish}`;
  const peers = chosenPeers();
  showPeers(tfjsPlace(), peers.length > 0 ? peers : settings.peers);
  element('check').checked = tfjsPlace() !== null && settings.check;
}

function currentSettings(choices) {
  return { ...settings, ...readSettings(), model: model.current?.address ?? null, run: false, inputs: choices };
}

async function start() {
  const error = element('run-error');
  showError(error, null);
  running = new AbortController();
  showRunning(true);
  showStatus('Starting…');
  try {
    const chosen = currentSettings([]);
    const specs = await inputs.readAll(chosen.batch);
    const plan = planOf({ ...chosen, inputs: specs }, model.current, tfjsPlace());
    const result = await runBenchmark(plan, { signal: running.signal, progress: showProgress });
    await show(result);
    keepResult(result);
    comparison.add(result);
    const isWhole = result.stoppedBy !== 'cancel';
    showStatus(isWhole ? 'Done.' : 'Cancelled. The result has what was measured until then.');
    element('result').focus({ preventScroll: true });
    element('result').scrollIntoView({ block: 'start' });
  } catch (problem) {
    const cancelled = problem.name === 'AbortError';
    showStatus(cancelled ? 'Cancelled.' : '');
    if (!cancelled) showError(error, explainNetworkError(problem));
  } finally {
    running = null;
    showRunning(false);
  }
}

/** Opens the model of the link, and runs it if the link says so. */
async function followLink() {
  const first = settings.model ?? (local.samples ? 'liveness' : '');
  if (first !== '') await model.open(first);
  // They could match inputs of the next model by name.
  settings.inputs = [];
  if (settings.run && model.current) start();
}

async function show(result) {
  await showResult(element('result'), result);
  element('result').hidden = false;
}

/** The results of this tab before it was reloaded. */
async function restoreResults() {
  const results = keptResults();
  for (const result of results) comparison.add(result);
  const [navigation] = performance.getEntriesByType('navigation');
  if (results.length > 0 && navigation?.type !== 'navigate') await show(results.at(-1));
}

async function copyLink() {
  const error = element('run-error');
  try {
    const chosen = currentSettings([]);
    const query = formatSettings({ ...chosen, inputs: inputs.choices(chosen.batch) });
    const link = `${location.origin}${location.pathname}?${query}`;
    history.replaceState(null, '', link);
    await navigator.clipboard?.writeText(link).catch(() => {});
    showStatus(
      model.current?.address === null
        ? 'The link is in the address bar; files cannot be part of it.'
        : 'The link is in the clipboard and in the address bar.',
    );
  } catch (problem) {
    showError(error, problem);
  }
}

element('run-form').addEventListener('submit', (event) => {
  event.preventDefault();
  if (!running && model.current) start();
});
element('cancel').addEventListener('click', () => {
  running?.abort(new DOMException('The run was cancelled.', 'AbortError'));
  showStatus('Cancelling…');
});
element('link').addEventListener('click', copyLink);
element('cdn').addEventListener('change', () => {
  const mayGoOn = isWaiting;
  isWaiting = false;
  settings.check = settings.check || element('cdn').checked;
  showPlaces();
  if (mayGoOn && model.current === null) followLink();
});

showIsolation();
problems.push(...showSettings(settings));
showError(element('link-problems'), problems.length > 0 ? new Error(problems.join('\n')) : null);
await restoreResults().catch(console.warn);
const [samples, tfjs] = await Promise.all([hasLocalSamples(), hasLocalTfjs()]);
local = { samples, tfjs };
isWaiting &&= !samples || !tfjs;
showPlaces();
if (!isWaiting) await followLink();
document.documentElement.dataset.ready = '';
