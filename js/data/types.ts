// SPDX-License-Identifier: Apache-2.0
// Configurations of tf.data.
import type { FetchFunction } from '../io/types.js';
import type { DataType } from '../tensor/dtype.js';
import type { TensorContainer } from '../tensor/tensor.js';

/** Bytes in memory or in a file that the user has chosen. */
export type FileElement = File | Blob | Uint8Array;

/** How to read bytes. */
export interface FileChunkIteratorOptions {
  /** How many bytes to leave out at the beginning. The default is 0. */
  offset?: number;
  /** How many bytes an element has at most. The default is 1 MiB. */
  chunkSize?: number;
}

/** How to request a URL. */
export interface RequestOptions {
  /** The second argument of `fetch`. */
  requestInit?: RequestInit;
  /** Called instead of `fetch`. */
  fetchFunc?: FetchFunction;
}

/** A column of a CSV file. */
export interface ColumnConfig {
  /** Throws E_INPUT for empty fields. */
  required?: boolean;
  /**
   * What fields are converted to: numbers, for 'int32' rounded down; for 'bool' 1 (from "1" and "true") or 0; text.
   * Without a dtype, and where text cannot be converted to a number, what is no number stays text.
   */
  dtype?: DataType;
  /** The value of empty fields. Without, it is undefined. */
  default?: TensorContainer;
  /** Whether this is a label. Labels are required. */
  isLabel?: boolean;
}

/** How to read a CSV file. */
export interface CSVConfig extends RequestOptions {
  /** Whether the first row has names of columns. The default is true. */
  hasHeader?: boolean;
  /** The names of all columns, instead of those in the header. Required without a header. */
  columnNames?: string[];
  /** Columns by name. If one is a label, elements are {xs, ys}: features and labels. */
  columnConfigs?: { [key: string]: ColumnConfig };
  /** Whether to leave out columns that are not in `columnConfigs`. */
  configuredColumnsOnly?: boolean;
  /** What separates fields. The default is ",". */
  delimiter?: string;
  /** Whether any white space separates fields, instead of a delimiter. */
  delimWhitespace?: boolean;
}

/** Images of a camera. */
export interface WebcamConfig {
  /** The camera in front or at the back of a phone. The default is 'user'. */
  facingMode?: 'user' | 'environment';
  /** The camera with this id (`navigator.mediaDevices.enumerateDevices()`). */
  deviceId?: string;
  /** Width of the images. Required, with the height, if there is no video element. */
  resizeWidth?: number;
  /** Height of the images. */
  resizeHeight?: number;
  /** Whether to cut the images out of the center instead of scaling. */
  centerCrop?: boolean;
}

/** Sound of a microphone. */
export interface MicrophoneConfig {
  /** Samples per second. Without, those of the device. */
  sampleRateHz?: 44100 | 48000;
  /** Samples per frame, a power of two from 16 to 16384. The default is 1024. */
  fftSize?: number;
  /** How many frequencies to keep, from the lowest. The default is all, `fftSize`. */
  columnTruncateLength?: number;
  /** Frames per element. The default is 43. */
  numFramesPerSpectrogram?: number;
  /** What the microphone has to be able to do. */
  audioTrackConstraints?: MediaTrackConstraints;
  /** How much of the frame before is in each frame, from 0 (the default) to 1. */
  smoothingTimeConstant?: number;
  /** Whether elements have a spectrogram. The default is true. */
  includeSpectrogram?: boolean;
  /** Whether elements have the waveform. The default is false. */
  includeWaveform?: boolean;
}
