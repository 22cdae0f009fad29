// SPDX-License-Identifier: Apache-2.0
// What the model.json of a graph model says.
import type { Signature } from '../io/types.js';
import type { EndpointReport } from './report.js';

interface GraphJson {
  node?: { op?: string }[];
  library?: { function?: { nodeDef?: { op?: string }[] }[] };
}

/** The nodes of a graph and its functions, by op. */
export function countOps(topology: object | null): Record<string, number> {
  const { node = [], library } = (topology ?? {}) as GraphJson;
  const ops = new Map<string, number>();
  for (const { op = '?' } of [...node, ...(library?.function ?? []).flatMap(({ nodeDef }) => nodeDef ?? [])]) {
    ops.set(op, (ops.get(op) ?? 0) + 1);
  }
  return Object.fromEntries(ops);
}

export interface Endpoints {
  inputs?: EndpointReport[];
  outputs?: EndpointReport[];
}

/** Nothing without a signature. */
export function endpointsOf(signature: Signature | undefined): Endpoints {
  const read = (endpoints: Signature['inputs'] = {}) =>
    Object.entries(endpoints).map(([name, { dtype, tensorShape }]) => ({
      name,
      dtype: dtype?.replace(/^DT_/, '').toLowerCase() ?? null,
      shape: tensorShape?.unknownRank ? null : (tensorShape?.dim ?? []).map(({ size }) => sizeOf(size)),
    }));
  return signature ? { inputs: read(signature.inputs), outputs: read(signature.outputs) } : {};
}

/** -1 is any size. */
const sizeOf = (size: string | number | undefined) => (Number(size ?? 0) < 0 ? null : Number(size ?? 0));
