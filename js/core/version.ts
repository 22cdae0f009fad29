// SPDX-License-Identifier: Apache-2.0

/** What package.json says; the bundler writes it in. */
declare const TFWASM_VERSION: string;

/** The version of this package. The wasm files must have the same version. */
export const version: string = TFWASM_VERSION;

/** The version of TensorFlow.js whose API this is, for programs that ask for it. */
export const version_core = '4.22.0';
export const version_converter: string = version_core;

/** The version of tfwasm, and those of TensorFlow.js whose API this is. */
export const versions: Readonly<Record<'tfwasm' | 'tfjs' | 'tfjs-core' | 'tfjs-converter', string>> = {
  tfwasm: version,
  tfjs: version_core,
  'tfjs-core': version_core,
  'tfjs-converter': version_converter,
};
