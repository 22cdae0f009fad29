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

/** An op that tfwasm does not support. */
export interface UnsupportedOp {
  /** The op, e.g. "DenseCountSparseOutput". */
  op: string;
  /** The number of nodes with this op. */
  count: number;
  /** One of these nodes. */
  node: string;
}

export interface ModelDescription {
  /** Producer and minimum consumer of the GraphDef: "1087.12". */
  version: string;
  /** In the order of the signature, or of the graph's nodes. */
  inputs: EndpointDescription[];
  outputs: EndpointDescription[];
  /** In the main graph and all library functions. */
  unsupportedOps: UnsupportedOp[];
}
