// SPDX-License-Identifier: Apache-2.0
// In which format a model is: its content decides, not its name.
import { describeError, TfwasmError } from '../../core/errors.js';
import { isHdf5 } from '../../keras-files/hdf5/read.js';
import type { InputFormat } from '../report.js';
import { baseName, type ModelFiles, readStart, readText } from './model-files.js';

export interface FoundModel {
  format: InputFormat;
  /** The file that shows the format, such as model.json or saved_model.pb. */
  path: string;
}

/** Files that show a format by their names, the most telling first. */
const MARKERS = [
  /^tfhub_module\.pb$/,
  /^saved_model\.pb(txt)?$/,
  /^model\.json$/,
  /^model\.weights\.(h5|json)$/,
  /\.keras$/,
  /\.(h5|hdf5)$/,
  /\.json$/,
  /\.pb$/,
  /\.pbtxt$/,
];

/** Throws E_FILE if there is nothing that can be converted, E_AMBIGUOUS if there are several models. */
export async function findModel(files: ModelFiles): Promise<FoundModel> {
  if (files.main !== undefined) return { format: await formatOf(files, files.main), path: files.main };
  const depth = (path: string) => path.split('/').length;
  for (const marker of MARKERS) {
    const found = files.paths.filter((path) => marker.test(baseName(path)));
    const least = Math.min(...found.map(depth));
    const [path, ...more] = found.filter((candidate) => depth(candidate) === least);
    if (path === undefined) continue;
    if (more.length > 0) throw several(files, [path, ...more]);
    return { format: await formatOf(files, path), path };
  }
  const some = files.paths.slice(0, 5).join(', ') || 'nothing';
  throw new TfwasmError('E_FILE', `${files.name} has no model: it has ${some}. ${CONVERTIBLE}`);
}

const CONVERTIBLE =
  'What can be converted: a folder with saved_model.pb or model.json, a .h5 or .keras file, a frozen graph (.pb), ' +
  'or a ZIP or tar.gz archive of one of these.';

function several(files: ModelFiles, paths: string[]): TfwasmError {
  return new TfwasmError('E_AMBIGUOUS', `${files.name} has several models: name one of ${paths.join(', ')}`);
}

async function formatOf(files: ModelFiles, path: string): Promise<InputFormat> {
  const name = baseName(path);
  if (name === 'tfhub_module.pb') return 'tf_hub';
  if (/^saved_model\.pb(txt)?$/.test(name)) return 'tf_saved_model';
  if (/^model\.weights\.(h5|json)$/.test(name)) return 'keras_keras';
  const start = await readStart(await files.open(path), 512);
  if (isHdf5(start)) return 'keras';
  if (start[0] === 0x50 && start[1] === 0x4b) return 'keras_keras';
  const text = new TextDecoder().decode(start).trimStart();
  if (text.startsWith('{')) return formatOfJson(await readText(files, path), `${files.name} (${path})`);
  // The first field of a GraphDef is a node; as text, there may be a comment before it.
  const isText = /^(#[^\n]*\n\s*)*(node|library|versions)\s*[:{<]/.test(text) || name.endsWith('.pbtxt');
  if (start[0] === 0x0a || isText) return 'tf_frozen_model';
  throw new TfwasmError('E_FILE', `cannot convert ${files.name}: ${hintFor(name) ?? beginsWith(text)}`);
}

function formatOfJson(text: string, name: string): 'tfjs_layers_model' | 'tfjs_graph_model' {
  let json: { modelTopology?: { node?: unknown } | null; weightsManifest?: unknown; format?: unknown } | null;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new TfwasmError('E_JSON', `${name} is no JSON: ${describeError(error)}`, { cause: error });
  }
  if (!json?.modelTopology && !json?.weightsManifest) {
    throw new TfwasmError('E_JSON', `${name} is no model: it has neither modelTopology nor weightsManifest`);
  }
  const isGraph = json.modelTopology ? 'node' in json.modelTopology : json.format === 'graph-model';
  return isGraph ? 'tfjs_graph_model' : 'tfjs_layers_model';
}

const beginsWith = (text: string) =>
  text === '' ? `it is empty. ${CONVERTIBLE}` : `it begins with ${JSON.stringify(text.slice(0, 20))}. ${CONVERTIBLE}`;

/** Files of other frameworks, and the way from there. */
const HINTS: readonly [RegExp, string][] = [
  [/\.onnx$/i, 'it is an ONNX file. Convert it to a SavedModel with onnx2tf first.'],
  [
    /\.(pt|pth|safetensors|pt2)$/i,
    'it is a file of PyTorch. Make a Keras file of the model with nobuco, or export it to ONNX and use onnx2tf.',
  ],
  [/\.tflite$/i, 'it is a TensorFlow Lite file, which is made of a SavedModel or a Keras file: convert that.'],
  [/\.(ckpt|index|meta)$|\.data-\d+-of-\d+$/i, 'it is a checkpoint, which has weights only: export a SavedModel.'],
  [/\.(npz|npy|pkl)$/i, 'it is data of Python: save the model as .keras or .h5.'],
];

function hintFor(name: string): string | undefined {
  return HINTS.find(([pattern]) => pattern.test(name))?.[1];
}
