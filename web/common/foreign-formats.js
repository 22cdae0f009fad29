// SPDX-License-Identifier: Apache-2.0
// Model files of other programs: what they are, and how to get a TensorFlow.js model. No DOM.

const CONVERT = 'tensorflowjs_converter --input_format=tf_saved_model FOLDER OUTPUT';

/** The first pattern that matches the name decides. */
const FORMATS = [
  [
    /\.(h5|hdf5)$/i,
    'a Keras file',
    'Convert it: tensorflowjs_converter --input_format=keras --output_format=tfjs_graph_model FILE OUTPUT',
  ],
  [/\.keras$/i, 'a Keras file', `Export it with model.export(FOLDER), then convert it: ${CONVERT}`],
  [
    /\.tflite$/i,
    'a TensorFlow Lite model',
    `This format cannot be converted back. Take the model that it was made of: ${CONVERT}`,
  ],
  [/\.onnx$/i, 'an ONNX model', `Make a SavedModel of it, for instance with onnx2tf, then convert that: ${CONVERT}`],
  [/\.pb$/i, 'a TensorFlow graph', `Convert the SavedModel that it belongs to: ${CONVERT}`],
  [
    /\.(pt|pth|ckpt|safetensors)$/i,
    'a file of weights without a graph',
    'Export the model, as ONNX for instance, and convert that.',
  ],
  [/\.(zip|tgz|gz|tar|7z|rar)$/i, 'an archive', 'Unpack it and open the folder.'],
];

/** What a file with this name is and what to do; null if the name is not of such a file. */
export function describeForeign(name) {
  const [, what, advice] = FORMATS.find(([pattern]) => pattern.test(name)) ?? [];
  return what ? `${name} is ${what}, and this page opens TensorFlow.js graph models. ${advice}` : null;
}
