// SPDX-License-Identifier: Apache-2.0
// What TensorFlow.js exports and tfwasm does not.

export const MISSING = [
  // Training and gradients.
  ...['customGrad', 'grad', 'grads', 'valueAndGrad', 'valueAndGrads', 'variableGrads'],
  ...['AdadeltaOptimizer', 'AdagradOptimizer', 'AdamOptimizer', 'AdamaxOptimizer', 'MomentumOptimizer', 'Optimizer'],
  ...['OptimizerConstructors', 'train', 'RMSPropOptimizer', 'SGDOptimizer'],
  // Backends, kernels and platforms of one's own.
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

/** Farmhash on 64-bit integers of a package that tfwasm has not, and parts of TensorFlow.js's backends. */
export const MISSING_UTIL = [
  ...['fingerPrint64', 'hexToLong', 'checkConversionForErrors', 'convertBackendValuesAndArrayBuffer'],
  ...['createScalarValue', 'getTypedArrayFromDType'],
];
