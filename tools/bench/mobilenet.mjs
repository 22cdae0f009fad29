// SPDX-License-Identifier: Apache-2.0
// MobileNetV2 (Sandler et al., 2018) with random weights.

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
