// SPDX-License-Identifier: Apache-2.0
// Calls of functions in models of Keras: `x + y`, `tf.reduce_mean(x, axis=1)`, `keras.ops.matmul(x, y)`.
import { loadBundle } from '../../core/bundles.js';
import type { DataType } from '../../tensor/dtype.js';
import type { Tensor } from '../../tensor/tensor.js';
import { type Config, verbatim } from '../config.js';
import { Layer, type MaskedTensors } from '../layer.js';
import {
  type Kwargs,
  mapSymbolic,
  type Node,
  type OneOrMore,
  type Shape,
  SymbolicTensor,
  toList,
} from '../topology.js';
import type { OperationArgs, SavedOperation } from './saved-operation.js';

type Operations = typeof import('./index.js');

let operations: Operations;

/** Loads the functions, which OperationLayer needs. Throws E_FILE. */
export async function loadOperations(): Promise<void> {
  operations = (await loadBundle('operations.js')) as Operations;
}

/** The most calls between a shape and the sizes that are computed from it. */
const MAX_STEPS = 50;

const mayBeSizes = ({ dtype, rank }: SymbolicTensor) => dtype === 'int32' && rank <= 1;

/** A call of a function. It has no weights, and does not count in the paths of weights in .keras files. */
export class OperationLayer extends Layer {
  /** As the file has it. */
  readonly saved: SavedOperation;
  readonly #run: (args: OperationArgs) => OneOrMore<Tensor>;
  readonly #keepsMasks: boolean;

  /** Throws E_LAYER if there is no such function. */
  constructor(saved: SavedOperation, name: string) {
    super({ name });
    this.saved = saved;
    this.#run = this.blaming(() => operations.createOperation(saved, name));
    this.#keepsMasks = saved.class_name === 'AddLoss' || saved.class_name === 'AddMetric';
    this.built = true;
  }

  override getClassName(): string {
    return this.saved.class_name;
  }

  override getConfig(): Config {
    return verbatim(this.saved.config);
  }

  override outputSpecs(
    inputs: readonly { dtype: DataType; shape: Shape }[],
    kwargs: Kwargs,
  ): { dtype: DataType; shape: Shape }[] {
    return this.tryCall(inputs, kwargs);
  }

  /** Sizes that are computed from shapes have values, since the shape of the output may depend on them. */
  protected override placeholders(inputs: readonly { dtype: DataType; shape: Shape }[], size: number): Tensor[] {
    const values = new Map<SymbolicTensor, Tensor>();
    const valueAt = (tensor: { dtype: DataType; shape: Shape }, depth: number): Tensor => {
      const layer = tensor instanceof SymbolicTensor ? tensor.sourceLayer : undefined;
      if (!(tensor instanceof SymbolicTensor && layer instanceof OperationLayer && mayBeSizes(tensor)) || depth === 0) {
        return super.placeholders([tensor], size)[0] as Tensor;
      }
      const known = values.get(tensor);
      if (known) return known;
      const { callArgs, outputTensors } = layer.inboundNodes[tensor.nodeIndex] as Node;
      const given = mapSymbolic(callArgs, (argument) => valueAt(argument, depth - 1)) as Kwargs;
      const results = toList(layer.call([], given));
      for (const [i, output] of outputTensors.entries()) values.set(output, results[i] as Tensor);
      return results[tensor.tensorIndex] as Tensor;
    };
    return inputs.map((tensor) => valueAt(tensor, MAX_STEPS));
  }

  override call(inputs: OneOrMore<Tensor>, { args = [inputs], kwargs = {} }: Kwargs): OneOrMore<Tensor> {
    return this.#run({ args, kwargs });
  }

  override callWithMasks(inputs: OneOrMore<Tensor>, masks: (Tensor | undefined)[], kwargs: Kwargs): MaskedTensors {
    return { outputs: toList(this.call(inputs, kwargs)), masks: this.#keepsMasks ? masks : [] };
  }
}
