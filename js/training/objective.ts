// SPDX-License-Identifier: Apache-2.0
// What a model is trained for: the losses and metrics of its outputs.
import { TfwasmError } from '../core/errors.js';
import type { Container } from '../layers/container.js';
import type { Shape } from '../layers/topology.js';
import { addN, mul } from '../ops/arithmetic.js';
import { cast } from '../ops/cast.js';
import { stack } from '../ops/join.js';
import { scalar } from '../tensor/factories.js';
import type { Tensor } from '../tensor/tensor.js';
import { getLoss, type Loss, type LossIdentifier } from './losses.js';
import { getMetric, type Metric, type MetricIdentifier } from './metrics.js';

/** One value for all outputs of a model, a list in their order, or values by their names. */
export type PerOutput<T> = T | readonly T[] | Readonly<Record<string, T>>;

/** Options of compile() about losses and metrics. */
export interface ObjectiveArgs {
  /** The loss of each output: a name, a function (yTrue, yPred) => Tensor, or a Loss. Null for outputs without one. */
  loss?: PerOutput<LossIdentifier | null>;
  /** Metrics of each output. They ignore sample weights. */
  metrics?: MetricIdentifier | readonly MetricsOfOutput[] | Readonly<Record<string, MetricsOfOutput>>;
  /** Metrics that take sample weights into account. */
  weightedMetrics?: ObjectiveArgs['metrics'];
  /** Factors of the losses of the outputs. */
  lossWeights?: PerOutput<number>;
}

type MetricsOfOutput = MetricIdentifier | readonly MetricIdentifier[];

/** A metric of an output. */
interface OutputMetric {
  name: string;
  output: number;
  metric: Metric;
  isWeighted: boolean;
  /** Whether it was made for this objective, rather than given. */
  isOwned: boolean;
}

/** The examples of a batch, by output. */
export interface Batch {
  targets: readonly Tensor[];
  outputs: readonly Tensor[];
  masks: readonly (Tensor | undefined)[];
  /** Sample weights. */
  weights: readonly (Tensor | undefined)[];
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' &&
  value !== null &&
  Object.getPrototypeOf(value) === Object.prototype &&
  !('className' in value || 'class_name' in value);

/** Values in the order of the outputs, from a list or by name; undefined for outputs that it does not name. */
function byOutput<T>(given: unknown, names: readonly string[], what: string): (T | undefined)[] {
  if (Array.isArray(given)) {
    if (given.length !== names.length) {
      throw new TfwasmError(
        'E_INPUT',
        `When passing an Array as ${what}, it should have one entry per model output. The model has ${names.length} ` +
          `output(s), but you passed ${given.length}.`,
      );
    }
    return given as T[];
  }
  const map = given as Record<string, T>;
  const unknown = Object.keys(map).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new TfwasmError('E_INPUT', `Unknown entry in ${what}: "${unknown}". The outputs are ${names.join(', ')}`);
  }
  return names.map((name) => map[name]);
}

function lossesByOutput(given: ObjectiveArgs['loss'], names: readonly string[]): (LossIdentifier | null | undefined)[] {
  if (given === undefined || given === null) return names.map(() => null);
  if (Array.isArray(given) || isMap(given)) return byOutput(given, names, 'loss');
  return names.map(() => given as LossIdentifier);
}

/** A list for one output may be given as it is, and one that is flat is for every output, as in TensorFlow.js. */
function metricsByOutput(given: ObjectiveArgs['metrics'], names: readonly string[]): (readonly MetricIdentifier[])[] {
  if (given === undefined || given === null) return names.map(() => []);
  const toList = (value: unknown) => (value === undefined ? [] : Array.isArray(value) ? value : [value]);
  if (Array.isArray(given) && !given.some(Array.isArray)) return names.map(() => given);
  if (Array.isArray(given) || isMap(given)) {
    return byOutput<MetricsOfOutput>(given, names, 'metrics').map(toList) as MetricIdentifier[][];
  }
  return names.map(() => [given as MetricIdentifier]);
}

/** The name under which a metric is logged: as it was given, with the short names of TensorFlow.js. */
function loggedName(identifier: MetricIdentifier, metric: Metric): string {
  if (typeof identifier === 'function') return identifier.name || metric.name;
  if (typeof identifier !== 'string') return metric.name;
  if (identifier === 'accuracy') return 'acc';
  return identifier === 'crossentropy' ? 'ce' : identifier;
}

function uniqueName(name: string, taken: readonly string[]): string {
  let unique = name;
  for (let i = 1; taken.includes(unique); ++i) unique = `${name}_${i}`;
  return unique;
}

/** The losses and metrics of a compiled model. */
export class Objective {
  readonly losses: readonly (Loss | undefined)[];
  readonly metrics: OutputMetric[] = [];
  /** Names of values, in the order of report(): the loss, those of the outputs if there are several, metrics. */
  readonly names: string[] = ['loss'];
  readonly #lossWeights: readonly number[];
  readonly #outputNames: readonly string[];

