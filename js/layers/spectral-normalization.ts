// SPDX-License-Identifier: Apache-2.0
// Miyato et al., "Spectral normalization for generative adversarial networks", 2018;
// keras/src/layers/normalization/spectral_normalization.py.
import { TfwasmError } from '../core/errors.js';
import { add, div, maximum, sub } from '../ops/arithmetic.js';
import { notEqual, where } from '../ops/logical.js';
import { matMul } from '../ops/matrix.js';
import { any, sum } from '../ops/reduce.js';
import { reshape } from '../ops/shape.js';
import { sqrt, square } from '../ops/unary.js';
import { run } from '../tensor/call.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Config } from './config.js';
import { currentExecution, updateVariable } from './execution.js';
import { truncatedNormal } from './initializers.js';
import type { MaskedTensors } from './layer.js';
import type { LayerVariable } from './layer-variable.js';
import type { LayerContext } from './registry.js';
import type { Kwargs, OneOrMore, Shape } from './topology.js';
import { type Spec, Wrapper, type WrapperArgs } from './wrapper.js';

export interface SpectralNormalizationArgs extends WrapperArgs {
  /** Default: 1. */
  powerIterations?: number;
}

const isKernel = ({ originalName }: LayerVariable): boolean => /(^|\/)(kernel|embeddings)$/.test(originalName);

/** x / |x|. */
const unit = (x: Tensor): Tensor => div(x, sqrt(maximum(sum(square(x)), 1e-12)));

const fixed = (x: Tensor): Tensor => run('StopGradient', [x]);

/** Divides the kernel of a layer by its largest singular value, before each call in training. */
export class SpectralNormalization extends Wrapper {
  /** @internal */
  static override readonly className: string = 'SpectralNormalization';

  readonly powerIterations: number;
  #kernel: LayerVariable | undefined;

  constructor(args: SpectralNormalizationArgs, context?: LayerContext) {
    super(args, context);
    this.powerIterations = args.powerIterations ?? 1;
    if (!Number.isInteger(this.powerIterations) || this.powerIterations < 1) {
      throw new TfwasmError('E_LAYER', `${this.name}: powerIterations must be a positive integer`);
    }
  }

  override build(inputShape: Shape | Shape[]): void {
    this.layer.weightScope = `${this.weightScope ?? this.name}/${this.layer.name}`;
    this.layer.ensureBuilt((Array.isArray(inputShape[0]) ? inputShape : [inputShape]) as Shape[]);
    this.#kernel = this.layer.weights.find(isKernel);
    if (!this.#kernel) {
      throw new TfwasmError('E_LAYER', `${this.name}: the layer ${this.layer.name} has no kernel and no embeddings`);
    }
    const features = this.#kernel.shape.at(-1) as number;
    this.addWeight('vector_u', [1, features], 'float32', truncatedNormal({ stddev: 0.02 }), null, false);
  }

  override outputSpecs(inputs: readonly Spec[], kwargs: Kwargs): Spec[] {
    return this.layer.outputSpecs(inputs, kwargs);
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    return this.layer.computeOutputShape(inputShape);
  }

  override callWithMasks(inputs: OneOrMore<Tensor>, masks: (Tensor | undefined)[], kwargs: Kwargs): MaskedTensors {
    if (kwargs['training'] ?? currentExecution()?.training) this.#normalize();
    return this.callInner(this.layer, inputs, masks, kwargs);
  }

  #normalize(): void {
    const [kernel, vector] = [this.#kernel, this.ownWeights[0]] as [LayerVariable, LayerVariable];
    const value = kernel.read();
    const w: Tensor = reshape(value, [-1, kernel.shape.at(-1) as number]);
    let u = vector.read();
    let v = u;
    for (let i = 0; i < this.powerIterations; ++i) {
      v = unit(matMul(u, w, false, true));
      u = unit(matMul(v, w));
    }
    const sigma = reshape(matMul(matMul(v, w), u, false, true), []);
    const isUsed = any(notEqual(value, 0));
    // The gradient is that of the new kernel.
    const change = where(isUsed, sub(div(value, sigma), value), 0);
    updateVariable(kernel, add(value, fixed(change)));
    updateVariable(vector, fixed(where(isUsed, u, vector.read())));
  }

  override getConfig(): Config {
    return { ...super.getConfig(), powerIterations: this.powerIterations };
  }
}
