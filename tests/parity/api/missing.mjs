// SPDX-License-Identifier: Apache-2.0
// Exports of TensorFlow.js that tfwasm does not have.

export const MISSING = [
  // A factory of optimizers behind tf.train.
  'OptimizerConstructors',
  // Custom backends, kernels and platforms.
  ...['DataStorage', 'KernelBackend', 'copyRegisteredKernels', 'findBackendFactory', 'getGradient', 'getKernel'],
  ...['getKernelsForBackend', 'registerBackend', 'registerGradient', 'registerKernel', 'removeBackend', 'setPlatform'],
  ...[
    'unregisterGradient',
    'unregisterKernel',
    'deprecationWarn',
    'disableDeprecationWarnings',
    'op',
    'sumOutType',
    'upcastType',
  ],
];

/**
 * FarmHash on 64-bit integers, which needs a package that tfwasm does not use, and internals of TensorFlow.js's
 * backends.
 */
export const MISSING_UTIL = [
  ...['fingerPrint64', 'hexToLong', 'checkConversionForErrors', 'convertBackendValuesAndArrayBuffer'],
  ...['createScalarValue', 'getTypedArrayFromDType'],
];
