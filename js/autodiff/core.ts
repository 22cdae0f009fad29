// SPDX-License-Identifier: Apache-2.0
import type { TrainingCoreModule } from '../core/core-module.js';
import { TfwasmError } from '../core/errors.js';
import { callCore } from '../core/runtime.js';

/** Calls the core of the link `tfwasm`. Throws E_WASM if the page has started that of `tfwasm/inference`. */
export function callTrainingCore<T>(call: (core: TrainingCoreModule) => T): T {
  return callCore((core) => {
    if (!('openGradientScope' in core)) {
      throw new TfwasmError(
        'E_WASM',
        "this needs the entry 'tfwasm', but the core was started by 'tfwasm/inference': import 'tfwasm' before ready()",
      );
    }
    return call(core as TrainingCoreModule);
  });
}
