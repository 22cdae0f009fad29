// SPDX-License-Identifier: Apache-2.0
// The parts of the package h5wasm that are used: the HDF5 library, compiled to WebAssembly.

/** Starts an instance. Instances share nothing. */
export type StartHdf5 = (options: {
  noInitialRun: true;
  print(line: string): void;
  printErr(line: string): void;
}) => Promise<Hdf5Module>;

/** What HDF5 says about the values of a dataset or an attribute. */
export interface LibraryMetadata {
  /** A class of the format: 0 integers, 1 floats, 3 strings, 5 opaque, 8 enumerations. */
  type: number;
  /** The bytes of one element. */
  size: number;
  signed: boolean;
  /** Null for an empty dataspace. */
  shape: number[] | null;
  /** Whether these are strings of any length. */
  vlen: boolean;
  /** Only of virtual datasets. */
  virtual_sources?: unknown;
}

/** Functions of h5wasm and of Emscripten. */
export interface Hdf5Module {
  readonly FS: { writeFile(path: string, bytes: Uint8Array): void };
  readonly HEAPU8: Uint8Array;
  readonly H5G_GROUP: number;
  readonly H5G_DATASET: number;
  activate_throwing_error_handler(): number;
  _malloc(size: number): number;
  _free(pointer: number): void;
  UTF8ToString(pointer: number): string;
  open(path: string, mode: number, trackOrder: boolean, low: number, high: number): bigint;
  close_file(file: bigint): number;
  get_names(file: bigint, path: string, recursive: boolean): string[];
  get_type(file: bigint, path: string): number;
  get_symbolic_link(file: bigint, path: string): string | null;
  get_attribute_names(file: bigint, path: string): string[];
  get_attribute_metadata(file: bigint, path: string, name: string): LibraryMetadata;
  get_attribute_data(file: bigint, path: string, name: string, pointer: bigint): number;
  get_dataset_metadata(file: bigint, path: string): LibraryMetadata;
  get_dataset_data(file: bigint, path: string, count: null, offset: null, strides: null, pointer: bigint): number;
}
