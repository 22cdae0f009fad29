// SPDX-License-Identifier: Apache-2.0
import type { IOHandler, ModelArtifacts } from './types.js';

/** A handler for a model that is in memory already. */
export function fromMemory(artifacts: ModelArtifacts): IOHandler {
  return { load: async () => artifacts };
}
