// SPDX-License-Identifier: Apache-2.0
// Loads and runs a hostile model through the public API, and checks what must hold for any model.
import { Random } from './random.mjs';

/** Models may loop for ever. */
const LIMITS = { maxIterations: 500 };
/** Unknown sizes of inputs. */
const SIZES = [1, 2, 3, 0, 5];
const MOST_ELEMENTS = 2 ** 16;

/** What a model did wrong, as text. Throws anything else. */
export class Finding extends Error {}

/** Refuses growth of wasm memories beyond a size, so that absurd shapes end in E_OOM rather than in minutes. */
export function limitHeap(bytes) {
  const { grow } = WebAssembly.Memory.prototype;
  WebAssembly.Memory.prototype.grow = function (pages) {
    if (this.buffer.byteLength + 65536 * pages > bytes) throw new RangeError('WebAssembly.Memory.grow(): failed');
    return grow.call(this, pages);
  };
}

/**
 * Loads, runs and saves a model. Throws a Finding if an error is not a TfwasmError that says what is wrong with the
 * model, if a result cannot be read, or if tensors remain.
 *
 * @returns {Promise<string>} 'ok', or the code of the first error.
 */
export async function runHostile(tf, artifacts, seed) {
  const before = counts(tf);
  const outcome = await attempt(tf, async () => {
    const random = new Random(seed);
    const model = await load(tf, artifacts, random);
    const names = (artifacts.modelTopology.node ?? []).map((node) => String(node?.name));
    try {
      return await useModel(tf, model, names, random);
    } finally {
      model.dispose();
    }
  });
  const after = counts(tf);
  if (after !== before) throw new Finding(`left behind: ${before} before, ${after} after`);
  return outcome;
}

function counts(tf) {
  const { numTensors, numDataBuffers, numBytes } = tf.memory();
  return `${numTensors} tensors, ${numDataBuffers} buffers, ${numBytes} bytes`;
}

/** Calls `use`. Returns its result or the code of the error that it throws. */
async function attempt(tf, use) {
  try {
    return await use();
  } catch (error) {
    if (error instanceof Finding) throw error;
    if (error instanceof tf.TfwasmError && error.code !== 'E_INTERNAL') return error.code;
    throw new Finding(`${error?.code ?? error?.name}: ${error?.stack ?? error}`, { cause: error });
  }
}

function load(tf, artifacts, random) {
  if (random.chance(0.5)) return tf.loadGraphModelSync(artifacts, LIMITS);
  const { weightData, ...parts } = artifacts;
  // Parts of odd sizes.
  const size = 1 + random.below(5000);
  const bytes = new Uint8Array(weightData);
  let sent = 0;
  const getWeightStream = () =>
    new ReadableStream({
      pull(controller) {
        if (sent < bytes.length) controller.enqueue(bytes.slice(sent, sent + size));
        else controller.close();
        sent += size;
      },
    });
  return tf.loadGraphModel({ load: async () => ({ ...parts, getWeightStream }) }, LIMITS);
}

async function useModel(tf, model, names, random) {
  const outcomes = [];
  for (let i = 0; i < 3; ++i) outcomes.push(await attempt(tf, () => predict(tf, model, random)));
  if (random.chance(0.3)) outcomes.push(await attempt(tf, () => fetchAnything(tf, model, names, random)));
  if (random.chance(0.2)) outcomes.push(await attempt(tf, () => save(tf, model)));
  return outcomes.find((outcome) => outcome !== 'ok') ?? 'ok';
}

function predict(tf, model, random) {
  return withFeeds(tf, model, random, (feeds) => model.predict(feeds, LIMITS));
}

/** Fetches any node, and may feed any other. */
function fetchAnything(tf, model, names, random) {
  return withFeeds(tf, model, random, (feeds) => {
    const other = random.of(names);
    if (random.chance(0.3) && !(other in feeds)) feeds[other] = tf.ones([2, 2]);
    return model.execute(feeds, [String(random.of(names)), String(random.of(names))]);
  });
}

/** Calls `run` with tensors for the model's inputs, and reads the results. */
function withFeeds(tf, model, random, run) {
  const feeds = Object.create(null);
  try {
    addFeeds(tf, model, feeds, random);
    readAll(tf, run(feeds));
  } finally {
    tf.dispose(Object.values(feeds));
  }
  return 'ok';
}

async function save(tf, model) {
  let again;
  await model.save({
    save: async (artifacts) => {
      again = artifacts;
      return {};
    },
  });
  tf.loadGraphModelSync(again, LIMITS).dispose();
  return 'ok';
}

function addFeeds(tf, model, feeds, random) {
  for (const [index, name] of model.inputNodes.entries()) {
    if (name in feeds) continue;
    const { shape = SIZES.slice(0, random.below(4)), dtype = 'float32' } = model.inputs[index];
    const sizes = shape.map((size) => (size < 0 ? random.of(SIZES) : size));
    if (random.chance(0.1)) sizes.reverse();
    const count = sizes.reduce((product, size) => product * size, 1);
    feeds[name] = count > MOST_ELEMENTS ? tf.zeros([1], dtype) : makeTensor(tf, sizes, count, dtype, random);
  }
}

function makeTensor(tf, shape, count, dtype, random) {
  if (dtype === 'complex64') return tf.zeros(shape, dtype);
  const make = {
    string: () => random.of(['', 'a b', 'word', '\u00e9']),
    bool: () => random.chance(0.5),
    int32: () => random.of([0, 1, 2, 3, -1, 100]),
  };
  const values = Array.from({ length: count }, make[dtype] ?? (() => 2 * random.next() - 1));
  return tf.tensor(values, shape, dtype);
}

/** Reads and disposes results. */
function readAll(tf, results) {
  const tensors = results instanceof tf.Tensor ? [results] : Object.values(results);
  try {
    for (const tensor of tensors) {
      const length = tensor.dtype === 'complex64' ? 2 * tensor.size : tensor.size;
      if (tensor.dataSync().length !== length)
        throw new Finding(`a result of shape [${tensor.shape}] has another size`);
    }
  } finally {
    tf.dispose(tensors);
  }
}
