// SPDX-License-Identifier: Apache-2.0
// Inner modules of the converter and of the command line.
import { importBundle, innerModules } from '../js/source.mjs';

const MODULES = [
  'cli/command-line',
  'convert/files/tar',
  'convert/output/patterns',
  'convert/output/quantization-rules',
  'convert/output/quantize',
  'core/errors',
];

const { inner } = await importBundle(innerModules(MODULES));

export const commandLine = inner['cli/command-line'];
export const tar = inner['convert/files/tar'];
export const { compilePattern } = inner['convert/output/patterns'];
export const { QuantizationRules } = inner['convert/output/quantization-rules'];
export const { dequantize, quantize } = inner['convert/output/quantize'];
