// SPDX-License-Identifier: Apache-2.0
// The card "Run": fields, progress, and missing features.
import { moveFocus, setEnabled } from '../web/common/buttons.js';
import { element, make, markInvalid } from '../web/common/dom.js';
import { ENGINES } from './engines.js';
import { findGpu, whyNoThreads } from './environment.js';
import { MOST_THREADS, PEERS } from './settings.js';

const NUMBERS = ['threads', 'warmup', 'runs', 'seconds', 'profiles', 'batch', 'seed'];
const CHOICES = ['variant', 'thread'];

/** The reason why a peer cannot be measured; '' if it can. */
function obstacle(id, tfjs, hasGpu) {
  if (id.startsWith('tfjs-') && !tfjs) return 'TensorFlow.js is not here';
  if (id === 'tfjs-webgl' && !hasGpu) return 'no GPU: this browser has no WebGL on hardware';
  return '';
}

/** Fills the list of peers. Unavailable ones show the reason. */
export function showPeers(tfjs, chosen) {
  const hasGpu = findGpu() !== null;
  const obstacles = [];
  const items = PEERS.map((id) => {
    const reason = obstacle(id, tfjs, hasGpu);
    if (reason) obstacles.push(`${ENGINES[id]}: ${reason}.`);
    const box = make('input', {
      type: 'checkbox',
      value: id,
      checked: !reason && chosen.includes(id),
      disabled: reason !== '',
    });
    return make('label', {}, box, ENGINES[id]);
  });
  element('peer-list').replaceChildren(...items);
  element('peers-hint').textContent = [
    'Each has a worker of its own (webgl draws to an OffscreenCanvas there), and all take turns.',
    ...obstacles,
  ].join(' ');
  const check = element('check');
  check.disabled = !tfjs;
  if (!tfjs) check.checked = false;
}

export const chosenPeers = () =>
  Array.from(document.querySelectorAll('#peer-list input:checked'), ({ value }) => value);

/** Shows the reason if threads are not available. */
export function showIsolation() {
  const reason = whyNoThreads();
  element('no-threads').hidden = reason === null;
  element('no-threads').textContent = reason ?? '';
  element('threads').disabled = reason !== null;
  element('threads').max = Math.min(MOST_THREADS, 4 * (navigator.hardwareConcurrency ?? 1));
}

/**
 * @param {import('./settings.js').Settings} settings
 * @returns {string[]} What of them is not possible here, in words.
 */
export function showSettings(settings) {
  for (const name of [...NUMBERS, ...CHOICES]) element(name).value = settings[name];
  element('check').checked = settings.check;
  element('cdn').checked = settings.cdn;
  const { max, disabled } = element('threads');
  const threads = disabled ? 1 : Math.min(settings.threads, max);
  element('threads').value = threads;
  if (threads === settings.threads) return [];
  const why = disabled ? 'this page has no threads' : 'this page tries at most 4 for each processor';
  return [`“threads=${settings.threads}” in the link is ${threads} here: ${why}.`];
}

/** Throws an error with a message for users if a number is out of range. */
export function readSettings() {
  const settings = {};
  for (const name of NUMBERS) settings[name] = readNumber(element(name));
  for (const name of CHOICES) settings[name] = element(name).value;
  return { ...settings, peers: chosenPeers(), check: element('check').checked, cdn: element('cdn').checked };
}

function readNumber(field) {
  const value = field.valueAsNumber;
  const [least, most] = [Number(field.min), Number(field.max)];
  const fits = Number.isInteger(value) && value >= least && value <= most;
  if (fits) return value;
  markInvalid(field);
  const label = field.labels[0].textContent.trim();
  throw new Error(`“${label}” takes a whole number from ${least} to ${most}.`);
}

/** Shows whether a run is in progress. */
export function showRunning(isRunning) {
  setEnabled(element('start'), !isRunning);
  if (!isRunning) moveFocus(element('cancel'), element('start'));
  element('cancel').hidden = !isRunning;
  element('progress').hidden = !isRunning;
  element('run-form').setAttribute('aria-busy', String(isRunning));
}

let announced = '';

/** The bar changes with every run. The text, which screen readers announce, changes with every stage. */
export function showProgress({ stage, done, total }) {
  const bar = element('progress');
  element('count').textContent = total > 0 ? `${done} of ${total}` : '';
  if (total > 0) Object.assign(bar, { max: total, value: done });
  else bar.removeAttribute('value');
  const text = total > 0 ? `${stage}: ${total} rounds` : `${stage}…`;
  if (text === announced) return;
  announced = text;
  element('status').textContent = text;
}

export function showStatus(text) {
  announced = '';
  element('count').textContent = '';
  element('status').textContent = text;
}
