// SPDX-License-Identifier: Apache-2.0
// The command line of `npm run bench`.
import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { NETS } from '../../benchmark-page/nets.js';
import { PUBLIC_MODELS } from '../../web/common/models.js';
import { ToolError } from '../lib/run.mjs';
import { NETWORKS } from './networks/index.mjs';

const MODELS = Object.keys(PUBLIC_MODELS);
const GENERATED = Object.keys(NETWORKS);
const ALL_NETS = Object.keys(NETS);
const PEERS = ['tfjs-wasm', 'tfjs-cpu', 'tfjs-webgl', 'onnxruntime-wasm', 'litert-wasm'];
const VARIANTS = ['simd', 'relaxed'];

export const USAGE = `Usage: npm run bench -- [options]
  --models NAMES    e.g. faceres,emotion; all (${MODELS.length}) when left out; or networks that are generated:
                    ${GENERATED.join(',')}
  --peers NAMES     what tfwasm is compared with: some of ${PEERS.join(',')};
                    tfjs-wasm when left out; none for nothing. Ratios are against the first. The last two take part in
                    generated networks
  --variants NAMES  builds of tfwasm: simd,relaxed when left out
  --against FOLDER  also measures another build, the dist/ of another checkout; with --peers none, ratios are against it
  --threads COUNTS  e.g. 1,4; one thread and then as many as this machine has cores when left out
  --runs N          how many predictions of each engine are timed (default 50)
  --seconds N       at most so many seconds of predictions for a model (default 20)
  --warmup N        predictions before these, which are not counted (default 1)
  --loads N         how many times a model is loaded in a new tab (default 3)
  --profiles N      also times every node, in so many runs, for --json (default 0)
  --no-check        does not compare outputs with those of tfjs cpu
  --overhead        measures the cost of a node instead: a chain of 1000 additions of scalars
  --ops [NAMES]     times single ops instead, all whose names contain one of these words
  --training        times steps of training instead, also of tfjs cpu unless --peers are given, which takes minutes
                    a step of some nets
  --fit             for --training: by fit() of models of layers, instead of optimizer.minimize(), and the time of fit()
                    itself, without that of its steps
  --layers          compares a layers model with the graph model of the same network: loading and predictions
  --nets NAMES      for --training, some of ${ALL_NETS.join(',')}; all when left out
  --json FILE       also writes everything that was measured
  --help            prints this`;

const OPTIONS = {
  models: { type: 'string', default: 'all' },
  peers: { type: 'string' },
  variants: { type: 'string', default: VARIANTS.join(',') },
  against: { type: 'string' },
  threads: { type: 'string', default: [...new Set([1, Math.min(os.availableParallelism(), 4)])].join(',') },
  runs: { type: 'string', default: '50' },
  rounds: { type: 'string' }, // the old name of --runs
  seconds: { type: 'string', default: '20' },
  warmup: { type: 'string', default: '1' },
  loads: { type: 'string', default: '3' },
  profiles: { type: 'string', default: '0' },
  'no-check': { type: 'boolean', default: false },
  overhead: { type: 'boolean', default: false },
  ops: { type: 'boolean', default: false },
  training: { type: 'boolean', default: false },
  fit: { type: 'boolean', default: false },
  layers: { type: 'boolean', default: false },
  nets: { type: 'string', default: ALL_NETS.join(',') },
  json: { type: 'string' },
  help: { type: 'boolean', default: false },
};

/** The ids of the measured engines. Ratios are against the first. */
export function engineIds({ peers, variants, against }) {
  const builds = against === undefined ? ['tfwasm'] : ['other', 'tfwasm'];
  return [...peers, ...builds.flatMap((build) => variants.map((variant) => `${build}-${variant}`))];
}

/** Throws a ToolError with the usage for invalid options. */
export function parseOptions(args) {
  let values;
  let positionals;
  try {
    ({ values, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true }));
  } catch (error) {
    throw new ToolError(`${error.message}\n\n${USAGE}`);
  }
  if (positionals.length > 0 && !values.ops) throw new ToolError(`"${positionals[0]}" is no option.\n\n${USAGE}`);
  if (values.against !== undefined && !existsSync(path.join(values.against, 'index.js'))) {
    throw new ToolError(`--against: ${values.against} is no build of tfwasm, since it has no index.js.`);
  }
  return {
    ...values,
    check: !values['no-check'],
    opWords: positionals.flatMap((text) => text.split(',')),
    models: values.models === 'all' ? MODELS : parseNames('models', values.models, [...MODELS, ...GENERATED]),
    nets: parseNames('nets', values.nets, ALL_NETS),
    peers: parsePeers(values.peers ?? (values.training ? 'tfjs-wasm,tfjs-cpu' : 'tfjs-wasm')),
    variants: parseNames('variants', values.variants, VARIANTS),
    threads: values.threads.split(',').map((text) => parseCount('threads', text)),
    runs: parseCount('runs', values.rounds ?? values.runs),
    seconds: parseCount('seconds', values.seconds),
    warmup: parseCount('warmup', values.warmup, 0),
    loads: parseCount('loads', values.loads),
    profiles: parseCount('profiles', values.profiles, 0),
  };
}

const parsePeers = (text) => (text === 'none' ? [] : parseNames('peers', text, PEERS));

function parseNames(option, text, known) {
  const names = text.split(',');
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new ToolError(`--${option}: there is no ${unknown.join(', ')}, only ${known.join(', ')}.`);
  return [...new Set(names)];
}

function parseCount(option, text, least = 1) {
  const count = Number(text);
  if (Number.isInteger(count) && count >= least && text.trim() !== '') return count;
  throw new ToolError(`--${option} takes whole numbers from ${least}, not "${text}".`);
}
