// SPDX-License-Identifier: Apache-2.0
// The namespace tf.data.
export { version_core as version_data } from '../core/version.js';
export { array, type DatasetContainer, func, generator, zip } from './creation.js';
export { CSVDataset, csv } from './csv-dataset.js';
export { Dataset } from './dataset.js';
export { microphone, webcam } from './devices.js';
export { type DataSource, FileDataSource, TextLineDataset, URLDataSource } from './sources.js';
export type { ByteChunkIterator } from './streams/bytes.js';
export type { LazyIterator } from './streams/lazy-iterator.js';
export type { MicrophoneIterator } from './streams/microphone.js';
export type { StringIterator } from './streams/text.js';
export type { WebcamIterator } from './streams/webcam.js';
export type {
  ColumnConfig,
  CSVConfig,
  FileChunkIteratorOptions,
  FileElement,
  MicrophoneConfig,
  RequestOptions,
  WebcamConfig,
} from './types.js';
