// SPDX-License-Identifier: Apache-2.0
// What Emscripten writes beside the bundle for the variants with threads.
import type { CoreModule, CoreModuleOptions } from './core-module.js';

declare const createCoreModule: (options: CoreModuleOptions) => Promise<CoreModule>;
export default createCoreModule;
