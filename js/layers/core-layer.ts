// SPDX-License-Identifier: Apache-2.0
// A layer of the core. Layers of JavaScript with equal configs share one, since models repeat few configs many times,
// and what a layer says of its weights and outputs takes longer to compute than to remember.
import { callTrainingCore } from '../autodiff/core.js';
import type { SpecDescription } from '../core/core-module.js';

/** A weight as the core declares it. */
export interface WeightDescription {
  name: string;
  tensor: SpecDescription;
  trainable: boolean;
  initializer: unknown;
  regularizer: unknown;
  constraint: unknown;
}

/** The most entries that are remembered, and the longest config: vocabularies are longer. */
const MOST_ENTRIES = 200;
const LONGEST_CONFIG = 4000;

/** The result for a key, which is computed once, and kept unless it says otherwise. */
function remembered<T extends object>(results: Map<string, T>, key: string, compute: () => T): T {
  const known = results.get(key);
  if (known) return known;
  const result = compute();
  if (results.size >= MOST_ENTRIES) results.clear();
  if ((result as { isShared?: boolean }).isShared !== false) results.set(key, result);
  return result;
}

/** Frees layers that nobody has any more. */
const forgotten = new FinalizationRegistry<number>((handle) => callTrainingCore((core) => core.disposeLayer(handle)));

export class CoreLayer {
  /** Both as JSON: the config with defaults, and the keys that the layer ignores. */
  readonly config: string;
  readonly unknown: string;
  readonly handle: number;
  readonly isShared: boolean;
  readonly #weights = new Map<string, WeightDescription[]>();
  readonly #outputs = new Map<string, SpecDescription[]>();

  constructor(className: string, json: string, generation: number) {
    const made = callTrainingCore((core) => core.createLayer(className, json, generation));
    this.config = made.config;
    this.unknown = made.unknown;
    this.handle = made.layer;
    this.isShared = made.isShared && json.length <= LONGEST_CONFIG;
    forgotten.register(this, this.handle, this);
  }

  /** The weights for inputs like these. Do not change what is returned. */
  weightsFor(inputs: SpecDescription[]): readonly WeightDescription[] {
    return remembered(this.#weights, JSON.stringify(inputs), () =>
      JSON.parse(callTrainingCore((core) => core.buildLayer(this.handle, inputs))),
    );
  }

  /** The outputs of the layer with weights for `builtFor`. Do not change what is returned. */
  outputsFor(builtFor: SpecDescription[], inputs: SpecDescription[]): readonly SpecDescription[] {
    return remembered(this.#outputs, JSON.stringify([builtFor, inputs]), () =>
      JSON.parse(callTrainingCore((core) => core.layerOutputs(this.handle, builtFor, inputs))),
    );
  }

  /** For the only user of the layer. */
  dispose(): void {
    if (this.isShared) return;
    forgotten.unregister(this);
    callTrainingCore((core) => core.disposeLayer(this.handle));
  }
}

const shared = new Map<string, CoreLayer>();

/** A layer, perhaps one that others have, too. `json`: the config. Throws E_LAYER. */
export function coreLayerOf(className: string, json: string, generation: number): CoreLayer {
  return remembered(shared, `${className} ${generation} ${json}`, () => new CoreLayer(className, json, generation));
}
