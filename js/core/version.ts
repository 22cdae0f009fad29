// SPDX-License-Identifier: Apache-2.0

/** The version of this package. The wasm files must be of the same one. */
export const version = '0.1.0';
