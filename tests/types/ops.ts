// SPDX-License-Identifier: Apache-2.0
// Code that must compile with the declarations in dist/, and calls that must not.
import * as tf from '../../dist/index.js';

const image: tf.Tensor3D = tf.tensor3d([1, 2, 3, 4], [2, 2, 1]);
const matrix: tf.Tensor2D = tf.tensor2d([[1, 2]]);

// Results have the rank of the arguments, or a fixed rank.
const absolute: tf.Tensor2D = tf.abs(matrix);
const chained: tf.Tensor2D = matrix.square().relu();
const batch: tf.Tensor4D = image.expandDims();
const resized: tf.Tensor3D = tf.image.resizeBilinear(image, [4, 4]);
const transposed: tf.Tensor2D = matrix.transpose();
const row: tf.Tensor1D = matrix.flatten();
const shape: [number, number] = matrix.shape;
const nested: number[][] = matrix.arraySync();

// As in programs for TensorFlow.js.
const normalized = tf.tidy(() => tf.div(tf.sub(tf.cast(image, 'float32'), 127.5), 127.5).expandDims<tf.Tensor4D>(0));
const scores = tf.tidy(() => matrix.softmax().argMax<tf.Tensor1D>(-1));
const parts: tf.Tensor[] = tf.split(matrix, 2, 1);
const { values, indices } = tf.topk(row, 1);
const { mean, variance } = tf.moments(matrix, [0]);
const pooled: tf.Tensor4D = batch.maxPool<tf.Tensor4D>(2, 2, 'same').avgPool<tf.Tensor4D>([2, 2], 1, 'valid');
const convolved: tf.Tensor4D = tf.conv2d(pooled, tf.zeros<'R4'>([1, 1, 1, 1]), 1, 'same');
const fused: tf.Tensor4D = tf.fused.conv2d({
  x: convolved,
  filter: tf.zeros<'R4'>([1, 1, 1, 1]),
  strides: [1, 1],
  pad: [
    [0, 0],
    [1, 1],
    [1, 1],
    [0, 0],
  ],
  activation: 'relu6',
});
const loss: tf.Scalar = tf.losses.meanSquaredError<tf.Scalar>(matrix, matrix, undefined, tf.Reduction.MEAN);
const weights: tf.Variable<'R2'> = tf.variable(matrix);
weights.assign(absolute);
const buffer: tf.TensorBuffer<'R2', 'int32'> = tf.buffer<'R2', 'int32'>([2, 2], 'int32');
buffer.set(1, 0, 0);
const element: number = buffer.get(0, 0);
const words: tf.TensorBuffer<'R1', 'string'> = tf.buffer<'R1', 'string'>([1], 'string');
words.set('a', 0);
const numbers: Promise<Float32Array> = matrix.data<'float32'>();
const pixels: Int32Array = image.dataSync<'int32'>();
const where: Promise<tf.Tensor> = tf.whereAsync(tf.greater(matrix, 0));
const cell: tf.LSTMCellFunc = (data, c, h) => tf.basicLSTMCell(1, matrix, row, data, c, h);
const flags: boolean = tf.env().getBool('IS_NODE');

// Methods, one for each file of js/ops/methods/ and one of their own.
const padded: tf.Tensor2D = matrix.clipByValue(0, 1).pad(
  [
    [0, 0],
    [1, 1],
  ],
  2,
);
const column: tf.Tensor1D = matrix.sum<tf.Tensor1D>([0], false);
const filtered: tf.Tensor3D = image.conv2d<tf.Tensor3D>(
  tf.zeros<'R4'>([1, 1, 1, 1]),
  1,
  'same',
  'NHWC',
  [1, 1],
  'floor',
);
const running: tf.Tensor2D = matrix.cumsum<'R2'>(0, true, false);
const product: tf.Tensor = matrix.matMul([[1], [2]], false, true);
const greatest: { values: tf.Tensor2D; indices: tf.Tensor2D } = matrix.topk(1, true);
const normed: tf.Tensor2D = matrix.batchNorm([0], [1], null, [2], 1e-3);
const copied: tf.TensorBuffer<'R2'> = matrix.bufferSync();
const copiedLater: Promise<tf.TensorBuffer<'R2', 'int32'>> = matrix.buffer<'int32'>();
const kept: tf.Variable<'R2'> = matrix.variable(true, 'kept');

// @ts-expect-error Strings for numbers, also in a method.
matrix.clipByValue('0', 1);
// @ts-expect-error The result of such a function has the type of the tensor.
const wrongType: tf.Tensor3D = matrix.abs();
// @ts-expect-error The dilations come after the format.
image.conv2d(tf.zeros<'R4'>([1, 1, 1, 1]), 1, 'same', [1, 1]);
// @ts-expect-error A size is missing.
image.maxPool(2, 1);
// @ts-expect-error Nothing comes after the tensor.
matrix.relu(1);
// @ts-expect-error A norm that there is not.
matrix.norm('nuclear');
// @ts-expect-error There is no such method.
matrix.trace();

// @ts-expect-error There is no such dtype.
tf.cast(matrix, 'float16');
// @ts-expect-error Another rank.
const wrongRank: tf.Tensor3D = tf.abs(matrix);
// @ts-expect-error A padding that there is not.
tf.maxPool(batch, 2, 2, 'full');
// @ts-expect-error A matrix is no image.
tf.image.resizeBilinear(matrix, [4, 4]);
// @ts-expect-error A format that there is not.
tf.conv2d(batch, batch, 1, 'same', 'CHWN');
// @ts-expect-error Strings for numbers.
tf.clipByValue(matrix, '0', 1);
// @ts-expect-error An object is no tensor.
tf.add({}, 1);
// @ts-expect-error The values of a string buffer are strings.
words.set(1, 0);
// @ts-expect-error Another shape.
weights.assign(image);
// @ts-expect-error The signal has one dimension.
tf.signal.stft(matrix, 4, 2);

export { column, copied, copiedLater, filtered, greatest, kept, normed, padded, product, running, wrongType };
export { cell, chained, element, flags, fused, indices, loss, mean, nested, normalized, numbers, parts, pixels };
export { resized, scores, shape, transposed, values, variance, where, wrongRank };

// Datasets and callbacks.
export async function trainWithData(model: tf.LayersModel): Promise<tf.History> {
  const table = tf.data.csv(new Blob(['a,b\n1,2']), { requestInit: { cache: 'no-store' } });
  for await (const row of table) console.log(row);
  const lengths: Promise<number[]> = tf.data
    .array(['a', 'bc'])
    .filter(async (text) => text.length > 0)
    .map((text) => text.length)
    .toArray();
  await lengths;
  // @ts-expect-error A dataset of strings has no numbers.
  tf.data.array(['a']).map((text) => text * 2);
  return model.fitDataset(table.batch(2), {
    epochs: 2,
    callbacks: [
      tf.callbacks.earlyStopping({ monitor: 'loss', patience: 2, restoreBestWeights: true }),
      new tf.ModelCheckpoint('opfs://best', { saveBestOnly: true }),
      new tf.ReduceLROnPlateau({ factor: 0.5 }),
      new tf.LearningRateScheduler((epoch, rate) => rate / (epoch + 1)),
      new tf.CSVLogger((line) => console.log(line)),
      new tf.TerminateOnNaN(),
      new tf.LambdaCallback({ onEpochEnd: (epoch, logs) => console.log(epoch, logs?.['loss']) }),
    ],
  });
}
