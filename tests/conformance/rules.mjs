// SPDX-License-Identifier: Apache-2.0
// Which tests of TensorFlow.js do not apply to tfwasm, and which fail and why: [files, names of tests, reason]. A rule
// without names holds for whole files, which are not run.

const NOT_APPLICABLE = [
  [/^(debug_mode|environment|flags|kernel_registry|profiler|tape|types)$/, undefined, 'internals'],
  [/^(device_util|hash_util|jasmine_util|test_util|worker)$/, undefined, 'helpers of tests and platforms'],
  [/^(backends|platforms)\//, undefined, 'backends and platforms of your own'],
  [/^ops\/(axis|broadcast|concat|conv|dropout|slice)_util$/, undefined, 'helpers of backends'],
  [/^ops\/(operation|rand)$/, undefined, 'internals'],
  [
    /^io\/(browser_files|indexed_db|local_storage|model_management|passthrough|router_registry)$/,
    undefined,
    'browsers',
  ],
  [/^io\/(http|weights_loader)$/, undefined, 'browsers'],
  [/^io\/progress$/, undefined, 'internals'],
  [/^io\/io_utils$/, /^(concatenateTypedArrays|stringByteLength|basename|float16|arrayBufferTo)/, 'internals'],
  [/^engine$/, /^(Backend registration|Switching|Detects memory leaks)/, 'backends of your own'],
  [/^engine$/, /makeTensorFromDataId|outside a test scope/, 'backends of your own'],
  [/^globals$/, /deprecation/, 'warnings of TensorFlow.js about itself'],
  [/^gradients$/, /throwing an error during/, 'internals'],
  [/^tensor_util$/, /^convertToTensor/, 'internals'],
  [/^util$/, /call the platform fetch/, 'platforms of your own'],
];

/** Differences that are meant. Most are in docs/op-api.md. */
const DIFFERENT = [
  [/^ops\//, /throws (for|when.*(is|dtype is not|is not|passed an?)) (int32|float32)/, 'float32 functions take int32'],
  [/^ops\/(avg_pool|image\/transform|tanh)/, /int32|string tensor #2/, 'float32 functions take int32'],
  [/^ops\/(softmax|log_softmax)$/, /(dim|axis)=0/, 'softmax works along any dimension'],
  [/^ops\/(max|min)$/, /gradient:.*ties/, 'ties share the gradient, as in TensorFlow'],
  [/^ops\/avg_pool$/, /gradient.*explicit/, 'the gradient leaves out the padding, as the mean does'],
  [/^ops\/mirror_pad$/, /grad/, 'the mirrored elements have gradients, too'],
  [/^ops\/depthwise_conv2d$/, /gradients throws error on dilations/, 'dilated convolutions have gradients'],
  [/^ops\/selu$/, /gradients: Tensor/, 'the gradient at 0 is that of the right side, as in TensorFlow'],
  [/^ops\/pool$/, /f=\[1,1\] s=2 p=1 fractional/, 'TensorFlow.js returns the input'],
  [/^optimizers\/adadelta/, /basic|Save/, 'the mean of squares is updated first, as in Keras'],
  [/^optimizers\/adagrad/, /after loading weights/, 'the state of another optimizer is refused'],
  [/^optimizers\/momentum/, /basic/, 'there is no tensor for the momentum'],
  [/^ops\/norm$/, />2-norm/, 'norm takes any power'],
  [/^ops\/conv[12]d$/, /both stride and dilation/, 'convolutions take strides together with dilations'],
  [/^ops\/einsum$/, /duplicate axes|more than two/, 'einsum takes repeated labels and several operands'],
  [/^ops\/ensure_shape$/, /^ensureShape (basic|null)/, 'ensureShape returns a tensor of its own'],
  [/^ops\/sign$/, /basic|NaNs|tensor-like/, 'sign keeps NaN, as in TensorFlow'],
  [/^ops\/(multinomial|one_hot)$/, /single-sided|Depth 1/, 'trivial sizes are allowed'],
  [/^ops\/random_standard_normal$/, /./, 'random numbers are others; these seeds give less even ones'],
  [/^buffer$/, /string/, 'a buffer of strings begins with empty ones'],
  [/^engine$/, /^memory.*string/, 'memory of strings is counted in full'],
  [/^util$/, /repeatedTry rejects/, 'repeatedTry rejects with an error'],
];

/** Messages that differ. Tests compare some exactly; ours name the function. */
const MESSAGES = [
  [/^ops\/(boolean_mask|in_top_k|setdiff1d_async)$/, /throw/, 'names the function, too'],
  [/^ops\/(ensure_shape|gather)$/, /different (shape|length)|out of bound/, 'has the op in brackets'],
  [/^ops\/(batch_to_space|space_to_batch)_nd$/, /not (equal|divisible)/, 'other words'],
  [/^ops\/(depth_to_space|einsum)$/, /not divisible|mismatched/, 'other words'],
  [
    /^ops\/sparse\/sparse_(fill_empty_rows|segment_(sum|mean))$/,
    /rows is empty|out of range|invalid [34]/,
    'other words',
  ],
  [/^io\/io_utils$/, /Unsupported dtype/, 'other words'],
];

/** Parts of TensorFlow.js that are not there yet. */
const MISSING = [
  [/^serialization$/, /./, 'tf.serialization'],
  [/^tensor_util$/, /./, 'tf.tensor_util'],
  [/^version$/, /./, 'tf.version_core'],
];

const FAILURES = [
  ...DIFFERENT,
  ...MESSAGES.map(([files, names, text]) => [files, names, `message: ${text}`]),
  ...MISSING.map(([files, names, text]) => [files, names, `missing: ${text}`]),
];

/**
 * Why a test, or a file as a whole (without `name`), does not apply or fails.
 *
 * @returns {{text: string, isNotApplicable: boolean} | undefined}
 */
export function reasonOf({ file, name }) {
  const matches = ([files, names]) => files.test(file) && (name === undefined ? !names : names?.test(name));
  const notApplicable = NOT_APPLICABLE.find(matches);
  if (notApplicable) return { text: notApplicable[2], isNotApplicable: true };
  const failure = name === undefined ? undefined : FAILURES.find(matches);
  return failure && { text: failure[2], isNotApplicable: false };
}
