// SPDX-License-Identifier: Apache-2.0
// Which weights of a .keras or .weights.h5 file belong to which variables of a model: by path, and by the names of
// layers if paths do not fit.
import { TfwasmError } from '../core/errors.js';
import type { KerasArray } from './arrays.js';
import { dequantizedKernel } from './dequantize.js';
import type { TreeKerasFile, TreeObject } from './file.js';
import { fitArray } from './fit-array.js';
import type { Match, MatchOptions, WeightHolder, WeightVariable } from './holders.js';
import { type Located, locateHolders } from './locate.js';

export function matchTree<V extends WeightVariable>(
  file: TreeKerasFile,
  root: WeightHolder<V>,
  { strict = true }: MatchOptions,
): Match<V>[] {
  const located = locateHolders(root, file.root, file.kerasVersion).filter(({ holder }) => holder.variables.length > 0);
  const named = new NamedObjects(file.root, located);
  return located.flatMap((place) => {
    const fitted = named.candidates(place).map((object) => fitObject(place.holder, object));
    const matches = fitted.find((result) => typeof result !== 'string');
    if (matches !== undefined) return matches as Match<V>[];
    if (!strict) return [];
    const problem = fitted[0];
    const what = `'${place.holder.name}' (${place.holder.className})`;
    if (problem === undefined) {
      throw new TfwasmError('E_WEIGHT_MISSING', `the file has no weights for ${what} at '${place.path}'`);
    }
    throw new TfwasmError('E_SHAPE', `the weights at '${place.path}' do not fit ${what}: ${problem}`);
  });
}

/** The matches of all variables of an object; or why it does not fit. */
function fitObject<V extends WeightVariable>(holder: WeightHolder<V>, object: TreeObject): Match<V>[] | string {
  const arrays = arraysFor(holder, object);
  if (typeof arrays === 'string') return arrays;
  const matches: Match<V>[] = [];
  for (const [i, variable] of holder.variables.entries()) {
    const fitted = fitArray(variable, arrays[i] as KerasArray);
    if (typeof fitted === 'string') return `${variable.name}: ${fitted}`;
    matches.push([variable, fitted]);
  }
  return matches;
}

function arraysFor({ className, variables }: WeightHolder, { variables: saved }: TreeObject): KerasArray[] | string {
  const arrays = Array.from(saved)
    .sort(([a], [b]) => a - b)
    .map(([, array]) => array);
  const dequantized = dequantizedKernel(className, variables, arrays);
  if (dequantized) return dequantized;
  if (arrays.length === variables.length) return arrays;
  return `there are ${arrays.length} arrays for ${variables.length} variables`;
}

/** The objects of a file by the names of layers, which newer versions of Keras store. */
class NamedObjects<V extends WeightVariable> {
  readonly #byName = new Map<string, TreeObject[]>();
  /** Whether the file and the model have the same names, so that the model is the one that was saved. */
  readonly #sameNames: boolean;

  constructor(root: TreeObject, located: readonly Located<V>[]) {
    const names: string[] = [];
    const objects = [root];
    for (const object of objects) {
      objects.push(...object.children.values());
      const { name, variables, path } = object;
      if (name === undefined || variables.size === 0 || path.split('/')[0] === 'optimizer') continue;
      names.push(name);
      this.#byName.set(name, [...(this.#byName.get(name) ?? []), object]);
    }
    const wanted = located.map(({ holder }) => holder.name);
    this.#sameNames = names.sort().join('\0') === wanted.sort().join('\0');
  }

  /** The objects that may have the weights of a holder, the most probable first. */
  candidates({ holder, object }: Located<V>): TreeObject[] {
    const named = this.#byName.get(holder.name) ?? [];
    const only = named.length === 1 ? named : [];
    const atPath = object && object.variables.size > 0 ? [object] : [];
    const disagree = object?.name !== undefined && object.name !== holder.name;
    return this.#sameNames && disagree ? [...only, ...atPath] : [...atPath, ...only];
  }
}
