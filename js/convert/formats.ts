// SPDX-License-Identifier: Apache-2.0
// Which formats can be converted to which.
import { check, TfwasmError } from '../core/errors.js';
import type { FoundModel } from './files/sniff.js';
import type { InputFormat, OutputFormat } from './report.js';

/** The outputs of each input; the first is the default. */
const PAIRS: Readonly<Record<InputFormat, readonly OutputFormat[]>> = {
  keras: ['tfjs_layers_model', 'tfjs_graph_model', 'keras_keras', 'keras'],
  keras_keras: ['tfjs_layers_model', 'tfjs_graph_model', 'keras', 'keras_keras'],
  keras_saved_model: ['tfjs_graph_model'],
  tf_saved_model: ['tfjs_graph_model'],
  tf_hub: ['tfjs_graph_model'],
  tf_frozen_model: ['tfjs_graph_model'],
  tfjs_layers_model: ['keras', 'keras_keras', 'tfjs_graph_model', 'tfjs_layers_model'],
  tfjs_graph_model: ['tfjs_graph_model'],
};

export const INPUT_FORMATS = Object.keys(PAIRS) as InputFormat[];
export const OUTPUT_FORMATS: readonly OutputFormat[] = [
  'tfjs_layers_model',
  'tfjs_graph_model',
  'keras',
  'keras_keras',
  'keras_saved_model',
];

/** Formats that are the same content under several names. */
const FAMILIES: Readonly<Record<InputFormat, string>> = {
  keras: 'a Keras file',
  keras_keras: 'a Keras file',
  keras_saved_model: 'a SavedModel',
  tf_saved_model: 'a SavedModel',
  tf_hub: 'a SavedModel',
  tf_frozen_model: 'a frozen graph',
  tfjs_layers_model: 'a layers model of TensorFlow.js',
  tfjs_graph_model: 'a graph model of TensorFlow.js',
};

/** The format of the input: the one that was asked for, if the content is of that kind. Throws E_INPUT. */
export function inputFormatOf(found: FoundModel, name: string, asked: InputFormat | undefined): InputFormat {
  if (asked === undefined) return found.format;
  check(INPUT_FORMATS.includes(asked), `there is no input format '${asked}': ${INPUT_FORMATS.join(', ')}`);
  check(
    FAMILIES[asked] === FAMILIES[found.format],
    () =>
      `${name} is ${FAMILIES[found.format]}, not ${FAMILIES[asked]}: leave out the input format, or ask for ${found.format}`,
  );
  return asked;
}

/** What a format can be converted to, the default first. */
export const outputsOf = (input: InputFormat): readonly OutputFormat[] => PAIRS[input];

/** Throws E_INPUT if there is no such conversion. */
export function outputFormatOf(input: InputFormat, asked: OutputFormat | undefined): OutputFormat {
  const outputs = PAIRS[input];
  const format = asked ?? (outputs[0] as OutputFormat);
  check(OUTPUT_FORMATS.includes(format), `there is no output format '${format}': ${OUTPUT_FORMATS.join(', ')}`);
  if (outputs.includes(format)) return format;
  throw new TfwasmError('E_INPUT', `cannot convert ${input} to ${format}: ${whyNot(input, format)}`);
}

function whyNot(input: InputFormat, output: OutputFormat): string {
  if (output === 'keras_saved_model') {
    return 'a SavedModel has functions that only TensorFlow can trace. Convert to keras_keras, and call model.export() in Python';
  }
  if (input === 'keras_saved_model' && output === 'tfjs_layers_model') {
    return 'save the model as .keras or .h5 for that, or convert it to tfjs_graph_model';
  }
  return `it can become ${PAIRS[input].join(' or ')}`;
}
