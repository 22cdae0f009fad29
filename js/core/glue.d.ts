// SPDX-License-Identifier: Apache-2.0
// Emscripten's glue for the variants without threads. It is next to the bundle.
import type { CoreModule, CoreModuleOptions } from './core-module.js';

declare const createCoreModule: (options: CoreModuleOptions) => Promise<CoreModule>;
export default createCoreModule;
