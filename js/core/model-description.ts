// SPDX-License-Identifier: Apache-2.0
// The core's description of a model: the JSON that CoreModule.describeModel returns.

/** An input or output of a model. */
export interface EndpointDescription {
  /** Its key in the signature; the tensor's name if there is no signature. */
  key: string;
  /** The tensor's name: "node", or "node:output". */
  name: string;
  /** The node that computes it. */
  node: string;
  /** A dtype of js/tensor/dtype.ts; null if the model does not declare it. */
  dtype: string | null;
  /** -1: any size; null: unknown rank. */
  shape: number[] | null;
}

export interface ModelDescription {
  /** Producer and minimum consumer of the GraphDef: "1087.12". */
  version: string;
  /** In the order of the signature, or of the graph's nodes. */
  inputs: EndpointDescription[];
  outputs: EndpointDescription[];
}
