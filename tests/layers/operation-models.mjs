// SPDX-License-Identifier: Apache-2.0
// Models that call functions, as Keras 2 and Keras 3 write them.
import assert from 'node:assert/strict';

/** An input layer. `shape` is that of a batch. */
const inputLayer = (name, shape, dtype) => ({
  class_name: 'InputLayer',
  config: { batch_input_shape: shape, dtype, sparse: false, ragged: false, name },
  name,
  inbound_nodes: [],
});

/** Describes an input of a test: its name, its values, and the shape that the model declares. */
export const input = (name, values, shape, dtype = 'float32') => ({ name, values, shape, dtype });

const declared = ({ shape, isFixed }) => (isFixed ? shape : [null, ...shape.slice(1)]);

/** A model of Keras 2 with one call. `node` is what inbound_nodes has. */
export function keras2(functionName, node, inputs, outputs = 1) {
  const name = 'the_call';
  const isSlice = functionName === '__operators__.getitem';
  return {
    class_name: 'Functional',
    config: {
      name: 'model',
      trainable: true,
      layers: [
        ...inputs.map((given) => inputLayer(given.name, declared(given), given.dtype)),
        {
          class_name: isSlice ? 'SlicingOpLambda' : 'TFOpLambda',
          config: { name, trainable: true, dtype: 'float32', function: functionName },
          name,
          inbound_nodes: [node],
        },
      ],
      input_layers: inputs.map((given) => [given.name, 0, 0]),
      output_layers: Array.from({ length: outputs }, (_, i) => [name, 0, i]),
    },
    keras_version: '2.9.0',
    backend: 'tensorflow',
  };
}

/** A tensor of Keras 3. */
export const kerasTensor = (name, shape = [null, 4], index = 0) => ({
  class_name: '__keras_tensor__',
  config: { shape, dtype: 'float32', keras_history: [name, 0, index] },
});

/** A model of Keras 3 with one call. */
export function keras3(className, config, args, inputs, { kwargs = {}, outputs = 1, module = 'numpy' } = {}) {
  const name = 'the_call';
  return {
    module: 'keras.src.models.functional',
    class_name: 'Functional',
    config: {
      name: 'model',
      trainable: true,
      layers: [
        ...inputs.map((given) => ({
          module: 'keras.layers',
          class_name: 'InputLayer',
          config: { batch_shape: declared(given), dtype: given.dtype, sparse: false, ragged: false, name: given.name },
          registered_name: null,
          name: given.name,
          inbound_nodes: [],
        })),
        {
          module: `keras.src.ops.${module}`,
          class_name: className,
          config: { name, ...config },
          registered_name: className,
          name,
          inbound_nodes: [{ args, kwargs }],
        },
      ],
      input_layers: inputs.length === 1 ? [inputs[0].name, 0, 0] : inputs.map((given) => [given.name, 0, 0]),
      output_layers: outputs === 1 ? [name, 0, 0] : Array.from({ length: outputs }, (_, i) => [name, 0, i]),
    },
    registered_name: 'Functional',
    keras_version: '3.10.0',
    backend: 'tensorflow',
  };
}

/** Asserts that tensors have these nested values. */
export function assertValues(tensors, expected, label, tolerance = 1e-5) {
  const list = Array.isArray(tensors) ? tensors : [tensors];
  assert.equal(list.length, expected.length, label);
  for (const [i, tensor] of list.entries()) {
    const wanted = expected[i];
    assert.deepEqual(tensor.shape, shapeOf(wanted), `${label}: shape of output ${i}`);
    const flat = [wanted].flat(Number.POSITIVE_INFINITY).map(Number);
    Array.from(tensor.dataSync()).forEach((value, at) => {
      const isClose =
        Object.is(value, flat[at]) ||
        value === flat[at] ||
        Math.abs(value - flat[at]) <= tolerance * Math.max(1, Math.abs(flat[at]));
      assert.ok(isClose, `${label}: ${tensor.toString()} but not ${JSON.stringify(wanted)}`);
    });
  }
}

const shapeOf = (value) => (Array.isArray(value) ? [value.length, ...(value.length > 0 ? shapeOf(value[0]) : [])] : []);

/** Loads a model, runs it, saves it as JSON, loads that, and runs it. `expected`: the values of each output. */
export async function checkModel(tf, json, inputs, expected, label, tolerance) {
  const model = await tf.models.modelFromJSON(json);
  const saved = model.toJSON();
  const again = await tf.models.modelFromJSON(JSON.parse(saved));
  assert.equal(again.toJSON(), saved, `${label}: saved twice`);
  const given = inputs.map(({ values, shape, dtype }) => tf.tensor(values, shape, dtype));
  const before = tf.memory().numTensors;
  for (const each of [model, again]) {
    const outputs = each.predictOnBatch(given.length === 1 ? given[0] : given);
    assertValues(outputs, expected, label, tolerance);
    tf.dispose(outputs);
  }
  assert.equal(tf.memory().numTensors, before, `${label}: tensors left`);
  tf.dispose(given);
  const declaredShapes = [model.outputs].flat().map(({ shape }) => shape.length);
  assert.deepEqual(
    declaredShapes,
    expected.map((value) => shapeOf(value).length),
    `${label}: ranks of the declared outputs`,
  );
  model.dispose();
  again.dispose();
}
