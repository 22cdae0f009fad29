// SPDX-License-Identifier: Apache-2.0
// A program with the types of TensorFlow.js. It must compile with TensorFlow.js and with tfwasm.
import * as tf from 'tf';

// Ranks and tensors.
export const ranks: tf.Rank[] = [tf.Rank.R0, tf.Rank.R6];
export const volume: tf.Tensor<tf.Rank.R3> = tf.zeros<tf.Rank.R3>([1, 2, 3]);
export const same: tf.Tensor3D = volume;
export const scalar: tf.Scalar = tf.scalar(1);
export const matrix: tf.Tensor2D = tf.tensor2d([[1, 2]]);
export const variable: tf.Variable<tf.Rank.R2> = tf.variable(matrix);
export const weights: tf.Variable = tf.variable(matrix) as tf.Variable;
export const buffered: tf.TensorBuffer<tf.Rank.R2, 'float32'> = tf.buffer<tf.Rank.R2, 'float32'>([1, 2]);
export const shape: tf.ShapeMap['R2'] = matrix.shape;
export const named: tf.NamedTensorMap = { matrix };

// Values and dtypes.
export const dtype: tf.DataType = matrix.dtype;
export const numeric: tf.NumericDataType = 'int32';
export const typed: tf.TypedArray = new Float32Array(2);
export const bytes: tf.DataTypeMap['bool'] = new Uint8Array(2);
export const values: tf.DataValues = typed as tf.DataTypeMap['float32'];
export const like: tf.TensorLike = [[1, 2]];
export const one: tf.ScalarLike = 1;
export const nested: tf.RecursiveArray<number> = [1, [2, [3]]];
export const dtypeOfText: tf.DataTypeFor<string> = 'string';
export const dtypeOfNumber: tf.DataTypeFor<number> = 'float32';

/** Any tensor-like value, as libraries on top of TensorFlow.js declare it. */
export function describe({ shape: sizes, dtype: type, dataId }: tf.TensorInfo): string {
  const id: tf.DataId = dataId;
  return `${type} ${sizes} ${typeof id}`;
}
export const described: string = describe(matrix);

// Containers.
export const container: tf.TensorContainer = { a: matrix, b: [scalar, { c: 1 }], d: 'x' };
export const list: tf.TensorContainerArray = [matrix, [scalar]];
export const object: tf.TensorContainerObject = { matrix, list };
export const inScope = <T extends tf.TensorContainer>(f: () => T): T => tf.tidy(f);
export const sum: tf.Tensor = inScope(() => tf.add(matrix, 1));
tf.dispose(container);

// Models and files.
export async function load(url: string, progress: tf.io.OnProgressCallback): Promise<tf.GraphModel> {
  const options: tf.io.LoadOptions = { onProgress: progress, requestInit: { credentials: 'include' } };
  const model: tf.GraphModel = await tf.loadGraphModel(url, options);
  const inputs: readonly tf.ModelTensorInfo[] = model.inputs;
  const config: tf.ModelPredictConfig = { batchSize: inputs.length };
  const result: tf.Tensor | tf.Tensor[] | tf.NamedTensorMap = model.predict(matrix, config);
  tf.dispose(result);
  return model;
}
export const run = (model: tf.InferenceModel): tf.Tensor | tf.Tensor[] => model.execute(matrix, 'y');
export const runAny = (model: tf.GraphModel) => run(model);

export const entry: tf.io.WeightsManifestEntry = { name: 'w', shape: [2], dtype: 'float32' };
export const manifest: tf.io.WeightsManifestConfig = [{ paths: ['w.bin'], weights: [entry] }];
export const data: tf.io.WeightData = new ArrayBuffer(8);
export const group: tf.io.WeightGroup = 'model';
export const artifacts: tf.io.ModelArtifacts = { modelTopology: {}, weightSpecs: [entry], weightData: data };
export const handler: tf.io.IOHandler = {
  load: async () => artifacts,
  save: async (saved: tf.io.ModelArtifacts): Promise<tf.io.SaveResult> => {
    const modelArtifactsInfo: tf.io.ModelArtifactsInfo = tf.io.getModelArtifactsInfoForJSON(saved);
    return { modelArtifactsInfo };
  },
};

// The environment.
export const memory: tf.MemoryInfo = tf.memory();
export const timing: Promise<tf.TimingInfo> = tf.time(() => tf.add(1, 2));
export const flags: tf.Environment = tf.env();
export const browser: boolean = tf.ENV.getBool('IS_BROWSER');
export const pixels: tf.Tensor3D = tf.browser.fromPixels({
  data: new Uint8Array(4),
  width: 1,
  height: 1,
} as tf.PixelData);
export const version: string = tf.version_core + tf.version_converter;
export const cell: tf.LSTMCellFunc = (x, c, h) => tf.basicLSTMCell(scalar, matrix, tf.tensor1d([1]), x, c, h);
export const reduction: tf.Reduction = tf.Reduction.MEAN;

// Datasets.
export const dataset: tf.data.Dataset<number> = tf.data.array([1, 2, 3]);
export const chain: tf.data.Dataset<tf.TensorContainer> = dataset
  .filter((x) => x > 1)
  .map((x) => ({ xs: tf.tensor1d([x]), ys: x }))
  .mapAsync(async ({ xs, ys }) => ({ xs, ys: [ys] }))
  .shuffle(3, 'seed', false)
  .take(2)
  .skip(0)
  .repeat(2)
  .concatenate(tf.data.array([{ xs: tf.tensor1d([1]), ys: [1] }]))
  .prefetch(1)
  .batch(2, false);
export const size: number = chain.size;
export const elements: Promise<number[]> = dataset.toArray();
export const zipped: tf.data.Dataset<{ a: number; b: string }> = tf.data.zip<{ a: number; b: string }>({
  a: dataset,
  b: tf.data.generator(function* () {
    yield 'x';
  }),
});
export async function readAll(): Promise<number> {
  let sum = 0;
  await dataset.forEachAsync((x) => {
    sum += x;
  });
  const iterator = await tf.data.func(() => ({ value: 1, done: false })).iterator();
  const rows: number[][] = await iterator.take(3).rowMajorBatch(2).toArray();
  const item: IteratorResult<number> = await iterator.next();
  return sum + rows.length + (item.done ? 0 : item.value);
}
export const column: tf.data.ColumnConfig = { isLabel: true, dtype: 'int32', required: true, default: 1 };
export const csv: tf.data.CSVDataset = tf.data.csv('file://x.csv', {
  hasHeader: true,
  columnConfigs: { a: column },
  configuredColumnsOnly: false,
  delimiter: ',',
});
export const names: Promise<string[]> = csv.columnNames();
export const lines = new tf.data.TextLineDataset(new tf.data.FileDataSource(new Uint8Array(2), { chunkSize: 10 }));
export const source: tf.data.URLDataSource = new tf.data.URLDataSource('http://x/y.csv');
export const camera: tf.data.WebcamConfig = { facingMode: 'user', resizeWidth: 2, resizeHeight: 2, centerCrop: true };
export const sound: tf.data.MicrophoneConfig = { fftSize: 1024, sampleRateHz: 44100, includeWaveform: true };
export async function capture(): Promise<tf.Tensor> {
  const webcam = await tf.data.webcam(undefined, camera);
  const microphone = await tf.data.microphone(sound);
  const { spectrogram } = await microphone.capture();
  const image: tf.Tensor3D = await webcam.capture();
  webcam.stop();
  microphone.stop();
  return tf.add(image, spectrogram);
}
