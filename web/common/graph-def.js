// SPDX-License-Identifier: Apache-2.0
// GraphDefs, the graphs of model.json. No DOM.

/** All nodes of a GraphDef, those of its functions too. */
export function allNodes(topology) {
  const functions = topology?.library?.function ?? [];
  return [...(topology?.node ?? []), ...functions.flatMap(({ nodeDef }) => nodeDef ?? [])];
}
