// SPDX-License-Identifier: Apache-2.0
// Helpers for GraphDefs, the graphs in model.json. No DOM.

/** All nodes of a GraphDef, including those of functions. */
export function allNodes(topology) {
  const functions = topology?.library?.function ?? [];
  return [...(topology?.node ?? []), ...functions.flatMap(({ nodeDef }) => nodeDef ?? [])];
}
