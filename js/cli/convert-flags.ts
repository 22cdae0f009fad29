// SPDX-License-Identifier: Apache-2.0
// The flags of `tfwasm convert`: those of tensorflowjs_converter, and our own.
import type { Flag } from './command-line.js';

const INPUT_FORMATS = [
  'keras',
  'keras_keras',
  'keras_saved_model',
  'tf_saved_model',
  'tf_hub',
  'tf_frozen_model',
  'tfjs_layers_model',
  'tfjs_graph_model',
];
const OUTPUT_FORMATS = ['tfjs_layers_model', 'tfjs_graph_model', 'keras', 'keras_keras', 'keras_saved_model'];

const patterns = (dtype: string) =>
  `Store weights as ${dtype}: those whose names match one of the patterns (a list with commas, "*" and "?" as wildcards), or all others if there is no pattern.`;

export const CONVERT_FLAGS: readonly Flag[] = [
  {
    name: 'input_format',
    kind: 'text',
    choices: INPUT_FORMATS,
    help: 'What the input is. By default its content decides.',
  },
  {
    name: 'output_format',
    kind: 'text',
    choices: OUTPUT_FORMATS,
    help: 'Default: tfjs_graph_model for models of TensorFlow, tfjs_layers_model for files of Keras, keras (.h5) for layers models.',
  },
  {
    name: 'signature_name',
    kind: 'text',
    value: 'NAME',
    help: 'The signature of a SavedModel or Hub module. Default: serving_default, or the only one there is.',
  },
  {
    name: 'saved_model_tags',
    kind: 'text',
    value: 'TAGS',
    help: 'The tags of the graph in a SavedModel, with commas. Default: serve.',
  },
  {
    name: 'output_node_names',
    kind: 'text',
    value: 'NAMES',
    help: 'The outputs of a frozen graph, with commas. Default: the nodes that no other reads.',
  },
  { name: 'quantize_float16', kind: 'maybe', value: 'PATTERNS', help: patterns('float16') },
  { name: 'quantize_uint8', kind: 'maybe', value: 'PATTERNS', help: patterns('uint8') },
  { name: 'quantize_uint16', kind: 'maybe', value: 'PATTERNS', help: patterns('uint16') },
  {
    name: 'quantize_min_elements',
    kind: 'number',
    value: 'N',
    help: 'Leave weights with fewer elements as they are, such as biases. Default: 0.',
  },
  {
    name: 'quantization_bytes',
    kind: 'number',
    value: '{1,2}',
    help: 'Deprecated: 1 is --quantize_uint8, 2 is --quantize_uint16.',
  },
  {
    name: 'weight_shard_size_bytes',
    kind: 'number',
    value: 'BYTES',
    help: 'The size of the weight files. Default: 4194304.',
  },
  { name: 'split_weights_by_layer', kind: 'boolean', help: 'Weight files for each layer. Only for layers models.' },
  {
    name: 'metadata',
    kind: 'text',
    value: 'KEY:FILE',
    help: 'JSON files that become part of the metadata of the model: key:path, several with commas.',
  },
  { name: 'skip_op_check', kind: 'boolean', help: 'Convert graphs with ops that TensorFlow.js does not have, too.' },
  { name: 'strip_debug_ops', kind: 'boolean', help: 'Remove Print, Assert and CheckNumerics. Default: true.' },
  {
    name: 'control_flow_v2',
    kind: 'boolean',
    help: 'For scripts of tensorflowjs_converter. If and While are always kept: all runtimes read them.',
  },
  {
    name: 'use_structured_outputs_names',
    kind: 'boolean',
    help: 'predict() of TensorFlow.js returns outputs by the names of the signature.',
  },
  {
    name: 'freeze_state',
    kind: 'boolean',
    help: 'Convert models that change their variables, too: every run starts from the saved values.',
  },
  {
    name: 'target',
    kind: 'text',
    choices: ['tfjs', 'tfwasm'],
    help: 'Where the model is to run. tfwasm has ops that TensorFlow.js lacks. Default: tfjs.',
  },
  {
    name: 'hdf5_library',
    kind: 'boolean',
    help: 'Read unusual HDF5 files with the HDF5 library. Only for files that you trust.',
  },
  { name: 'experiments', kind: 'boolean', help: 'Has no effect. For scripts of tensorflowjs_converter.' },
  {
    name: 'verify',
    kind: 'boolean',
    help: 'Run the source and the result on the same random input, and print the largest differences.',
  },
  { name: 'json', kind: 'boolean', help: 'Print the report as JSON, with the error of every weight.' },
  { name: 'quiet', kind: 'boolean', short: 'q', help: 'Print errors only.' },
  { name: 'version', kind: 'boolean', short: 'v', help: 'Print versions.' },
  { name: 'help', kind: 'boolean', short: 'h', help: 'Print this.' },
];
