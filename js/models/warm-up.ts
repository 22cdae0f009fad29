// SPDX-License-Identifier: Apache-2.0
// Browsers compile a wasm function when it is first called, and tier it up when it is hot. Without this warm-up, a
// page's first model would wait for both.
import { pause } from '../core/pause.js';
import type { RequestDetails } from '../io/types.js';
import { tensor } from '../tensor/factories.js';
import { sizeOfShape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { loadStarted } from './load-graph-model.js';

/** How often the network is loaded, and how often it runs each time: enough to trigger tier-up. */
const LOADS = 3;
const RUNS = 2;
const IMAGE = [1, 32, 32, 3];
/** No request is sent. */
const ADDRESS = 'data:,';

/** Integer weights with values. The network shows their use. */
const INTEGERS: Record<string, number[]> = { size: [16, 16], last: [3], area: [1, 2] };
/** Shapes of the zero weights. */
const FLOATS: Record<string, number[]> = {
  scale: [],
  image_filter: [3, 3, 3, 32],
  deep_filter: [3, 3, 32, 1],
  point_filter: [1, 1, 32, 64],
  square_filter: [1, 1, 64, 64],
  wide_filter: [3, 3, 64, 32],
  plain_filter: [3, 3, 32, 32],
  few_bias: [32],
  bias: [64],
  slopes: [1, 1, 64],
  matrix: [64, 8],
};

const FLOAT = { type: 'DT_FLOAT' };
const INT = { type: 'DT_INT32' };
const text = (value: string) => ({ s: btoa(value) });
const list = (...values: number[]) => ({ list: { i: values.map(String) } });
const shape = (...sizes: number[]) => ({ dim: sizes.map((size) => ({ size: String(size) })) });

const node = (name: string, op: string, input: string[], attr: object = {}) => ({
  name,
  op,
  input,
  attr: { T: FLOAT, ...attr },
});

const weight = (name: string, { type }: typeof FLOAT, sizes: number[]) =>
  node(name, 'Const', [], { dtype: { type }, value: { tensor: { dtype: type, tensorShape: shape(...sizes) } } });

/** A convolution. `fused`: the ops fused into the node. */
const convolution = (name: string, op: string, input: string[], fused: string[] = [], stride = 1) =>
  node(name, op, input, {
    strides: list(1, stride, stride, 1),
    padding: text('SAME'),
    fused_ops: { list: { s: fused.map(btoa) } },
    num_args: { i: String(input.length - 2) },
  });

const depthwise = (name: string, input: string, stride = 1) =>
  convolution(name, 'FusedDepthwiseConv2dNative', [input, 'deep_filter', 'few_bias'], ['BiasAdd', 'Relu6'], stride);

/** The usual layers of vision models. */
const network = () => [
  node('image', 'Placeholder', [], { dtype: FLOAT, shape: { shape: shape(...IMAGE) } }),
  ...Object.entries(INTEGERS).map(([name, { length }]) => weight(name, INT, [length])),
  ...Object.entries(FLOATS).map(([name, sizes]) => weight(name, FLOAT, sizes)),
  node('scaled', 'Mul', ['image', 'scale']),
  node('centred', 'Sub', ['scaled', 'scale']),
  convolution('first', 'Conv2D', ['centred', 'image_filter']),
  node('biased', 'BiasAdd', ['first', 'few_bias']),
  node('clamped', 'Relu6', ['biased']),
  // Several, until the kernel is hot.
  depthwise('deep', 'clamped'),
  depthwise('deeper', 'deep'),
  depthwise('deepest', 'deeper'),
  depthwise('halved', 'deepest', 2),
  convolution('point', '_FusedConv2D', ['halved', 'point_filter', 'bias'], ['BiasAdd', 'Relu6']),
  convolution('positive', '_FusedConv2D', ['point', 'square_filter', 'bias'], ['BiasAdd', 'Relu']),
  convolution('linear', '_FusedConv2D', ['positive', 'square_filter', 'bias'], ['BiasAdd']),
  node('sum', 'AddV2', ['point', 'linear']),
  node('sloped', 'Prelu', ['sum', 'slopes']),
  convolution('wide', '_FusedConv2D', ['sloped', 'wide_filter', 'few_bias'], ['BiasAdd', 'Relu']),
  node('pooled', 'MaxPool', ['wide'], { ksize: list(1, 2, 2, 1), strides: list(1, 2, 2, 1), padding: text('SAME') }),
  convolution('plain', 'Conv2D', ['pooled', 'plain_filter']),
  node('resized', 'ResizeBilinear', ['plain', 'size'], { half_pixel_centers: { b: true } }),
  node('joined', 'ConcatV2', ['wide', 'resized', 'last'], { N: { i: '2' }, Tidx: INT }),
  node('mean', 'Mean', ['joined', 'area'], { Tidx: INT }),
  node('gate', 'Sigmoid', ['mean']),
  node('logits', 'MatMul', ['gate', 'matrix']),
  node('scores', 'Softmax', ['logits']),
];

const SIGNATURE = { inputs: { image: { name: 'image:0' } }, outputs: { scores: { name: 'scores:0' } } };

/** The network in the converter's format. */
function modelJson(): object {
  const integers = Object.entries(INTEGERS).map(([name, { length }]) => ({ name, shape: [length], dtype: 'int32' }));
  const quantization = { dtype: 'float16' };
  const floats = Object.entries(FLOATS).map(([name, shape]) => ({ name, shape, dtype: 'float32', quantization }));
  return {
    modelTopology: { node: network() },
    signature: SIGNATURE,
    weightsManifest: [{ paths: ['weights'], weights: [...integers, ...floats] }],
  };
}

function weightBytes(): ArrayBuffer {
  const integers = new Int32Array(Object.values(INTEGERS).flat());
  const count = Object.values(FLOATS).reduce((sum, sizes) => sum + sizeOfShape(sizes), 0);
  const bytes = new Uint8Array(integers.byteLength + 2 * count);
  bytes.set(new Uint8Array(integers.buffer));
  return bytes.buffer;
}

/** Replaces `fetch` for the files of the network. */
async function fetchNetwork(_url: string, _init?: RequestInit, details?: RequestDetails): Promise<Response> {
  await pause();
  return new Response(details?.isBinary ? weightBytes() : JSON.stringify(modelJson()));
}

/**
 * Loads and runs a small network, so that the browser compiles the code for loading and running models in advance.
 * Frees everything.
 *
 * @throws The reason of `signal`, checked between steps of some milliseconds.
 */
export async function warmUp(signal: AbortSignal): Promise<void> {
  for (let i = 0; i < LOADS; ++i) await loadAndRun(signal);
}

async function loadAndRun(signal: AbortSignal): Promise<void> {
  const model = await loadStarted(ADDRESS, { requestInit: {}, fetchFunc: fetchNetwork, signal });
  const image = tensor(new Float32Array(sizeOfShape(IMAGE)), IMAGE);
  try {
    for (let i = 0; i < RUNS; ++i) {
      await pause();
      signal.throwIfAborted();
      const scores = model.predict(image) as Tensor;
      scores.dataSync();
      scores.dispose();
    }
  } finally {
    image.dispose();
    model.dispose();
  }
}
