// SPDX-License-Identifier: Apache-2.0
// A network in two forms, as layers and as a graph: MobileNetV2 (Sandler et al., 2018) with random weights.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Expansion, filters, blocks, and strides of the first block: table 2 of the paper. */
const STAGES = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
];

/** A layers model of tfwasm. */
export function makeMobileNet({ layers, input, model, initializers }) {
  const depthwiseInitializer = initializers.randomNormal({ stddev: 0.4 });
  const options = { padding: 'same', useBias: false };
  const normalize = (x) => layers.batchNormalization().apply(x);
  const clip = (x) => layers.reLU({ maxValue: 6 }).apply(x);
  const conv = (x, filters, kernelSize = 1, strides = 1) =>
    layers.conv2d({ ...options, kernelInitializer: 'heNormal', filters, kernelSize, strides }).apply(x);
  const depthwise = (x, strides) =>
    // The fan-in of Keras counts all channels, and each filter has one.
    layers.depthwiseConv2d({ ...options, depthwiseInitializer, kernelSize: 3, strides }).apply(x);
  const block = (x, expansion, filters, strides) => {
    const channels = x.shape[3];
    const wide = expansion === 1 ? x : clip(normalize(conv(x, expansion * channels)));
    const narrow = normalize(conv(clip(normalize(depthwise(wide, strides))), filters));
    return strides === 1 && channels === filters ? layers.add().apply([x, narrow]) : narrow;
  };

  const image = input({ shape: [224, 224, 3] });
  let x = clip(normalize(conv(image, 32, 3, 2)));
  for (const [expansion, filters, blocks, strides] of STAGES) {
    for (let i = 0; i < blocks; ++i) x = block(x, expansion, filters, i === 0 ? strides : 1);
  }
  x = layers.globalAveragePooling2d({}).apply(clip(normalize(conv(x, 1280))));
  return model({ inputs: image, outputs: layers.dense({ units: 1000, activation: 'softmax' }).apply(x) });
}

const FLOAT = { type: 'DT_FLOAT' };
const text = (value) => ({ s: Buffer.from(value).toString('base64') });
const numbers = (values) => ({ list: { i: values.map(String) } });

/** Writes the layers of makeMobileNet() as nodes of a graph. */
class GraphWriter {
  node = [];
  weights = [];
  #values = [];

  #add(name, op, input, attr = {}) {
    this.node.push({ name, op, input, attr: { T: FLOAT, ...attr } });
    return name;
  }

  #constant(name, { shape, dtype, values }) {
    const type = { type: dtype === 'int32' ? 'DT_INT32' : 'DT_FLOAT' };
    const dim = shape.map((size) => ({ size: String(size) }));
    this.node.push({
      name,
      op: 'Const',
      input: [],
      attr: { dtype: type, value: { tensor: { dtype: type.type, tensorShape: { dim } } } },
    });
    this.weights.push({ name, shape, dtype });
    this.#values.push(Buffer.from(values.buffer, values.byteOffset, values.byteLength));
    return name;
  }

  get bytes() {
    return Buffer.concat(this.#values);
  }

  /** Returns the name of the node with the output of a layer. */
  addLayer(layer, inputs) {
    const { name } = layer;
    const config = layer.getConfig();
    const constants = layer.weights.map((weight, i) => {
      const { shape, dtype } = weight;
      return this.#constant(`${name}/${i}`, { shape, dtype, values: weight.read().dataSync() });
    });
    const given = [...inputs, ...constants];
    switch (layer.getClassName()) {
      case 'InputLayer': {
        const dim = layer.batchInputShape.map((size) => ({ size: String(size ?? -1) }));
        this.node.push({ name, op: 'Placeholder', input: [], attr: { dtype: FLOAT, shape: { shape: { dim } } } });
        return name;
      }
      case 'Conv2D':
      case 'DepthwiseConv2D': {
        const op = layer.getClassName() === 'Conv2D' ? 'Conv2D' : 'DepthwiseConv2dNative';
        const strides = numbers([1, ...[config.strides, config.strides].flat().slice(0, 2), 1]);
        return this.#add(name, op, given, { strides, padding: text('SAME'), data_format: text('NHWC') });
      }
      case 'BatchNormalization':
        return this.#add(name, 'FusedBatchNormV3', given, {
          ...{ U: FLOAT, epsilon: { f: config.epsilon } },
          ...{ is_training: { b: false }, data_format: text('NHWC') },
        });
      case 'ReLU':
        return this.#add(name, 'Relu6', given);
      case 'Add':
        return this.#add(name, 'AddV2', given);
      case 'GlobalAveragePooling2D': {
        const axes = this.#constant(`${name}/axes`, { shape: [2], dtype: 'int32', values: Int32Array.of(1, 2) });
        return this.#add(name, 'Mean', [...inputs, axes], { keep_dims: { b: false } });
      }
      default: {
        const product = this.#add(`${name}/product`, 'MatMul', given.slice(0, 2));
        return this.#add(name, 'Softmax', [this.#add(`${name}/sum`, 'BiasAdd', [product, given[2]])]);
      }
    }
  }
}

/** Writes a model of makeMobileNet() as a graph model, model.json and weights.bin, as TensorFlow would export it. */
export async function writeGraph(model, folder) {
  const writer = new GraphWriter();
  const outputs = new Map();
  for (const { outboundLayer, inputTensors, outputTensors } of model.nodes) {
    const inputs = inputTensors.map((tensor) => outputs.get(tensor));
    outputs.set(outputTensors[0], writer.addLayer(outboundLayer, inputs));
  }
  const { node, weights, bytes } = writer;
  const json = {
    format: 'graph-model',
    modelTopology: { node, versions: { producer: 808 } },
    weightsManifest: [{ paths: ['weights.bin'], weights }],
  };
  await writeFile(path.join(folder, 'model.json'), JSON.stringify(json));
  await writeFile(path.join(folder, 'weights.bin'), bytes);
}