  constructor({ outputs, outputNames }: Container, args: ObjectiveArgs) {
    this.#outputNames = outputNames;
    this.losses = lossesByOutput(args.loss, outputNames).map((loss) =>
      loss === null || loss === undefined ? undefined : getLoss(loss),
    );
    if (this.losses.every((loss) => loss === undefined)) {
      throw new TfwasmError('E_INPUT', 'compile() needs a loss, of at least one output');
    }
    const { lossWeights = 1 } = args;
    this.#lossWeights =
      typeof lossWeights === 'number'
        ? outputNames.map(() => lossWeights)
        : byOutput<number>(lossWeights, outputNames, 'lossWeights').map((weight) => weight ?? 1);
    if (outputNames.length > 1) {
      for (const [i, loss] of this.losses.entries()) if (loss) this.names.push(`${outputNames[i]}_loss`);
    }
    const shapes = outputs.map(({ shape }) => shape);
    this.#addMetrics(metricsByOutput(args.metrics, outputNames), shapes, false);
    this.#addMetrics(metricsByOutput(args.weightedMetrics, outputNames), shapes, true);
  }

  #addMetrics(byOutput: readonly (readonly MetricIdentifier[])[], shapes: readonly Shape[], isWeighted: boolean): void {
    for (const [output, identifiers] of byOutput.entries()) {
      for (const identifier of identifiers) {
        // An object has one state: other outputs get copies of it, as in Keras.
        const isTaken = this.metrics.some((other) => other.metric === identifier);
        const given = isTaken ? (identifier as Metric).copy() : identifier;
        const metric = getMetric(given, shapes[output] as Shape, this.losses[output]);
        const prefix = shapes.length > 1 ? `${this.#outputNames[output]}_` : '';
        const name = uniqueName(prefix + loggedName(identifier, metric), this.names);
        this.metrics.push({ name, output, metric, isWeighted, isOwned: metric !== identifier });
        this.names.push(name);
      }
    }
  }

  /**
   * The loss of a batch, and a report for Totals. Metrics that keep state are updated.
   *
   * @param penalties Scalars to add to the loss.
   */
  evaluate(batch: Batch, penalties: readonly Tensor[]): { loss: Tensor; report: Tensor } {
    const count = scalar(batch.outputs[0]?.shape[0] ?? 1);
    const losses = this.#lossesOf(batch);
    const weighted = losses.map(({ loss, output }) => {
      const weight = this.#lossWeights[output] as number;
      return weight === 1 ? loss : mul(loss, weight);
    });
    const terms = [...weighted, ...penalties];
    const loss = terms.length === 1 ? (terms[0] as Tensor) : addN(terms);
    const values = [loss, ...(this.#outputNames.length > 1 ? losses.map((one) => one.loss) : [])];
    const counts: Tensor[] = values.map(() => count);
    for (const { metric, output, isWeighted } of this.metrics) {
      const weights = combine(isWeighted ? batch.weights[output] : undefined, batch.masks[output]);
      const target = batch.targets[output] as Tensor;
      const value = this.#blaming(output, () => metric.update(target, batch.outputs[output] as Tensor, weights));
      if (!value) continue;
      values.push(value.mean);
      counts.push(value.weight ?? count);
    }
    return { loss, report: stack([...values, ...counts].map((value) => cast(value, 'float32'))) };
  }

  #lossesOf({ targets, outputs, masks, weights }: Batch): { loss: Tensor; output: number }[] {
    const losses: { loss: Tensor; output: number }[] = [];
    for (const [i, loss] of this.losses.entries()) {
      if (!loss) continue;
      const apply = () => loss.apply(targets[i] as Tensor, outputs[i] as Tensor, weights[i], masks[i]);
      const value = this.#blaming(i, apply);
      if (value.rank !== 0) {
        throw new TfwasmError(
          'E_SHAPE',
          `the loss ${loss.name} of ${this.#outputNames[i]} must be a scalar, or have a value for each example; it has ` +
            `the shape [${value.shape}]`,
        );
      }
      losses.push({ loss: value, output: i });
    }
    return losses;
  }

  /** Calls `f`; an error names the output. */
  #blaming<T>(output: number, f: () => T): T {
    try {
      return f();
    } catch (error) {
      if (!(error instanceof TfwasmError)) throw error;
      const { code, op, node, message } = error;
      throw new TfwasmError(code, `output ${this.#outputNames[output]}: ${message}`, { op, node, cause: error });
    }
  }

  resetMetrics(): void {
    for (const { metric } of this.metrics) metric.resetStates();
  }

  /** The same, for a while: the returned function gives the metrics their states back. */
  suspendMetrics(): () => void {
    const weights = this.metrics.flatMap(({ metric }) => metric.weights);
    const states = weights.map((weight) => weight.read().clone());
    this.resetMetrics();
    return () => {
      for (const [i, weight] of weights.entries()) weight.write(states[i] as Tensor);
      for (const state of states) state.dispose();
    };
  }

  /** Frees the state of the metrics, except of those that were given as objects. */
  dispose(): void {
    for (const { metric, isOwned } of this.metrics) if (isOwned) metric.dispose();
  }
}

/** Weights of examples or steps, from sample weights and a mask. */
function combine(weights: Tensor | undefined, mask: Tensor | undefined): Tensor | undefined {
  if (!mask) return weights;
  const factors = cast(mask, 'float32');
  if (!weights) return factors;
  return mul(factors, weights.rank < factors.rank ? weights.expandDims(-1) : weights);
}
