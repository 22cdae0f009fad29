// SPDX-License-Identifier: Apache-2.0
// The settings of the page, and their encoding in links.
import { DTYPES, FILLS } from './inputs.js';

/**
 * @typedef {object} Settings
 * @property {string} model Name of a sample model, or an address; '' for none.
 * @property {'auto' | 'simd' | 'relaxed'} variant
 * @property {number} threads
 * @property {'worker' | 'main'} thread
 * @property {number} warmup
 * @property {number} runs 0 measures loading only.
 * @property {number} seconds
 * @property {number} profiles
 * @property {number} batch
 * @property {number} seed
 * @property {string[]} peers
 * @property {boolean} check Whether to compare outputs with those of tfjs cpu.
 * @property {boolean} cdn Whether missing files may come from a CDN.
 * @property {boolean} run Whether to start immediately.
 * @property {InputChoice[]} inputs Non-default inputs.
 *
 * @typedef {object} InputChoice
 * @property {string} name
 * @property {string} [dtype]
 * @property {number[]} [shape]
 * @property {'random' | 'zeros' | 'values'} [fill]
 * @property {[number, number]} [range]
 * @property {string[]} [values]
 */

export const PEERS = ['tfjs-wasm', 'tfjs-webgl', 'tfjs-cpu', 'tfwasm-simd', 'tfwasm-relaxed', 'tfwasm-single'];
export const MOST_THREADS = 64;

const whole = (fallback, least, most) => ({
  fallback,
  what: `a whole number from ${least} to ${most}`,
  read: (text) => (/^\d{1,9}$/.test(text) && Number(text) >= least && Number(text) <= most ? Number(text) : undefined),
  write: String,
});
const oneOf = (...choices) => ({
  fallback: choices[0],
  what: `one of ${choices.join(', ')}`,
  read: (text) => (choices.includes(text) ? text : undefined),
  write: String,
});
const flag = (fallback) => ({
  fallback,
  what: '0 or 1',
  read: (text) => ({ 0: false, 1: true })[text],
  write: (value) => (value ? '1' : '0'),
});
const listOf = (choices) => ({
  fallback: [],
  what: `some of ${choices.join(', ')}, with commas between`,
  read: (text) => {
    const list = text.split(',').filter((item) => item !== '');
    return list.every((item) => choices.includes(item)) ? [...new Set(list)] : undefined;
  },
  write: (list) => list.join(','),
});

/** @type {Record<string, {fallback: unknown, what: string, read: Function, write: Function}>} */
const PARAMETERS = {
  model: { fallback: null, what: 'a name or an address', read: (text) => text, write: String },
  variant: oneOf('auto', 'simd', 'relaxed'),
  threads: whole(1, 1, MOST_THREADS),
  thread: oneOf('worker', 'main'),
  warmup: whole(1, 0, 1000),
  runs: whole(50, 0, 100000),
  seconds: whole(60, 1, 3600),
  profiles: whole(5, 0, 1000),
  batch: whole(1, 1, 4096),
  seed: whole(1, 0, 999999999),
  peers: listOf(PEERS),
  check: flag(true),
  cdn: flag(false),
  run: flag(false),
};

/** The default settings. @returns {Settings} */
export function defaultSettings() {
  const settings = Object.entries(PARAMETERS).map(([name, { fallback }]) => [name, structuredClone(fallback)]);
  return { ...Object.fromEntries(settings), inputs: [] };
}

const INPUT_KEYS = {
  dtype: (text) => (DTYPES.includes(text) ? text : undefined),
  shape: (text) => (/^\d{1,9}(x\d{1,9}){0,7}$/.test(text) ? text.split('x').map(Number) : undefined),
  fill: (text) => (FILLS.includes(text) && text !== 'picture' ? text : undefined),
  range: (text) => {
    const range = text.split('..').map(Number);
    return range.length === 2 && !text.startsWith('..') && !text.endsWith('..') && range.every(Number.isFinite)
      ? range
      : undefined;
  },
  values: (text) => text.split(','),
};
const MOST_VALUES_CHARACTERS = 4000;

/** "x;shape=1x8;fill=values;values=1,2". Names and values are percent-encoded. */
function readInput(text) {
  const [name, ...parts] = text.split(';').map((part) => decodeURIComponent(part));
  const choice = { name };
  for (const part of parts) {
    const [, key, value] = /^(\w+)=(.*)$/s.exec(part) ?? [];
    const read = Object.hasOwn(INPUT_KEYS, key ?? '') ? INPUT_KEYS[key](value) : undefined;
    if (read === undefined) return undefined;
    choice[key] = read;
  }
  return choice;
}

function writeInput({ name, dtype, shape, fill, range, values }) {
  const parts = [
    name,
    dtype && `dtype=${dtype}`,
    shape && `shape=${shape.join('x')}`,
    fill && `fill=${fill}`,
    range && `range=${range.join('..')}`,
    values && `values=${values.join(',').slice(0, MOST_VALUES_CHARACTERS)}`,
  ];
  return parts
    .filter(Boolean)
    .map((part) => part.replace(/[%;]/g, encodeURIComponent))
    .join(';');
}

/**
 * Parses the parameters of a link. Invalid ones are reported and keep their default.
 *
 * @param {string} query
 * @returns {{settings: Settings, problems: string[]}}
 */
export function parseSettings(query) {
  const settings = defaultSettings();
  const problems = [];
  for (const [name, text] of new URLSearchParams(query)) {
    if (name === 'input') {
      const input = attempt(() => readInput(text));
      if (input) settings.inputs.push(input);
      else problems.push(`“input=${text}” in the link is not understood.`);
    } else if (Object.hasOwn(PARAMETERS, name)) {
      const value = PARAMETERS[name].read(text);
      if (value === undefined) problems.push(`“${name}=${text}” in the link is not ${PARAMETERS[name].what}.`);
      else settings[name] = value;
    } else {
      problems.push(`“${name}” in the link is not known here.`);
    }
  }
  return { settings, problems };
}

function attempt(read) {
  try {
    return read();
  } catch {
    return undefined; // a malformed percent escape
  }
}

/**
 * The parameters of a link for these settings. Omits defaults.
 *
 * @param {Settings} settings
 */
export function formatSettings(settings) {
  const query = new URLSearchParams();
  for (const [name, { fallback, write }] of Object.entries(PARAMETERS)) {
    const text = write(settings[name] ?? '');
    if (settings[name] !== null && (fallback === null || text !== write(fallback))) query.append(name, text);
  }
  for (const input of settings.inputs) query.append('input', writeInput(input));
  return String(query);
}
