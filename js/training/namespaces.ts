// SPDX-License-Identifier: Apache-2.0
// tf.losses and tf.metrics of the entry `tfwasm`.
import { publicFunction } from '../core/public-function.js';
import { losses as functions } from '../ops/namespaces.js';
import { arg } from '../ops/arguments.js';
import { reshape } from '../ops/shape.js';
import { runInScope } from '../tensor/scopes.js';
import { type Scalar, type Tensor, tensorOfHandle } from '../tensor/tensor.js';
import type { TensorLike } from '../tensor/values.js';
import { callTrainingCore } from '../autodiff/core.js';
import { getLoss, Loss, type LossOptions } from './losses.js';
import { getMetric, Metric, type MetricOptions } from './metrics.js';

type Values = Tensor | TensorLike;
type MetricFunction<T extends Tensor = Tensor> = (yTrue: Values, yPred: Values) => T;

/** A function of labels and predictions, of which `compute` gets the handles. */
function define<T extends Tensor>(name: string, compute: (handles: number[]) => number, isFlat = false) {
  return publicFunction(name, (yTrue: Values, yPred: Values): T => {
    const body = () => {
      const given = [arg(yTrue, 'yTrue', 'numeric'), arg(yPred, 'yPred', 'numeric')];
      const handles = given.map((x) => (isFlat ? reshape(x, [-1]) : x).storage.handle());
      return tensorOfHandle(compute(handles)) as T;
    };
    return runInScope(body, (result) => [result], []);
  });
}

/** The values whose mean a metric is. */
const perSample = (name: string): MetricFunction =>
  define(name, (handles) => callTrainingCore((core) => core.metricValues(JSON.stringify(name), handles)));

/** The result of a metric for one batch. */
const ofBatch = (name: string, isFlat = false): MetricFunction<Scalar> =>
  define(
    name,
    (handles) =>
      callTrainingCore((core) => {
        const state = core.updateMetric(JSON.stringify(name), [0, ...handles, 0]);
        try {
          return core.metricResult(JSON.stringify(name), [state]);
        } finally {
          core.disposeTensor(state);
        }
      }),
    isFlat,
  );

const cosineProximity = perSample('cosineProximity');
const meanAbsoluteError = perSample('meanAbsoluteError');
const meanAbsolutePercentageError = perSample('meanAbsolutePercentageError');
const meanSquaredError = perSample('meanSquaredError');

/** The functions return values per sample, precision, recall and r2Score a number for the batch. */
export const metrics = {
  binaryAccuracy: perSample('binaryAccuracy'),
  binaryCrossentropy: perSample('binaryCrossentropy'),
  categoricalAccuracy: perSample('categoricalAccuracy'),
  categoricalCrossentropy: perSample('categoricalCrossentropy'),
  /** The negative cosine similarity. */
  cosineProximity,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  MAPE: meanAbsolutePercentageError,
  mape: meanAbsolutePercentageError,
  meanSquaredError,
  MSE: meanSquaredError,
  mse: meanSquaredError,
  /** Of predictions above 0.5. */
  precision: ofBatch('precision'),
  /** Of predictions above 0.5. */
  recall: ofBatch('recall'),
  /** Of all elements together. */
  r2Score: ofBatch('r2Score', true),
  sparseCategoricalAccuracy: perSample('sparseCategoricalAccuracy'),
  Metric,
  /**
   * A metric of Keras for `compile({metrics})`, by the name of its class or function in any spelling. It may also be
   * used alone.
   *
   * ```js
   * const auc = tf.metrics.get('AUC', {curve: 'PR'});
   * auc.updateState(yTrue, yPred);
   * auc.result().print();
   * ```
   *
   * @throws E_LAYER for unknown names and wrong options.
   */
  get: (name: string, options: MetricOptions = {}): Metric => getMetric({ className: name, config: { ...options } }),
};

export const losses = {
  ...functions,
  Loss,
  /**
   * A loss of Keras for `compile({loss})`, by the name of its class or function in any spelling.
   *
   * ```js
   * const loss = tf.losses.get('huber', {delta: 2});
   * loss.apply(yTrue, yPred).print();
   * ```
   *
   * @throws E_LAYER for unknown names.
   */
  get: (name: string, options: LossOptions = {}): Loss => getLoss({ className: name, config: { ...options } }),
};
