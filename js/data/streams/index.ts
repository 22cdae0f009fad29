// SPDX-License-Identifier: Apache-2.0
// The content of data.js: what datasets do when they are read. js/data/loader.ts loads it on demand.
export { Alea } from './alea.js';
export { openFileSource, openUrl } from './bytes.js';
export { zipToTensors } from './columns.js';
export { concatenated, fromFunction, fromGenerator, fromItems, repeated, zipped } from './creation.js';
export { readColumnNames, readCsv } from './csv.js';
export { taken, toLazy } from './lazy-iterator.js';
export { openMicrophone } from './microphone.js';
export { lines } from './text.js';
export { openWebcam } from './webcam.js';
