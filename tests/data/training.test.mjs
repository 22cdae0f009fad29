// SPDX-License-Identifier: Apache-2.0
// Training with datasets: the same numbers as in TensorFlow.js, and datasets are closed.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { assertClose } from '../layers/close.mjs';
import { loadTfjsLayers } from '../layers/tfjs.mjs';
import { missing } from '../prerequisites.mjs';
import { loadTfjs, loadTfwasm } from './libraries.mjs';

const CSV = `a,b,y\n${Array.from({ length: 30 }, (_, i) => `${i / 30},${(i % 7) / 7},${i / 15 - 1}`).join('\n')}\n`;

describe('training with datasets', { skip: missing('dist', 'tfjs', 'tfjs-data') }, () => {
  let tf;
  let theirs;

  before(async () => {
    ({ tf } = await loadTfwasm());
    theirs = { ...loadTfjsLayers().layers, ...loadTfjs() };
  });

  const makeModel = ({ sequential, layers, train }) => {
    const dense = (config) => layers.dense({ kernelInitializer: 'ones', ...config });
    const model = sequential({ layers: [dense({ units: 3, inputShape: [2] }), dense({ units: 1 })] });
    model.compile({ optimizer: train.sgd(0.05), loss: 'meanSquaredError' });
    return model;
  };

  const makeDataset = ({ data }, isShuffled = true) => {
    const source = new data.FileDataSource(Buffer.from(CSV));
    const rows = new data.CSVDataset(source, { columnConfigs: { y: { isLabel: true } } });
    const pairs = rows.map(({ xs, ys }) => ({ xs: Object.values(xs), ys: Object.values(ys) }));
    return (isShuffled ? pairs.shuffle(10, 'seed') : pairs).batch(8).prefetch(2);
  };

  for (const [title, args] of [
    ['epochs of the whole dataset', { epochs: 3 }],
    ['epochs of some batches', { epochs: 2, batchesPerEpoch: 2 }],
  ]) {
    test(`${title}: the losses of TensorFlow.js`, async () => {
      const losses = async (lib) => {
        // Without a number of batches, TensorFlow.js opens the dataset once more at first, and gets another order.
        const dataset = makeDataset(lib, 'batchesPerEpoch' in args);
        const validationData = makeDataset(lib);
        const { history } = await makeModel(lib).fitDataset(dataset, { ...args, verbose: 0, validationData });
        return [...history.loss, ...history.val_loss];
      };
      assertClose(await losses(tf), await losses({ ...theirs, train: theirs.tf.train }), 1e-5, 1e-5);
    });
  }

  test('no tensor is left, and generators are closed, however training ends', async () => {
    const model = makeModel(tf);
    await model.fitDataset(makeDataset(tf), { epochs: 1, verbose: 0 });
    const before = tf.memory().numTensors;
    let open = 0;
    const endless = tf.data.generator(function* () {
      ++open;
      try {
        for (let i = 0; ; ++i) yield { xs: tf.tensor1d([i / 100, 1]), ys: tf.tensor1d([1]) };
      } finally {
        --open;
      }
    });
    const dataset = endless.batch(4).prefetch(3);
    await model.fitDataset(dataset, { epochs: 2, batchesPerEpoch: 3, verbose: 0 });
    await model.fitDataset(dataset, {
      epochs: 2,
      verbose: 0,
      callbacks: {
        onBatchEnd: (batch) => {
          if (batch === 2) model.stopTraining = true;
        },
      },
    });
    await model.fitDataset(dataset.take(2), { epochs: 2, verbose: 0, validationData: dataset, validationBatches: 2 });
    tf.dispose(await model.evaluateDataset(dataset, { batches: 2 }));
    const wrong = () => {
      throw new Error('mine');
    };
    await assert.rejects(model.fitDataset(dataset, { epochs: 1, verbose: 0, callbacks: { onBatchEnd: wrong } }), {
      message: 'mine',
    });
    assert.equal(open, 0);
    assert.equal(tf.memory().numTensors, before);
  });
});
