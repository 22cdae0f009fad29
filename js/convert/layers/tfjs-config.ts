// SPDX-License-Identifier: Apache-2.0
// Configs of Keras as TensorFlow.js 4.22 reads them: the same layers under the names that it knows.
import type { Json, JsonObject } from '../../keras-files/index.js';
import { readSavedLayer, type SavedLayer } from './config-layers.js';

/** Other names of the same classes. */
const CLASSES: Readonly<Record<string, string>> = {
  BatchNormalizationV1: 'BatchNormalization',
  BatchNormalizationV2: 'BatchNormalization',
  UnifiedGRU: 'GRU',
  UnifiedLSTM: 'LSTM',
  GRUV2: 'GRU',
  LSTMV2: 'LSTM',
  IdentityInitializer: 'Identity',
  OrthogonalInitializer: 'Orthogonal',
};

/** Texts in the place of initializers. */
const INITIALIZERS: Readonly<Record<string, string>> = { uniform: 'RandomUniform', normal: 'RandomNormal' };

/** Arguments that convolutions in two steps inherit, but do not use; TensorFlow.js refuses them. */
const UNUSED = ['kernel_initializer', 'kernel_regularizer', 'kernel_constraint'];

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A topology with the names of TensorFlow.js. What it does not have stays as it is. */
export function adaptTopology(topology: JsonObject): JsonObject {
  return adapt(topology) as JsonObject;
}

function adapt(value: Json): Json {
  if (Array.isArray(value)) return value.map(adapt);
  if (!isObject(value)) return value;
  const adapted = Object.fromEntries(Object.entries(value).map(([key, part]) => [key, adaptValue(key, part)]));
  const { class_name: name, config } = adapted;
  if (typeof name !== 'string' || !isObject(config)) return adapted;
  if (name === 'L1' || name === 'L2') {
    const penalty = { l1: config['l1'] ?? 0, l2: config['l2'] ?? 0 };
    return { ...adapted, class_name: 'L1L2', config: penalty };
  }
  const known = Object.hasOwn(CLASSES, name) ? (CLASSES[name] as string) : name;
  return { ...adapted, class_name: known, config: name.startsWith('SeparableConv') ? without(config, UNUSED) : config };
}

function adaptValue(key: string, value: Json): Json {
  if (typeof value !== 'string') return adapt(value);
  return key.endsWith('_initializer') && Object.hasOwn(INITIALIZERS, value) ? (INITIALIZERS[value] as string) : value;
}

function without(config: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(config).filter(([key]) => !keys.includes(key)));
}

/** The layers that TensorFlow.js 4.22 has. */
const KNOWN = new Set(
  (
    'Activation Add AlphaDropout Average AveragePooling1D AveragePooling2D AveragePooling3D BatchNormalization ' +
    'Bidirectional CategoryEncoding CenterCrop Concatenate Conv1D Conv2D Conv2DTranspose Conv3D Conv3DTranspose ' +
    'ConvLSTM2D ConvLSTM2DCell Cropping2D Dense DepthwiseConv2D Dot Dropout ELU Embedding Flatten Functional GRU ' +
    'GRUCell GaussianDropout GaussianNoise GlobalAveragePooling1D GlobalAveragePooling2D GlobalMaxPooling1D ' +
    'GlobalMaxPooling2D InputLayer LSTM LSTMCell LayerNormalization LeakyReLU Masking MaxPooling1D MaxPooling2D ' +
    'MaxPooling3D Maximum Minimum Model Multiply PReLU Permute RNN RandomWidth ReLU RepeatVector Rescaling Reshape ' +
    'Resizing SeparableConv2D Sequential SimpleRNN SimpleRNNCell Softmax SpatialDropout1D StackedRNNCells ' +
    'ThresholdedReLU TimeDistributed UpSampling2D ZeroPadding2D'
  ).split(' '),
);

/** The layers of a model that TensorFlow.js does not have, by class: the name of the first. */
export function layersNotInTfjs(topology: JsonObject): Map<string, string> {
  const found = new Map<string, string>();
  const visit = ({ className, name, layers = [] }: SavedLayer) => {
    if (!KNOWN.has(className) && !found.has(className)) found.set(className, name);
    for (const layer of layers) visit(layer);
  };
  visit(readSavedLayer(topology));
  return found;
}
