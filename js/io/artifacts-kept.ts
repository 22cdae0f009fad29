// SPDX-License-Identifier: Apache-2.0
// The data that a loaded model keeps so that it can be saved.
import type { ModelArtifacts } from './types.js';

/** The artifacts that the model was loaded from, without the weights. */
export interface ModelOrigin {
  /** The topology as JSON text, which is much smaller than its objects. */
  topology: string;
  parts: ModelArtifacts;
}

export function originOf(artifacts: ModelArtifacts, topology: string): ModelOrigin {
  const names = Object.keys(artifacts) as (keyof ModelArtifacts)[];
  const kept = names.filter((name) => !['modelTopology', 'weightData', 'getWeightStream'].includes(name));
  return { topology, parts: Object.fromEntries(kept.map((name) => [name, artifacts[name]])) };
}
