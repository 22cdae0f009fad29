// SPDX-License-Identifier: Apache-2.0
// The layout of .weights.h5 files that are written, also of those in .keras files.
import type { TreeObject } from './file.js';
import { type GroupToWrite, groupAt, makeGroup, putDataset } from './hdf5/write.js';
import type { WeightVariable } from './holders.js';
import { locateHolders } from './locate.js';
import type { KerasFileToWrite } from './to-write.js';
import { datasetOf, optimizerDataset } from './write-arrays.js';

export const NOTHING: TreeObject = {
  path: '',
  name: undefined,
  variables: new Map(),
  named: new Map(),
  children: new Map(),
};

/** Every object of the model has its variables at its path. */
export function weightTree<V extends WeightVariable>(file: KerasFileToWrite<V>): GroupToWrite {
  const root = makeGroup();
  for (const { holder, path } of locateHolders(file.root, NOTHING, file.kerasVersion)) {
    const group = groupAt(root, `${path}/vars`);
    group.attributes.set('name', holder.name);
    for (const [name, values] of Object.entries(holder.named ?? {})) {
      const variable = { name, shape: [values.length], dtype: 'float32', trainable: false } as const;
      putDataset(group, name, datasetOf(variable, Float32Array.from(values), name));
    }
    holder.variables.forEach((variable, i) => {
      const name = `${holder.name}/${variable.name}`;
      putDataset(group, String(i), datasetOf(variable, file.readVariable(variable), name));
    });
  }
  file.optimizerWeights?.forEach((weight, i) => {
    putDataset(root, `optimizer/vars/${i}`, optimizerDataset(weight));
  });
  return root;
}
