// SPDX-License-Identifier: Apache-2.0
// tf.losses of the entry `tfwasm`: the functions that all entries have, and losses for training.
import { losses as functions } from '../ops/namespaces.js';
import { getLoss, Loss, type LossOptions } from './losses.js';

export const losses = {
  ...functions,
  Loss,
  /**
   * A loss of Keras for `compile({loss})`, by the name of its class or function in any spelling.
   *
   * ```js
   * const loss = tf.losses.get('huber', {delta: 2});
   * loss.apply(yTrue, yPred).print();
   * ```
   *
   * @throws E_LAYER for unknown names.
   */
  get: (name: string, options: LossOptions = {}): Loss => getLoss({ className: name, config: { ...options } }),
};
