// SPDX-License-Identifier: Apache-2.0
// A small SavedModel of TensorFlow 2, written byte by byte: y = x * scale + offset.
import { checkpoint } from './checkpoint.mjs';
import { fileTree, loadConverted } from './convert.mjs';
import { attr, constant, functionDef, graphDef, node, placeholder } from './graph-def.mjs';
import { metaGraph, savedModel } from './saved-model.mjs';

export const float = { T: attr.type('float32') };
export const scalarIn = { name: 'serve_x:0', type: 'float32', dims: [-1] };

/** A variable with its key in the checkpoint, restored as TensorFlow 2 does: in a function. */
export function restoring(variables) {
  const keys = Object.values(variables);
  const body = [
    constant('keys', 'string', [keys.length], keys),
    constant(
      'slices',
      'string',
      [keys.length],
      keys.map(() => ''),
    ),
    node('restore', 'RestoreV2', ['prefix', 'keys', 'slices'], { dtypes: attr.types(keys.map(() => 'float32')) }),
    ...keys.flatMap((_, index) => [
      node(`value_${index}`, 'Identity', [`restore:tensors:${index}`], float),
      node(`assign_${index}`, 'AssignVariableOp', [`v${index}`, `value_${index}:output:0`]),
    ]),
  ];
  const args = { prefix: 'string', ...Object.fromEntries(keys.map((_, index) => [`v${index}`, 'resource'])) };
  return {
    functions: [functionDef('restore_fn', args, {}, body, {})],
    nodes: [
      placeholder('prefix', 'string', []),
      ...Object.keys(variables).map((name) =>
        node(name, 'VarHandleOp', [], { dtype: attr.type('float32'), shape: attr.shape([2]) }),
      ),
      node('restore_call', 'StatefulPartitionedCall', ['prefix', ...Object.keys(variables)], {
        f: attr.func('restore_fn'),
      }),
    ],
  };
}

export const call = (name, target, inputs) => node(name, 'StatefulPartitionedCall', inputs, { f: attr.func(target) });

/** A model of TensorFlow 2: y = x * scale + offset, computed by a function of a function. */
export function affineModel({
  inner,
  more = [],
  variables = { scale: 'model/scale/.ATTRIBUTES/VARIABLE_VALUE', offset: 'o/.ATTRIBUTES/VARIABLE_VALUE' },
} = {}) {
  const { functions, nodes } = restoring(variables);
  const body = inner ?? [
    node('mul/ReadVariableOp', 'ReadVariableOp', ['s'], { dtype: attr.type('float32') }),
    node('mul', 'Mul', ['x', 'mul/ReadVariableOp:value:0'], float),
    node('add/ReadVariableOp', 'ReadVariableOp', ['o'], { dtype: attr.type('float32') }),
    node('add', 'AddV2', ['mul:z:0', 'add/ReadVariableOp:value:0'], float),
  ];
  const args = { x: 'float32', s: 'resource', o: 'resource' };
  const wrapperArgs = { x: 'float32', unknown: 'resource', unknown_0: 'resource' };
  const graph = graphDef(
    [
      ...nodes,
      placeholder('serve_x', 'float32', [-1]),
      call('StatefulPartitionedCall', 'wrapper', ['serve_x', 'scale', 'offset']),
    ],
    [
      ...functions,
      ...more,
      functionDef('inner', args, { r: 'float32' }, body, { r: 'add:z:0' }),
      functionDef(
        'wrapper',
        wrapperArgs,
        { identity: 'float32' },
        [
          call('StatefulPartitionedCall', 'inner', ['x', 'unknown', 'unknown_0']),
          node('Identity', 'Identity', ['StatefulPartitionedCall:output:0', '^NoOp'], float),
          node('NoOp', 'NoOp', ['^StatefulPartitionedCall']),
        ],
        { identity: 'Identity:output:0' },
      ),
    ],
  );
  const signatures = {
    serving_default: {
      inputs: { x: scalarIn },
      outputs: { scores: { name: 'StatefulPartitionedCall:0', type: 'float32', dims: [-1] } },
    },
  };
  return savedModel(metaGraph({ graph, signatures, restoreOp: 'restore_call' }));
}

export const affineValues = {
  'model/scale/.ATTRIBUTES/VARIABLE_VALUE': { type: 'float32', dims: [2], values: [2, 3] },
  'o/.ATTRIBUTES/VARIABLE_VALUE': { type: 'float32', dims: [2], values: [10, 20] },
};

export const affine = (values = affineValues, options = {}, model = affineModel()) =>
  fileTree({ 'saved_model.pb': model, ...checkpoint(values, options) });

export async function predict(converted, ...args) {
  const { tf, model } = await loadConverted(converted);
  const result = model.predict(tf.tensor(...args));
  return Array.from(result.dataSync());
}
