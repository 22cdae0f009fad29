// SPDX-License-Identifier: Apache-2.0
// Which weights of an .h5 file belong to which variables of a model: by position.
import { check } from '../core/errors.js';
import type { KerasArray } from './arrays.js';
import { convertLegacy, type Origin } from './convert-legacy.js';
import { isKeras1, type LegacyKerasFile, type LegacyLayer } from './file.js';
import { fitArray } from './fit-array.js';
import {
  layersOf,
  legacyOrder,
  type Match,
  type MatchOptions,
  variablesIn,
  type WeightHolder,
  type WeightVariable,
} from './holders.js';

/** The layers of both sides that belong together, and the weights of the model itself. */
export function matchLegacy<V extends WeightVariable>(
  file: LegacyKerasFile,
  root: WeightHolder<V>,
  { byName = false, strict = true }: MatchOptions,
): Match<V>[] {
  const layers = new Set(layersOf(root) ?? [root]);
  const holders = [...layers].filter((holder) => variablesIn(holder).size > 0);
  const saved = file.layers.filter(({ weights }) => weights.length > 0);
  const origin: Origin = { isKeras1: isKeras1(file.kerasVersion), backend: file.backend };
  const pairs = byName ? pairByName(holders, saved) : pairByPosition(holders, saved, strict);
  const own = { name: root.name, weights: file.ownWeights };
  if (layersOf(root) && root.variables.length > 0) pairs.push([{ ...root, children: [] }, own]);
  return pairs.flatMap(([holder, layer]) => matchLayer(holder, layer, origin, strict));
}

type Pair<V extends WeightVariable> = [WeightHolder<V>, LegacyLayer];

function pairByName<V extends WeightVariable>(holders: WeightHolder<V>[], saved: LegacyLayer[]): Pair<V>[] {
  return holders.flatMap((holder) =>
    saved.filter(({ name }) => name === holder.name).map((layer): Pair<V> => [holder, layer]),
  );
}

function pairByPosition<V extends WeightVariable>(
  holders: WeightHolder<V>[],
  saved: LegacyLayer[],
  strict: boolean,
): Pair<V>[] {
  const names = (list: { name: string }[]) => list.map(({ name }) => `'${name}'`).join(', ');
  check(
    !strict || holders.length === saved.length,
    () =>
      `the file has ${saved.length} layers with weights (${names(saved)}), ` +
      `but the model has ${holders.length} (${names(holders)})`,
    'E_WEIGHT_MISSING',
  );
  return holders.slice(0, saved.length).map((holder, i): Pair<V> => [holder, saved[i] as LegacyLayer]);
}

function matchLayer<V extends WeightVariable>(
  holder: WeightHolder<V>,
  { name, weights }: LegacyLayer,
  origin: Origin,
  strict: boolean,
): Match<V>[] {
  const arrays = convertLegacy(
    holder,
    weights.map(({ array }) => array),
    origin,
  );
  const variables = legacyOrder(holder);
  if (variables.length !== arrays.length) {
    check(
      !strict,
      () =>
        `layer '${name}' in the file has ${arrays.length} weights (${weights.map((weight) => weight.name).join(', ')}), ` +
        `but layer '${holder.name}' has ${variables.length} variables`,
      'E_WEIGHT_MISSING',
    );
    return [];
  }
  // Some versions of Keras write the weights of a frozen model layer by layer.
  const orders = [variables, [...variablesIn(holder)]];
  const matches = orders.map((order) => fitAll(order, arrays)).find((fitting) => fitting !== undefined);
  if (matches) return matches;
  return variables.flatMap((variable, i) => {
    const fitted = fitArray(variable, arrays[i] as KerasArray);
    if (typeof fitted !== 'string') return [[variable, fitted] as Match<V>];
    const what = `weight '${weights[i]?.name ?? i}' of layer '${name}'`;
    check(!strict, () => `${what} does not fit '${holder.name}/${variable.name}': ${fitted}`, 'E_SHAPE');
    return [];
  });
}

function fitAll<V extends WeightVariable>(variables: readonly V[], arrays: readonly KerasArray[]) {
  const matches: Match<V>[] = [];
  for (const [i, variable] of variables.entries()) {
    const fitted = fitArray(variable, arrays[i] as KerasArray);
    if (typeof fitted === 'string') return undefined;
    matches.push([variable, fitted]);
  }
  return matches;
}
