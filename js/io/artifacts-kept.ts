// SPDX-License-Identifier: Apache-2.0
// What a loaded model has to keep for being saved again.
import type { ModelArtifacts } from './types.js';

/** What a model was loaded with, but for its weights. */
export interface ModelOrigin {
  /** The topology as JSON: much smaller than its objects. */
  topology: string;
  parts: ModelArtifacts;
}

export function originOf(artifacts: ModelArtifacts, topology: string): ModelOrigin {
  const names = Object.keys(artifacts) as (keyof ModelArtifacts)[];
  const kept = names.filter((name) => !['modelTopology', 'weightData', 'getWeightStream'].includes(name));
  return { topology, parts: Object.fromEntries(kept.map((name) => [name, artifacts[name]])) };
}
