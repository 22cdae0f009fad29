// SPDX-License-Identifier: Apache-2.0
// The graph that a model runs, for conversions.
import { captureInput, inCapture } from '../../autodiff/capture.js';
import { callTrainingCore } from '../../autodiff/core.js';
import type { Container } from '../../layers/container.js';
import { execute, newExecution } from '../../layers/execution.js';
import { tensorOfHandle } from '../../tensor/tensor.js';
import { usedVariables, type Variable } from '../../tensor/variable.js';
import type { ModelGraph } from '../model-graph.js';

/** Captures the model for inputs of these sizes. */
export function captureGraph(model: Container, sizes: readonly (readonly number[])[]): ModelGraph {
  // Creates the variables, which the capture then knows.
  for (const variable of [...model.weights, ...model.stateVariables]) variable.read();
  return inCapture(() => {
    const inputs = model.inputs.map(({ dtype, shape }, i) =>
      captureInput({ dtype, shape: sizes[i] as number[], declared: shape }),
    );
    const known = Object.values(usedVariables());
    for (const { storage } of known) callTrainingCore((core) => core.captureVariable(storage.handle()));
    const path = [model.name];
    const layers: ModelGraph['layers'] = [];
    const note = () => layers.push([callTrainingCore((core) => core.capturedNodes()), path.join('/')]);
    const enter = (layer: string) => {
      path.push(layer);
      note();
      return () => {
        path.pop();
        note();
      };
    };
    const execution = { ...newExecution(false), enter };
    const { outputs } = execute(execution, () => model.executeTo(model.outputs, inputs, [], { training: false }));
    const handles = outputs.map(({ storage }) => storage.handle());
    const { structure, variables, ...counts } = callTrainingCore((core) => core.capturedStructure(handles));
    return {
      ...counts,
      structure: tensorOfHandle(structure).storage.readStrings()[0] as Uint8Array,
      layers,
      variables: variables.map((i) => known[i] as Variable),
      changesState: execution.updates.length > 0,
    };
  });
}
