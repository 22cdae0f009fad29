// SPDX-License-Identifier: Apache-2.0
// Networks of well-known architectures with random weights, each as a model of TensorFlow.js, ONNX and LiteRT.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';

import { MOBILENET_BLOCKS } from '../../../benchmark-page/nets.js';
import { writeGraphModel } from './graph-model.mjs';
import { Network } from './network.mjs';
import { writeOnnx } from './onnx.mjs';
import { writeTflite } from './tflite.mjs';

/**
 * Filters and strides of the separable blocks: table 1 of Howard et al., "MobileNets" (2017). The net that is trained has
 * the first ones.
 */
const SEPARABLE_BLOCKS = [...MOBILENET_BLOCKS, ...new Array(4).fill([512, 1]), [1024, 2], [1024, 1]];

function mobileNetV1() {
  const net = new Network(1);
  const activation = 'relu6';
  const image = net.input('image', 'float32', [1, 224, 224, 3]);
  let x = net.conv2d(image, { filters: 32, size: 3, stride: 2, activation });
  for (const [filters, stride] of SEPARABLE_BLOCKS) {
    x = net.depthwiseConv2d(x, { size: 3, stride, activation });
    x = net.conv2d(x, { filters, size: 1, activation });
  }
  net.output(net.softmax(net.dense(net.globalAverage(x), 1000)));
  return net;
}

/** Filters, blocks and the stride of the first block: table 1 of He et al., "Deep residual learning" (2015). */
const RESIDUAL_STAGES = [
  [64, 3, 1],
  [128, 4, 2],
  [256, 6, 2],
  [512, 3, 2],
];

/** The stride is in the middle convolution, as in the networks that people use. Batch norms are folded. */
function resNet50() {
  const net = new Network(2);
  const image = net.input('image', 'float32', [1, 224, 224, 3]);
  let x = net.conv2d(image, { filters: 64, size: 7, stride: 2, activation: 'relu' });
  x = net.maxPool(x, 3, 2);
  for (const [filters, blocks, firstStride] of RESIDUAL_STAGES) {
    for (let i = 0; i < blocks; ++i) {
      const stride = i === 0 ? firstStride : 1;
      const shortcut = i === 0 ? net.conv2d(x, { filters: 4 * filters, size: 1, stride, gain: 0.7 }) : x;
      let y = net.conv2d(x, { filters, size: 1, activation: 'relu' });
      y = net.conv2d(y, { filters, size: 3, stride, activation: 'relu' });
      // A small gain, since residuals add up.
      x = net.add(net.conv2d(y, { filters: 4 * filters, size: 1, gain: 0.3 }), shortcut, 'relu');
    }
  }
  net.output(net.softmax(net.dense(net.globalAverage(x), 1000)));
  return net;
}

const BERT = { layers: 4, width: 256, heads: 4, tokens: 128, words: 30522 };

function attention(net, x) {
  const { width, heads, tokens } = BERT;
  const size = width / heads;
  const split = (order) => net.transpose(net.reshape(net.dense(x, width), [1, tokens, heads, size]), order);
  const query = split([0, 2, 1, 3]);
  const key = split([0, 2, 3, 1]);
  const value = split([0, 2, 1, 3]);
  const weights = net.softmax(net.scale(net.matMul(query, key), 1 / Math.sqrt(size)));
  const mixed = net.transpose(net.matMul(weights, value), [0, 2, 1, 3]);
  return net.dense(net.reshape(mixed, [tokens, width]), width);
}

/** BERT-mini of Turc et al., "Well-read students learn better" (2019), for a text of 128 tokens without padding. */
function bert() {
  const net = new Network(3);
  const { layers, width, tokens, words } = BERT;
  const ids = net.input('ids', 'int32', [tokens]);
  const embedded = net.gather(net.weight('words', [words, width], 1), ids);
  let x = net.layerNorm(net.add(embedded, net.weight('positions', [tokens, width], 1)));
  for (let i = 0; i < layers; ++i) {
    x = net.layerNorm(net.add(attention(net, x), x));
    const wide = net.gelu(net.dense(x, 4 * width));
    x = net.layerNorm(net.add(net.dense(wide, width), x));
  }
  net.output(x);
  return net;
}

/** Name -> architecture, and the range of the inputs. */
export const NETWORKS = {
  'mobilenet-v1': { make: mobileNetV1, range: [-1, 1] },
  'resnet-50': { make: resNet50, range: [-1, 1] },
  'bert-mini': { make: bert, range: [0, BERT.words - 1] },
};

/** Writes model.json with its weights, model.onnx and model.tflite into a folder. */
export async function writeModels(network, folder) {
  await mkdir(folder, { recursive: true });
  await writeGraphModel(network, path.join(folder, 'model.json'));
  await writeOnnx(network, path.join(folder, 'model.onnx'));
  await writeTflite(network, path.join(folder, 'model.tflite'));
}
