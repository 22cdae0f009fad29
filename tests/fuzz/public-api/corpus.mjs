// SPDX-License-Identifier: Apache-2.0
// Models as files of the corpus: JSON, with the weights in base64.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { ROOT } from '../../../tools/lib/paths.mjs';

export const CORPUS = join(ROOT, 'tests/fuzz/corpus/public_api');

export const toCorpus = ({ weightData, ...parts }) => ({
  ...parts,
  weightData: Buffer.from(weightData).toString('base64'),
});

export const fromCorpus = ({ weightData, ...parts }) => ({
  ...parts,
  weightData: new Uint8Array(Buffer.from(weightData, 'base64')).buffer,
});

/** @returns {{name: string, artifacts: object}[]} */
export function readCorpus() {
  return readdirSync(CORPUS)
    .sort()
    .map((name) => ({ name, artifacts: fromCorpus(JSON.parse(readFileSync(join(CORPUS, name), 'utf8'))) }));
}

/** Writes the model of a finding. Returns the file. */
export function writeFinding(folder, { seed, number, artifacts }) {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${seed}-${number}.json`);
  writeFileSync(file, JSON.stringify(artifacts));
  return file;
}
