// SPDX-License-Identifier: Apache-2.0
// The content of training.js: what fit(), datasets, and models that are saved or loaded with their training need.
// js/training/ and js/layers-model/ load it on demand. What must exist only once is in js/shared-index.ts.
export { removeBackup, restoreBackup, saveBackup } from './backup.js';
export { formatUrl } from './checkpoint-url.js';
export { csvLine, hasText, writeText } from './csv-log.js';
export { evaluateDataset, fitDataset } from './datasets.js';
export { fitTables } from './fit.js';
export { readState } from './keras-slots.js';
export { compileArgsOf, kerasTraining } from './keras-training.js';
export { fromTrainingConfig, toTrainingConfig } from './training-config.js';
