// SPDX-License-Identifier: Apache-2.0
// Layers of Keras 3 that only augment images. Models that have them can predict, where they do nothing.
import { TfwasmError } from '../core/errors.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Config } from './config.js';
import { currentExecution } from './execution.js';
import { Layer, type LayerArgs } from './layer.js';
import type { Kwargs, OneOrMore, Shape } from './topology.js';

export class Augmentation extends Layer {
  readonly #className: string;
  readonly #options: Config;

  constructor(className: string, config: Config) {
    super(config as LayerArgs, className);
    this.#className = className;
    this.#options = config;
    this.supportsMasking = true;
  }

  override getClassName(): string {
    return this.#className;
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    return inputShape;
  }

  override call(inputs: OneOrMore<Tensor>, { training = currentExecution()?.training }: Kwargs): OneOrMore<Tensor> {
    if (!training) return inputs;
    throw new TfwasmError(
      'E_LAYER',
      `training with ${this.#className} is not supported: augment the images before fit(), in a map() of tf.data, or give ` +
        'a class of this name in the option customObjects',
    );
  }

  override getConfig(): Config {
    return { ...this.#options, ...super.getConfig() };
  }
}

export const AUGMENTATIONS = ['AugMix', 'CutMix', 'RandAugment', 'RandomElasticTransform'];
