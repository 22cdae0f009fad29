// SPDX-License-Identifier: Apache-2.0
// Where batches come from: tensors that are cut, or a dataset that gives them.
import { TfwasmError } from '../core/errors.js';
import type { Container } from '../layers/container.js';
import { checkBatchSize, checkFeeds, countExamples, listTensors, type TensorOrMap } from '../layers/feeds.js';
import { mul } from '../ops/arithmetic.js';
import { cast } from '../ops/cast.js';
import { gather } from '../ops/gather.js';
import { argMax } from '../ops/reduce.js';
import { slice } from '../ops/shape.js';
import { tensor1d } from '../tensor/factories.js';
import { dispose, tidy } from '../tensor/memory.js';
import { Tensor } from '../tensor/tensor.js';
import type { Examples } from './step.js';

/** Weights of classes by their numbers. Classes that are not there have the weight 1. */
export type ClassWeight = Record<number, number>;
/** For the only output, or one for each output: a list in their order, or by name. */
export type ClassWeights = ClassWeight | (ClassWeight | null)[] | Record<string, ClassWeight>;

/** Weights of examples: [N], or [N, steps]; for the only output, or for each as a list or by name. */
export type SampleWeights = Tensor | (Tensor | null)[] | Record<string, Tensor>;

function weightsByOutput<T>(
  given: unknown,
  names: readonly string[],
  isOne: (value: unknown) => boolean,
): (T | undefined)[] {
  if (given === undefined || given === null) return names.map(() => undefined);
  if (isOne(given)) return names.map(() => given as T);
  if (Array.isArray(given)) {
    if (given.length !== names.length) {
      throw new TfwasmError('E_INPUT', `expected weights for ${names.length} outputs, got ${given.length}`);
    }
    return given.map((value) => value ?? undefined);
  }
  const map = given as Record<string, T>;
  const unknown = Object.keys(map).find((name) => !names.includes(name));
  if (unknown !== undefined) throw new TfwasmError('E_INPUT', `there are weights for ${unknown}, which is no output`);
  return names.map((name) => map[name]);
}

const isTensor = (value: unknown) => value instanceof Tensor;
const isClassWeight = (value: unknown) =>
  !Array.isArray(value) && Object.values(value as object).every((weight) => typeof weight === 'number');

/** The weight of each example by its class: the number in a target [N] or [N, 1], else the largest of a row. */
function weightsOfClasses(target: Tensor, weights: ClassWeight): Tensor {
  const last = target.shape[target.rank - 1] as number;
  const isOneHot = target.rank > 1 && last > 1;
  const classes = isOneHot ? argMax(target, -1) : cast(target.reshape([-1]), 'int32');
  if (classes.size !== target.shape[0]) {
    throw new TfwasmError('E_SHAPE', `classWeight needs one class for each example, got targets [${target.shape}]`);
  }
  const numClasses = Math.max(isOneHot ? last : 0, ...[...classes.dataSync()].map((index) => index + 1));
  for (const [name, weight] of Object.entries(weights)) {
    if (!Number.isInteger(Number(name)) || Number(name) < 0 || !Number.isFinite(weight)) {
      throw new TfwasmError('E_INPUT', `classWeight must map classes to numbers, got ${name}: ${weight}`);
    }
  }
  const table = Array.from({ length: numClasses }, (_, index) => weights[index] ?? 1);
  return gather(tensor1d(table, 'float32'), cast(classes, 'int32'));
}

/** The weights of the examples of each output. */
function combineWeights(
  { outputNames }: Container,
  targets: readonly Tensor[],
  sampleWeight: SampleWeights | undefined,
  classWeight: ClassWeights | undefined,
): (Tensor | undefined)[] {
  const samples = weightsByOutput<Tensor>(sampleWeight, outputNames, isTensor);
  const classes = weightsByOutput<ClassWeight>(classWeight, outputNames, isClassWeight);
  return targets.map((target, i) => {
    const [sample, ofClass] = [samples[i], classes[i]];
    if (sample && !(sample instanceof Tensor)) throw new TfwasmError('E_INPUT', 'sampleWeight must be a tensor');
    if (sample && sample.shape[0] !== target.shape[0]) {
      throw new TfwasmError('E_SHAPE', `sampleWeight [${sample.shape}] does not fit ${target.shape[0]} examples`);
    }
    const float = sample && cast(sample, 'float32');
    if (!ofClass) return float;
    const byClass = weightsOfClasses(target, ofClass);
    return float ? mul(float, float.rank > 1 ? byClass.expandDims(-1) : byClass) : byClass;
  });
}

/** What is given for a model: checked, in its order, with the dtypes of its inputs. */
export interface GivenExamples {
  xs: TensorOrMap;
  ys: TensorOrMap;
  sampleWeight?: SampleWeights | undefined;
  classWeight?: ClassWeights | undefined;
}

