// SPDX-License-Identifier: Apache-2.0
// Keras files as models of TensorFlow.js.
import { TfwasmError } from '../../core/errors.js';
import { version, version_converter } from '../../core/version.js';
import type { KerasArray, KerasFile, LegacyKerasFile } from '../../keras-files/index.js';
import { loadKerasFiles } from '../../keras-files/loader.js';
import type { ModelParts } from '../output/write-model.js';
import type { WeightSource } from '../output/weights.js';
import { readSavedLayer, type SavedLayer } from './config-layers.js';
import { checkConvertible } from './keras3.js';
import type { KerasInput } from './keras-source.js';
import { loadModel, partsOfModel } from './through-model.js';

/** A model, and what of its source it does not have. */
export interface ConvertedParts {
  parts: ModelParts;
  notes: string[];
  warnings: string[];
  /** Frees what the parts are read from. */
  close(): void;
}

/**
 * A .h5 file of Keras 2 keeps its config and the names of its weights, as tensorflowjs_converter does it. The config of
 * others is not what TensorFlow.js reads: their model is built, and written anew.
 *
 * @throws E_LAYER for classes that are not known, and for files without a model that only belong to one.
 */
export async function layersOfKeras(input: KerasInput): Promise<ConvertedParts> {
  const { file } = input;
  const notes = notesOn(file);
  const { isKeras1 } = await loadKerasFiles();
  if (file.layout === 'legacy') {
    const isKeras2 = !isKeras1(file.kerasVersion) && !file.kerasVersion?.startsWith('3');
    if (isKeras2 || !file.modelConfig) return { ...partsOfLegacy(file), notes, close() {} };
  } else if (!file.modelConfig) {
    throw new TfwasmError(
      'E_LAYER',
      'the file has weights only, by the paths of layers: convert the .keras file instead',
    );
  }
  checkConvertible(file);
  const model = await loadModel({ modelTopology: await input.bytes() }, input.hdf5Library);
  if (file.trainingConfig) notes.push('the arguments of compile(): TensorFlow.js has others');
  const saved = await partsOfModel(model, { generatedBy: generatorOf(file), convertedBy: CONVERTER });
  return { ...saved, notes, warnings: [] };
}

export const generatorOf = ({ kerasVersion }: KerasFile) => `keras v${kerasVersion ?? '1'}`;
export const CONVERTER = `tfwasm ${version} (compatible with TensorFlow.js Converter v${version_converter})`;

function notesOn({ optimizerWeights, assets }: KerasFile): string[] {
  const count = optimizerWeights.length;
  const state = `the state of the optimizer (${count} arrays): a converted model is for predictions`;
  const files = Array.from(assets.keys(), (path) => `assets/${path}: model.json has no place for it`);
  return [...(count > 0 ? [state] : []), ...files];
}

function partsOfLegacy(file: LegacyKerasFile): Pick<ConvertedParts, 'parts' | 'warnings'> {
  const { kerasVersion, backend, modelConfig, trainingConfig } = file;
  const layers = new Map((modelConfig && readSavedLayer(modelConfig).layers)?.map((layer) => [layer.name, layer]));
  const warnings = modelConfig ? [] : ['the file has weights only, so model.json has no layers'];
  const groups = file.layers.map(({ name, weights }) => {
    const inner = layers.get(name)?.layers;
    const rename = !modelConfig
      ? (given: string) => given
      : inner
        ? nameInside(inner)
        : (given: string) => nameIn(name, given);
    return weights.map(({ name: given, array }) => sourceOf(rename(given.replace(/:0$/, '')), array));
  });
  const own = file.ownWeights.map(({ name, array }) => sourceOf(name.replace(/:0$/, ''), array));
  return {
    parts: {
      head: {
        format: 'layers-model',
        generatedBy: generatorOf(file),
        convertedBy: CONVERTER,
        modelTopology: modelConfig
          ? {
              keras_version: kerasVersion,
              ...(backend !== undefined && { backend }),
              model_config: modelConfig,
              ...(trainingConfig && { training_config: trainingConfig }),
            }
          : null,
      },
      groups: [...groups, own].filter((group) => group.length > 0),
    },
    warnings,
  };
}

/** Readers look for weights by the names of layers, which a renamed layer's weights do not begin with. */
function nameIn(layer: string, weight: string): string {
  if (weight.startsWith(`${layer}/`)) return weight;
  return `${layer}/${weight.slice(weight.indexOf('/') + 1)}`;
}

/** Weights of nested models are found by the layers in them, without the names of the models around. */
function nameInside(layers: readonly SavedLayer[]): (weight: string) => string {
  const names = new Set(leafNames(layers));
  return (weight) => {
    const parts = weight.split('/');
    const start = parts.findIndex((part, i) => i < parts.length - 1 && names.has(part));
    return start < 0 ? weight : parts.slice(start).join('/');
  };
}

function leafNames(layers: readonly SavedLayer[]): string[] {
  return layers.flatMap(({ name, layers: inner }) => (inner ? leafNames(inner) : [name]));
}

const DTYPES = { float32: 'float32', int32: 'int32', int8: 'int32', uint8: 'int32', bool: 'bool' } as const;

/** Throws E_DTYPE for texts. */
function sourceOf(name: string, array: KerasArray): WeightSource {
  const { shape, dtype, size } = array;
  if (dtype === 'string') throw new TfwasmError('E_DTYPE', `the weight '${name}' has texts, which cannot be converted`);
  return {
    name,
    shape,
    dtype: DTYPES[dtype],
    byteLength: dtype === 'bool' ? size : 4 * size,
    read() {
      const data = array.read() as Exclude<ReturnType<typeof array.read>, string[]>;
      const values = dtype === 'int8' || dtype === 'uint8' ? Int32Array.from(data) : data;
      return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    },
  };
}
