// SPDX-License-Identifier: Apache-2.0
// Conversions that build the model, and save it in another format.
import { check, TfwasmError } from '../../core/errors.js';
import { isArrayBuffer, toBytes } from '../../io/bytes.js';
import type { ModelArtifacts, SaveResult } from '../../io/types.js';
import type { LayersModel } from '../../layers-model/model.js';
import type { ModelParts } from '../output/write-model.js';
import { loadLibrary } from './library.js';

/** Builds a model. Throws E_LAYER, E_WEIGHT_MISSING, E_SHAPE. */
export async function loadModel(artifacts: ModelArtifacts, hdf5Library = false): Promise<LayersModel> {
  const { loadLayersModel } = await loadLibrary();
  return loadLayersModel({ load: async () => artifacts }, { hdf5Library });
}

async function savedArtifacts(model: LayersModel, format: 'tfjs' | 'keras' | 'h5'): Promise<ModelArtifacts> {
  let saved: ModelArtifacts = {};
  const save = async (artifacts: ModelArtifacts): Promise<SaveResult> => {
    saved = artifacts;
    return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
  };
  await model.save({ save }, { format });
  return saved;
}

/** The model as TensorFlow.js saves it. Its weights are read from the model, which close() disposes of. */
export async function partsOfModel(
  model: LayersModel,
  head: { generatedBy: string; convertedBy: string },
): Promise<{ parts: ModelParts; close(): void }> {
  const { modelTopology, weightSpecs = [], getWeightStream } = await savedArtifacts(model, 'tfjs');
  const reader = getWeightStream?.().getReader();
  const take = async (length: number): Promise<Uint8Array> => {
    const pieces: Uint8Array[] = [];
    for (let left = length; left > 0; ) {
      const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
      if (done) throw new TfwasmError('E_WEIGHT_BYTES', 'the model has fewer weights than it says');
      const piece = toBytes(value);
      pieces.push(piece);
      left -= piece.length;
    }
    return joined(pieces, length);
  };
  const weights = weightSpecs.map(({ name, shape, dtype }) => {
    const byteLength = shape.reduce((product, size) => product * size, dtype === 'bool' ? 1 : 4);
    return { name, shape, dtype, byteLength, read: () => take(byteLength) };
  });
  const close = () => {
    reader?.cancel().catch(() => {});
    model.dispose();
  };
  return {
    parts: { head: { format: 'layers-model', ...head, modelTopology: modelTopology as object }, groups: [weights] },
    close,
  };
}

/** Pieces end where weights end. */
function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const [first] = pieces;
  if (pieces.length === 1 && first) return first;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    check(at + piece.length <= length, 'the pieces of the weights overlap', 'E_INTERNAL');
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** The model as a file of Keras. */
export async function kerasFileOf(model: LayersModel, format: 'keras' | 'h5'): Promise<ArrayBuffer> {
  const { modelTopology } = await savedArtifacts(model, format);
  if (isArrayBuffer(modelTopology)) return modelTopology;
  throw new TfwasmError('E_INTERNAL', 'the model was not saved as a file');
}
