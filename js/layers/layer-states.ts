// SPDX-License-Identifier: Apache-2.0
// The states that a recurrent layer keeps between batches.
import { TfwasmError } from '../core/errors.js';
import { zeros } from '../tensor/factories.js';
import type { Tensor } from '../tensor/tensor.js';
import { updateVariable } from './execution.js';
import { LayerVariable } from './layer-variable.js';
import { type OneOrMore, type Shape, toList } from './topology.js';

export class LayerStates {
  readonly variables: readonly LayerVariable[];

  /** @param shapes With the batch. Throws E_LAYER if a size is unknown. */
  constructor(layerName: string, shapes: readonly Shape[]) {
    this.variables = shapes.map((shape, i) => {
      if (shape.includes(null)) {
        throw new TfwasmError(
          'E_LAYER',
          `${layerName}: a stateful layer needs to know the size of its batches. Give batchInputShape to the first ` +
            'layer, or batchShape to tf.input()',
        );
      }
      const sizes = shape as number[];
      return new LayerVariable('float32', sizes, () => zeros(sizes), `${layerName}/state_${i}`, false);
    });
  }

  read(): Tensor[] {
    return this.variables.map((variable) => variable.read());
  }

  update(values: readonly Tensor[]): void {
    for (const [i, variable] of this.variables.entries()) updateVariable(variable, values[i] as Tensor);
  }

  /** Sets the states; to zeros if there are no values. Throws E_LAYER if their number is wrong, E_SHAPE for shapes. */
  reset(values?: OneOrMore<Tensor>): void {
    const given = toList(values);
    if (values && given.length !== this.variables.length) {
      throw new TfwasmError('E_LAYER', `expected ${this.variables.length} states, got ${given.length}`);
    }
    for (const [i, variable] of this.variables.entries()) {
      const value = given[i] ?? zeros(variable.shape);
      variable.write(value);
      if (!values) value.dispose();
    }
  }
}
