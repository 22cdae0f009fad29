// SPDX-License-Identifier: Apache-2.0
// Configs of Keras 1 as those of Keras 2. The names are those of keras/legacy/interfaces.py in Keras 2.
import { TfwasmError } from '../core/errors.js';
import type { Json, JsonObject } from './json.js';

/** Old keys and new ones. */
type Names = Readonly<Record<string, string>>;

const WEIGHTS: Names = {
  init: 'kernel_initializer',
  W_regularizer: 'kernel_regularizer',
  b_regularizer: 'bias_regularizer',
  W_constraint: 'kernel_constraint',
  b_constraint: 'bias_constraint',
  bias: 'use_bias',
};
const WINDOWS: Names = { border_mode: 'padding', dim_ordering: 'data_format', subsample: 'strides' };
const CONVOLUTION: Names = { ...WEIGHTS, ...WINDOWS, nb_filter: 'filters', atrous_rate: 'dilation_rate' };
const RECURRENT: Names = {
  ...WEIGHTS,
  output_dim: 'units',
  inner_init: 'recurrent_initializer',
  inner_activation: 'recurrent_activation',
  U_regularizer: 'recurrent_regularizer',
  dropout_W: 'dropout',
  dropout_U: 'recurrent_dropout',
};
const POOLING_1D: Names = { ...WINDOWS, pool_length: 'pool_size', stride: 'strides' };

const NAMES: Readonly<Record<string, Names>> = {
  Dense: { ...WEIGHTS, output_dim: 'units' },
  Convolution1D: { ...CONVOLUTION, filter_length: 'kernel_size', subsample_length: 'strides' },
  AtrousConvolution1D: { ...CONVOLUTION, filter_length: 'kernel_size', subsample_length: 'strides' },
  Convolution2D: CONVOLUTION,
  Convolution3D: CONVOLUTION,
  AtrousConvolution2D: CONVOLUTION,
  Deconvolution2D: CONVOLUTION,
  SeparableConvolution2D: {
    ...CONVOLUTION,
    depthwise_init: 'depthwise_initializer',
    pointwise_init: 'pointwise_initializer',
  },
  MaxPooling1D: POOLING_1D,
  AveragePooling1D: POOLING_1D,
  UpSampling1D: { length: 'size' },
  LSTM: RECURRENT,
  GRU: RECURRENT,
  SimpleRNN: RECURRENT,
  Embedding: {
    init: 'embeddings_initializer',
    W_regularizer: 'embeddings_regularizer',
    W_constraint: 'embeddings_constraint',
  },
  BatchNormalization: { gamma_init: 'gamma_initializer', beta_init: 'beta_initializer' },
  PReLU: { init: 'alpha_initializer' },
  Dropout: { p: 'rate' },
  SpatialDropout1D: { p: 'rate' },
  SpatialDropout2D: { p: 'rate', dim_ordering: 'data_format' },
  GaussianDropout: { p: 'rate' },
  GaussianNoise: { sigma: 'stddev' },
};

const CLASSES: Names = {
  Convolution1D: 'Conv1D',
  AtrousConvolution1D: 'Conv1D',
  Convolution2D: 'Conv2D',
  AtrousConvolution2D: 'Conv2D',
  Convolution3D: 'Conv3D',
  Deconvolution2D: 'Conv2DTranspose',
  SeparableConvolution2D: 'SeparableConv2D',
};

/** The layers that a Merge was, by its mode. */
const MERGES: Names = {
  sum: 'Add',
  mul: 'Multiply',
  concat: 'Concatenate',
  ave: 'Average',
  max: 'Maximum',
  dot: 'Dot',
  cos: 'Dot',
};

/** Keys that Keras 2 does not have. */
const DROPPED = ['consume_less', 'mode', 'forget_bias_init', 'activity_regularizer', 'input_dtype', 'output_shape'];

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** {"name": "WeightRegularizer", "l2": 0.1} -> {"class_name": "L1L2", "config": {"l2": 0.1}}. */
function upgradeValue(key: string, value: Json): Json {
  if (key === 'data_format') return value === 'th' ? 'channels_first' : 'channels_last';
  if (!isObject(value) || typeof value['name'] !== 'string') return value;
  const { name, m, ...config } = value;
  if (key.endsWith('_regularizer')) return { class_name: 'L1L2', config };
  if (key.endsWith('_constraint')) {
    return { class_name: name as string, config: m === undefined ? config : { ...config, max_value: m } };
  }
  return value;
}

function upgradeMerge(config: JsonObject): { class_name: string; config: JsonObject } {
  const mode = String(config['mode']);
  const className = Object.hasOwn(MERGES, mode) ? MERGES[mode] : undefined;
  if (className === undefined)
    throw new TfwasmError('E_LAYER', `a Merge of Keras 1 with mode '${mode}' is not supported`);
  const result: JsonObject = { name: config['name'] ?? null };
  if (mode === 'concat') result['axis'] = config['concat_axis'] ?? -1;
  if (className === 'Dot') {
    result['axes'] = config['dot_axes'] ?? 1;
    result['normalize'] = mode === 'cos';
  }
  return { class_name: className, config: result };
}

/** Adds what several old keys say together. */
function addCombined(className: string, old: JsonObject, config: JsonObject): void {
  const sizes = ['nb_row', 'nb_col', 'kernel_dim1', 'kernel_dim2', 'kernel_dim3'].filter((key) => key in old);
  if (sizes.length > 0) {
    config['kernel_size'] = sizes.map((key) => old[key] ?? null);
    for (const key of sizes) delete config[key];
  }
  if (className === 'LSTM') config['unit_forget_bias'] = old['forget_bias_init'] === 'one';
  if (className === 'GRU') config['reset_after'] = false;
}

function upgradeConfig(className: string, old: JsonObject): JsonObject {
  const names: Names = { ...NAMES[className], dim_ordering: 'data_format', border_mode: 'padding' };
  const config: JsonObject = {};
  for (const [key, value] of Object.entries(old)) {
    if (DROPPED.includes(key)) continue;
    const name = Object.hasOwn(names, key) ? (names[key] as string) : key;
    config[name] = upgradeValue(name, value as Json);
  }
  if (className === 'Dense' || className === 'LSTM' || className === 'GRU' || className === 'SimpleRNN') {
    delete config['input_dim'];
    delete config['input_length'];
  }
  addCombined(className, old, config);
  return config;
}

/**
 * A layer or model of Keras 1, {class_name, config}, as Keras 2 writes it.
 *
 * @throws E_LAYER for a Merge that computes with a Python function.
 */
export function upgradeKeras1(saved: JsonObject): JsonObject {
  const { class_name: className, config } = saved;
  if (typeof className !== 'string') return saved;
  if (Array.isArray(config)) return { ...saved, config: config.map(upgradeItem) };
  if (!isObject(config)) return saved;
  if (Array.isArray(config['layers'])) {
    return { ...saved, config: { ...config, layers: config['layers'].map(upgradeItem) } };
  }
  if (className === 'Merge') return { ...saved, ...upgradeMerge(config) };
  const upgraded = upgradeConfig(className, config);
  if (isObject(upgraded['layer'])) upgraded['layer'] = upgradeKeras1(upgraded['layer']);
  return { ...saved, class_name: CLASSES[className] ?? className, config: upgraded };
}

const upgradeItem = (item: Json): Json => (isObject(item) ? upgradeKeras1(item) : item);
