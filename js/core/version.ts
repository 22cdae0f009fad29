// SPDX-License-Identifier: Apache-2.0

/** What package.json says; the bundler writes it in. */
declare const TFWASM_VERSION: string;

/** The version of this package. The wasm files must be of the same one. */
export const version: string = TFWASM_VERSION;
