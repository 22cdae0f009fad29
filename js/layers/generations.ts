// SPDX-License-Identifier: Apache-2.0
// Keras 2 and Keras 3 have different functions under the name hard_sigmoid, and a file has those of one of them.
import { TfwasmError } from '../core/errors.js';
import { BuiltInLayer } from './built-in-layer.js';
import type { Layer } from './layer.js';

/** By generation of Keras: the name of a layer that uses its hard_sigmoid. */
function usersOf(layer: Layer, users = new Map<number, string>()): Map<number, string> {
  if (layer instanceof BuiltInLayer && /"hard_?sigmoid"/i.test(JSON.stringify(layer.getConfig()))) {
    users.set(layer.generation, layer.name);
  }
  for (const child of layer.children) usersOf(child, users);
  return users;
}

/** Whether a file must be of Keras 2, or of Keras 3; undefined if both have all that the model uses. */
export function generationOf(model: Layer): number | undefined {
  const [first, second] = [...usersOf(model)].sort(([a], [b]) => a - b);
  if (!first || !second) return first?.[0];
  throw new TfwasmError(
    'E_LAYER',
    `the layers ${first[1]} and ${second[1]} use different functions with the name hard_sigmoid, those of Keras 2 and of ` +
      'Keras 3: no file can have both',
  );
}

/** Throws E_LAYER unless a file with the functions of Keras 2 can have the model. */
export function checkForKeras2(model: Layer): void {
  if (generationOf(model) !== 3) return;
  throw new TfwasmError(
    'E_LAYER',
    `the layer ${usersOf(model).get(3)} uses the hard_sigmoid of Keras 3, which only .keras files have: save the model ` +
      'as .keras',
  );
}