/**
 * Throws E_INPUT, E_SHAPE or E_DTYPE if something does not fit the model. The tensors may be those given.
 *
 * @param isTable Whether they are to be cut into batches.
 */
function checkExamples(
  model: Container,
  { xs, ys, sampleWeight, classWeight }: GivenExamples,
  isTable: boolean,
): Examples {
  const inputs = checkFeeds(model, xs, isTable);
  const targets = listTensors(ys, model.outputNames, 'target');
  countExamples([...inputs, ...targets], [...model.inputNames, ...model.outputNames]);
  if (inputs[0]?.shape[0] === 0) throw new TfwasmError('E_INPUT', 'there are no examples: the inputs are empty');
  return { inputs, targets, weights: combineWeights(model, targets, sampleWeight, classWeight) };
}

export const tensorsOf = ({ inputs, targets, weights }: Examples): Tensor[] => [
  ...inputs,
  ...targets,
  ...weights.filter((weight) => weight !== undefined),
];

const mapExamples = ({ inputs, targets, weights }: Examples, f: (tensor: Tensor) => Tensor): Examples => ({
  inputs: inputs.map(f),
  targets: targets.map(f),
  weights: weights.map((weight) => weight && f(weight)),
});

/** Examples that are cut into batches. */
export class ExampleTable {
  readonly #model: Container;
  readonly #all: Examples;
  readonly #begin: number;
  readonly count: number;

  private constructor(model: Container, all: Examples, begin: number, end: number) {
    this.#model = model;
    this.#all = all;
    this.#begin = begin;
    this.count = end - begin;
  }

  /** Shares the memory of what is given, which may be disposed afterwards. */
  static of(model: Container, given: GivenExamples): ExampleTable {
    const all = tidy(() => mapExamples(checkExamples(model, given, true), (tensor) => tensor.clone()));
    for (const tensor of tensorsOf(all)) tensor.kept = true;
    return new ExampleTable(model, all, 0, all.inputs[0]?.shape[0] as number);
  }

  /** The examples [begin, end), which live as long as this table. */
  part(begin: number, end: number): ExampleTable {
    return new ExampleTable(this.#model, this.#all, this.#begin + begin, this.#begin + end);
  }

  /** The examples [begin, end), in the given order of the table if there is one. The tensors are new. */
  batch(begin: number, end: number, order?: Int32Array): Examples {
    if (!order) return mapExamples(this.#all, (tensor) => slice(tensor, this.#begin + begin, end - begin));
    const places = tensor1d(
      order.subarray(begin, end).map((place) => this.#begin + place),
      'int32',
    );
    try {
      return mapExamples(this.#all, (tensor) => gather(tensor, places));
    } finally {
      places.dispose();
    }
  }

  /** The size of batches: as given, or what suits the model. Throws E_INPUT or E_SHAPE if the model cannot take them. */
  checkBatchSize(given?: number): number {
    return checkBatchSize(this.#model, this.count, given);
  }

  /** Batches of a size, the last one perhaps smaller. */
  *batches(size: number, order?: Int32Array): Generator<Examples> {
    for (let begin = 0; begin < this.count; begin += size) {
      yield this.batch(begin, Math.min(begin + size, this.count), order);
    }
  }

  /** Only for the whole. */
  dispose(): void {
    dispose(tensorsOf(this.#all));
  }
}

/** An element of a dataset. */
export interface DatasetExamples {
  xs: TensorOrMap;
  ys: TensorOrMap;
  sampleWeight?: SampleWeights;
}

/** What gives batches one after the other: a tf.data.Dataset, for example. */
export interface DatasetLike {
  /** `return` is called when training ends before the iterator does. */
  iterator(): Promise<{ next(): Promise<IteratorResult<unknown>>; return?(): Promise<unknown> }>;
}

export function isDataset(value: unknown): value is DatasetLike {
  return typeof (value as DatasetLike | null)?.iterator === 'function';
}

/** A batch of a dataset, checked. Takes ownership of the element's tensors. */
export function takeElement(model: Container, value: unknown, classWeight?: ClassWeights): Examples {
  const { xs, ys, sampleWeight } = (value ?? {}) as DatasetExamples;
  try {
    if (!xs || !ys) {
      throw new TfwasmError('E_INPUT', 'a dataset for training must give elements {xs, ys}: batches of tensors');
    }
    // Copies share the memory of what is given.
    return tidy(() =>
      mapExamples(checkExamples(model, { xs, ys, sampleWeight, classWeight }, false), (tensor) => tensor.clone()),
    );
  } finally {
    dispose(value as never);
  }
}
