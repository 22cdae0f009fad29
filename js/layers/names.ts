// SPDX-License-Identifier: Apache-2.0
// Names of layers and weights. They are those that TensorFlow.js gives, so that its saved models match.

const uids = new Map<string, number>();
const weightNames = new Map<string, number>();

/** The prefix and a number that counts its uses. */
export function getUid(prefix = ''): string {
  const uid = (uids.get(prefix) ?? 0) + 1;
  uids.set(prefix, uid);
  return `${prefix}${uid}`;
}

/** The name of a layer that was given none: "dense_Dense1". */
export function nameOfLayer(className: string): string {
  return `${pythonName(className)}_${getUid(className)}`;
}

/** "Conv2D" -> "conv2d", "BatchNormalization" -> "batch_normalization", as Keras names layers. */
export function pythonName(className: string): string {
  const spaced = className.replace(/(.)([A-Z][a-z0-9]+)/g, '$1_$2').replace(/([a-z])([A-Z])/g, '$1_$2');
  const snake = spaced.toLowerCase();
  return snake.startsWith('_') ? `private${snake}` : snake;
}

/** The name, with a number if other weights have it. */
export function uniqueWeightName(name: string): string {
  let unique = name;
  for (let count = weightNames.get(name) ?? 0; weightNames.has(unique); ++count) {
    weightNames.set(name, count + 1);
    unique = `${name}_${count + 1}`;
  }
  weightNames.set(unique, weightNames.get(unique) ?? 0);
  return unique;
}
