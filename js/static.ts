// SPDX-License-Identifier: Apache-2.0
// The entry `tfwasm/static`: `tfwasm` for places where import() is not allowed, such as module service workers and the
// backgrounds of browser extensions. All of its JavaScript is imported at once. It has no threads, and no
// HDF5 library, which only unusual Keras files need.
// First: the others need it.
import './index.js';
import { setBundleImport } from './core/bundles.js';
import createCoreModule from './core/glue.js';
import { useFactory } from './core/wasm-loader.js';
import * as streams from './data/streams/index.js';
import { setMediaImport } from './io/media-loader.js';
import * as kerasFiles from './keras-files/index.js';
import { setKerasFilesImport } from './keras-files/loader.js';
import * as adapt from './layers/adapt.js';
import * as modelFiles from './layers-model/files/index.js';
import * as operations from './layers/operations/index.js';
import * as media from './storage-media.js';
import * as training from './training/on-demand/index.js';

export * from './index.js';

useFactory(createCoreModule);
setMediaImport(async () => media);
setKerasFilesImport(async () => kerasFiles);
setBundleImport('data.js', async () => streams);
setBundleImport('operations.js', async () => operations);
setBundleImport('model-files.js', async () => modelFiles);
setBundleImport('training.js', async () => training);
setBundleImport('adapt.js', async () => adapt);
