// SPDX-License-Identifier: Apache-2.0
// The graph that a model runs, for conversions: what files/capture-graph.ts captures.
import type { Container } from '../layers/container.js';
import type { Variable } from '../tensor/variable.js';

export interface ModelGraph {
  /** As src/graph/structure.h writes it. Its inputs are those of the model, then variables. */
  structure: Uint8Array;
  nodes: number;
  /** Of the first output of each node: its rank, then its sizes. */
  shapes: number[];
  /** The layers that nodes belong to: the number of the first node, and the path of the layer, such as "model/dense". */
  layers: [first: number, path: string][];
  variables: Variable[];
  /** Whether a run changes the model, as a stateful layer does. */
  changesState: boolean;
}

export type CaptureGraph = (model: Container, sizes: readonly (readonly number[])[]) => ModelGraph;
