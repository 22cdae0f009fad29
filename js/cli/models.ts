// SPDX-License-Identifier: Apache-2.0
// Models that the command line runs, and inputs for them.
import type { InputFormat } from '../convert.js';

export type Library = typeof import('../index.js');
type Tensor = InstanceType<Library['Tensor']>;

/** What the command line needs of a layers model and of a graph model. */
export interface RunnableModel {
  inputs: { name: string; dtype: string; shape?: readonly (number | null)[] | undefined }[];
  outputNames: string[];
  predict(inputs: Tensor[]): Promise<Tensor[]>;
  dispose(): void;
}

const isLayers = (format: InputFormat) => ['keras', 'keras_keras', 'tfjs_layers_model'].includes(format);

/** Whether the library runs models of this format as they are. */
export const canRun = (format: InputFormat) => isLayers(format) || format === 'tfjs_graph_model';

/** Loads a model. Throws what loading throws. */
export async function loadRunnable(
  tf: Library,
  source: Parameters<Library['loadGraphModel']>[0],
  format: InputFormat,
): Promise<RunnableModel> {
  if (!isLayers(format)) return runnable(await tf.loadGraphModel(source));
  return runnable(await tf.loadLayersModel(source as Parameters<Library['loadLayersModel']>[0]));
}

type Loaded = Awaited<ReturnType<Library['loadGraphModel']>> | Awaited<ReturnType<Library['loadLayersModel']>>;

function runnable(model: Loaded): RunnableModel {
  return {
    inputs: model.inputs.map(({ name, dtype, shape }) => ({ name, dtype: dtype ?? 'float32', shape })),
    outputNames: 'outputNames' in model ? model.outputNames : keysOf(model),
    async predict(inputs) {
      const given = inputs.length === 1 ? (inputs[0] as Tensor) : inputs;
      const results = await (model as { predict(x: Tensor | Tensor[]): unknown }).predict(given);
      return Array.isArray(results)
        ? results
        : results instanceof Object && !('dataId' in results)
          ? Object.values(results)
          : [results as Tensor];
    },
    dispose: () => model.dispose(),
  };
}

/** The outputs of a graph model as its signature names them. */
function keysOf({ modelSignature, outputs }: Awaited<ReturnType<Library['loadGraphModel']>>): string[] {
  const keys = Object.keys(modelSignature?.outputs ?? {});
  return keys.length === outputs.length ? keys : outputs.map(({ name }) => name);
}

/** Sizes that a model leaves open. */
const OPEN_BATCH = 1;
const OPEN_SIZE = 16;

/** Numbers from 0 to 1, the same in every run. */
export function randomNumbers(seed = 1): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** An input of each kind that a model takes. */
export function randomInputs(tf: Library, { inputs }: RunnableModel, random = randomNumbers()): Tensor[] {
  return inputs.map(({ dtype, shape = [] }) => {
    const sizes = shape.map((size, axis) => (size !== null && size >= 0 ? size : axis === 0 ? OPEN_BATCH : OPEN_SIZE));
    const count = sizes.reduce((product, size) => product * size, 1);
    const value = { int32: () => Math.floor(2 * random()), bool: () => random() < 0.5, string: () => 'text' }[dtype];
    return tf.tensor(Array.from({ length: count }, (value ?? random) as () => number), sizes, dtype as 'float32');
  });
}
