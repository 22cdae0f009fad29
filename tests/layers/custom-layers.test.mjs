// SPDX-License-Identifier: Apache-2.0
// Layers and activations that are classes of a program.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { skip, tf } from './small-models.mjs';
import { MemoryHandler } from './tfjs.mjs';

const Layer = tf.layers?.Layer ?? class {};

class Antirectifier extends Layer {
  static className = 'Antirectifier';

  call(inputs) {
    const x = Array.isArray(inputs) ? inputs[0] : inputs;
    return tf.concat([tf.relu(x), tf.relu(tf.neg(x))], -1);
  }
}

class Scale extends Layer {
  static className = 'ScaleOfTests';

  constructor(config = {}) {
    super(config);
    this.start = config.start ?? 1;
  }

  build(inputShape) {
    const size = inputShape.at(-1);
    this.scale = this.addWeight('scale', [size], 'float32', tf.initializers.constant({ value: this.start }));
    super.build(inputShape);
  }

  call(inputs) {
    return tf.mul([inputs].flat()[0], this.scale.read());
  }

  getConfig() {
    return { ...super.getConfig(), start: this.start };
  }
}

describe('custom layers', { skip }, () => {
  before(() => tf.ready());

  test('are captured: shapes are inferred, and values follow', () => {
    const model = tf.sequential({ layers: [new Antirectifier({ inputShape: [3] }), new Scale({ start: 2 })] });
    assert.deepEqual(model.outputs[0].shape, [null, 6]);
    assert.deepEqual(model.predict(tf.tensor2d([1, -2, 3], [1, 3])).arraySync(), [[2, 0, 6, 0, 4, 0]]);
    const [scale] = model.getWeights();
    model.setWeights([tf.mul(scale, 10)]);
    assert.deepEqual(model.predict(tf.tensor2d([1, -2, 3], [1, 3])).arraySync(), [[20, 0, 60, 0, 40, 0]]);
    model.dispose();
  });

  test('that read values are told what to do', () => {
    class Peeking extends tf.layers.Layer {
      static className = 'Peeking';
      computeOutputShape(shape) {
        return shape;
      }
      call(inputs) {
        const x = [inputs].flat()[0];
        return x.dataSync()[0] > 0 ? x : tf.neg(x);
      }
    }
    const model = tf.sequential({ layers: [new Peeking({ inputShape: [3], name: 'peeking' })] });
    assert.throws(() => model.predict(tf.ones([1, 3])), /layer peeking \(Peeking\): .*must not read values.*tf\.where/);
    model.dispose();
  });

  test('are saved and loaded once they are registered', async () => {
    const model = tf.sequential({ layers: [new Scale({ inputShape: [2], start: 3 })] });
    const handler = new MemoryHandler();
    await model.save(handler);
    await assert.rejects(tf.loadLayersModel(handler), /unknown layer ScaleOfTests/);
    const given = await tf.loadLayersModel(handler, { customObjects: { ScaleOfTests: Scale } });
    assert.deepEqual(given.predict(tf.ones([1, 2])).arraySync(), [[3, 3]]);
    tf.serialization.registerClass(Scale);
    const loaded = await tf.loadLayersModel(handler);
    assert.equal(loaded.layers[0].start, 3);
    assert.deepEqual(loaded.predict(tf.ones([1, 2])).arraySync(), [[3, 3]]);
    for (const one of [model, given, loaded]) one.dispose();
  });

  test('may be compiled to ES5, and ignore their config: the names are those of the file', async () => {
    function Doubled() {
      return tf.layers.Layer.call(this, {}) || this;
    }
    Object.setPrototypeOf(Doubled, tf.layers.Layer);
    Doubled.prototype = Object.create(tf.layers.Layer.prototype, { constructor: { value: Doubled } });
    Doubled.prototype.call = (inputs) => tf.mul([inputs].flat()[0], 2);
    Doubled.className = 'DoubledOfTests';
    tf.serialization.registerClass(Doubled);
    const x = tf.input({ shape: [2], name: 'x' });
    const made = tf.model({ inputs: x, outputs: new Doubled().apply(x) });
    const topology = JSON.parse(made.toJSON().replace(/"doubled_[^"]*"/gi, '"second"'));
    const model = await tf.models.modelFromJSON(topology);
    assert.ok(model.getLayer('second') instanceof tf.layers.Layer);
    assert.ok(model.getLayer('second') instanceof Doubled);
    assert.deepEqual(model.predict(tf.ones([1, 2])).arraySync(), [[2, 2]]);
    for (const one of [made, model]) one.dispose();
  });

  test('say what inputs they take', () => {
    class Picky extends tf.layers.Layer {
      static className = 'Picky';
      inputSpec = [{ ndim: 3, axes: { [-1]: 4 } }];
    }
    assert.throws(() => new Picky().apply(tf.ones([2, 4])), {
      code: 'E_SHAPE',
      message: /expected ndim=3, found ndim=2/,
    });
    assert.throws(() => new Picky().apply(tf.input({ shape: [5, 3] })), /expected axis -1 to have value 4, found 3/);
    assert.deepEqual(new Picky().apply(tf.input({ shape: [5, 4] })).shape, [null, 5, 4]);
  });

  test('activations are classes, too', async () => {
    class Cube extends tf.serialization.Serializable {
      static className = 'CubeOfTests';
      apply(x) {
        return tf.mul(x, tf.square(x));
      }
      getConfig() {
        return {};
      }
    }
    tf.serialization.registerClass(Cube);
    for (const activation of [new Cube(), 'CubeOfTests']) {
      const layer = tf.layers.dense({ units: 1, inputShape: [1], kernelInitializer: 'ones', activation });
      const model = tf.sequential({ layers: [layer] });
      assert.deepEqual(model.predict(tf.tensor2d([[2]])).arraySync(), [[8]]);
      const handler = new MemoryHandler();
      await model.save(handler);
      const loaded = await tf.loadLayersModel(handler);
      assert.deepEqual(loaded.predict(tf.tensor2d([[2]])).arraySync(), [[8]]);
      for (const one of [model, loaded]) one.dispose();
    }
  });

  test('inputs of many sizes, whose graphs differ', () => {
    class Counting extends tf.layers.Layer {
      static className = 'Counting';
      call(inputs) {
        const x = [inputs].flat()[0];
        return tf.add(x, x.shape[1]);
      }
    }
    const model = tf.sequential({ layers: [new Counting({ inputShape: [null] })] });
    for (let size = 1; size <= 70; ++size) {
      assert.deepEqual(model.predict(tf.zeros([1, size])).dataSync()[0], size);
    }
    assert.deepEqual(model.predict(tf.zeros([1, 1])).dataSync()[0], 1);
    model.dispose();
  });

  test('random ops draw again in each run', () => {
    class Noisy extends tf.layers.Layer {
      static className = 'Noisy';
      call(inputs) {
        const x = [inputs].flat()[0];
        return tf.add(x, tf.randomUniform(x.shape));
      }
    }
    const model = tf.sequential({ layers: [new Noisy({ inputShape: [8] })] });
    const x = tf.zeros([1, 8]);
    assert.notDeepEqual(model.predict(x).arraySync(), model.predict(x).arraySync());
    model.dispose();
  });
});
