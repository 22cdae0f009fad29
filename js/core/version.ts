// SPDX-License-Identifier: Apache-2.0

/** What package.json says; the bundler writes it in. */
declare const TFWASM_VERSION: string;

/** The version of this package. The wasm files must have the same version. */
export const version: string = TFWASM_VERSION;
