// SPDX-License-Identifier: Apache-2.0
// The networks of the benchmark: each op means the same as a graph model and in ONNX.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';

import { writeModels } from '../../tools/bench/networks/index.mjs';
import { Network } from '../../tools/bench/networks/network.mjs';
import { sizeOf } from '../../web/common/values.js';
import { randomValues } from '../../web/common/random.js';
import { missing } from '../prerequisites.mjs';

const TOLERANCE = 1e-4;

const PICTURE = ['float32', [1, 7, 6, 3]];
/** Name -> [dtype and shape of the input, what follows it]. */
const CASES = {
  'conv2d, globalAverage': [
    PICTURE,
    (net, x) => net.globalAverage(net.conv2d(x, { filters: 4, size: 3, stride: 2, activation: 'relu6' })),
  ],
  depthwiseConv2d: [
    PICTURE,
    (net, x) => net.globalAverage(net.depthwiseConv2d(x, { size: 3, stride: 2, activation: 'relu' })),
  ],
  maxPool: [PICTURE, (net, x) => net.globalAverage(net.maxPool(net.conv2d(x, { filters: 4, size: 1 }), 3, 2))],
  'add of pictures': [
    ['float32', [1, 5, 5, 4]],
    (net, x) => {
      const y = net.conv2d(x, { filters: 4, size: 3 });
      return net.globalAverage(net.add(net.conv2d(y, { filters: 4, size: 1 }), y, 'relu'));
    },
  ],
  'softmax of dense': [['float32', [3, 5]], (net, x) => net.softmax(net.dense(x, 6))],
  'gather, scale': [['int32', [4]], (net, x) => net.scale(net.gather(net.weight('table', [10, 3], 1), x), 2.5)],
  'reshape, transpose, matMul': [
    ['float32', [4, 6]],
    (net, x) => {
      const split = (order) => net.transpose(net.reshape(x, [1, 4, 2, 3]), order);
      return net.matMul(split([0, 2, 1, 3]), split([0, 2, 3, 1]));
    },
  ],
  layerNorm: [['float32', [3, 8]], (net, x) => net.layerNorm(x)],
  gelu: [['float32', [3, 8]], (net, x) => net.gelu(x)],
};

describe('the networks of the benchmark', { skip: missing('dist') }, async () => {
  const [tf, ort] = await Promise.all([import('../../dist/index.js'), import('onnxruntime-web/wasm')]);
  ort.env.wasm.numThreads = 1;
  await tf.ready();
  for (const [name, [[dtype, shape], build]] of Object.entries(CASES)) {
    test(name, async () => {
      const folder = await mkdtemp(path.join(tmpdir(), 'tfwasm-network-'));
      try {
        const net = new Network(7);
        net.output(build(net, net.input('x', dtype, shape)));
        await writeModels(net, folder);
        const values = randomValues(dtype, sizeOf(shape), dtype === 'int32' ? [0, 9] : [-3, 3]);
        const model = await tf.loadGraphModel(`file://${folder}/model.json`);
        const result = model.predict(tf.tensor(values, shape, dtype));
        const session = await ort.InferenceSession.create(await readFile(path.join(folder, 'model.onnx')));
        const outputs = await session.run({ x: new ort.Tensor(dtype, values, shape) });
        const expected = outputs[session.outputNames[0]];
        assert.deepEqual(result.shape, expected.dims);
        for (const [i, value] of result.dataSync().entries()) {
          assert.ok(Math.abs(value - expected.data[i]) <= TOLERANCE, `${i}: ${value}, not ${expected.data[i]}`);
        }
      } finally {
        await rm(folder, { recursive: true });
      }
    });
  }
});
