// SPDX-License-Identifier: Apache-2.0
// What the core says of a model that it has read: the JSON that CoreModule.describeModel returns.

/** One value that a model takes or gives. */
export interface EndpointDescription {
  /** What the model's signature calls it; the tensor's name when there is no signature. */
  key: string;
  /** The tensor's name: "node", or "node:output". */
  name: string;
  /** The node that makes it. */
  node: string;
  /** A name of js/tensor/dtype.ts; null when the model does not say. */
  dtype: string | null;
  /** -1 stands for a dimension of any size; null when not even the rank is known. */
  shape: number[] | null;
}

export interface ModelDescription {
  /** Producer and minimum consumer of the GraphDef: "1087.12". */
  version: string;
  /** In the order of the signature, or of the graph's nodes. */
  inputs: EndpointDescription[];
  outputs: EndpointDescription[];
}
