// SPDX-License-Identifier: Apache-2.0
// Gradients of functions: tf.grad and its kin.
import { TfwasmError } from '../core/errors.js';
import { arg } from '../ops/arguments.js';
import { tensorsIn } from '../tensor/memory.js';
import { runInScope } from '../tensor/scopes.js';
import { Tensor } from '../tensor/tensor.js';
import type { TensorLike } from '../tensor/values.js';
import { registeredVariables, Variable } from '../tensor/variable.js';
import { recordCustomCall, recording, valueAndGradients } from './backward.js';

function check(condition: boolean, message: string): asserts condition {
  if (!condition) throw new TfwasmError('E_INPUT', message);
}

function checkFunction(f: unknown, name: string): void {
  check(typeof f === 'function', `The f passed in ${name} must be a function`);
}

/** Runs the body of a public function, and keeps its result. */
function tidied<T>(body: () => T): T {
  return runInScope(body, tensorsIn, []);
}

/** f applied to `xs`, and its gradients, none of which may be missing. */
function apply<T extends Tensor>(f: () => T, xs: readonly Tensor[], dy: Tensor | undefined, call: string) {
  check(dy === undefined || dy.dtype === 'float32', `dy must have 'float32' dtype, but has '${dy?.dtype}'`);
  const { value, gradients } = valueAndGradients(f, xs, dy);
  if (dy && String(dy.shape) !== String(value.shape)) {
    throw new TfwasmError(
      'E_SHAPE',
      `The shape of dy passed in ${call} must match the shape returned by f: expected [${value.shape}], got [${dy.shape}]`,
    );
  }
  check(
    gradients.every((gradient) => gradient !== undefined),
    'Cannot compute gradient of y=f(x) with respect to x. Make sure that ' +
      'the f you passed encloses all operations that lead from x to y.',
  );
  return { value, grads: gradients as Tensor[] };
}

function toTensors(args: unknown, call: string): Tensor[] {
  check(Array.isArray(args), `The args passed in ${call} must be an array of \`Tensor\`s or \`TensorLike\`s`);
  return args.map((x, i) => arg(x as TensorLike, `args[${i}]`));
}

function toDy(dy: TensorLike | Tensor | null | undefined): Tensor | undefined {
  return dy === undefined || dy === null ? undefined : arg(dy, 'dy');
}

/**
 * The gradient of a function of one tensor: `grad(f)(x)` is dL/dx for L = sum(f(x) * dy), with dy = 1 by default. It has
 * the shape of x.
 *
 * ```js
 * const derivative = tf.grad((x) => x.square());
 * derivative(tf.tensor1d([1, 2])).print(); // [2, 4]
 * ```
 *
 * @throws E_INPUT if f(x) does not depend on x, E_OP if an op between them has no gradient, E_SHAPE if dy does not have
 *     the shape of f(x).
 */
export function grad(f: (x: Tensor) => Tensor): (x: TensorLike | Tensor, dy?: TensorLike | Tensor) => Tensor {
  checkFunction(f, 'grad(f)');
  return (x, dy) => tidied(() => valueOfGrad(f, x, dy).grads[0] as Tensor);
}

function valueOfGrad<T extends Tensor>(f: (x: Tensor) => T, x: TensorLike | Tensor, dy?: TensorLike | Tensor) {
  const input = arg(x, 'x');
  return apply(() => f(input), [input], toDy(dy), 'grad(f)(x, dy)');
}

/**
 * Like grad, for a function of several tensors: `grads(f)([a, b])` is [dL/da, dL/db].
 *
 * @throws As grad.
 */
export function grads(
  f: (...args: Tensor[]) => Tensor,
): (args: (Tensor | TensorLike)[], dy?: Tensor | TensorLike) => Tensor[] {
  checkFunction(f, 'grads(f)');
  return (args, dy) =>
    tidied(() => {
      const inputs = toTensors(args, 'grads(f)(args)');
      return apply(() => f(...inputs), inputs, toDy(dy), 'grads(f)([x1,...], dy)').grads;
    });
}

/** Like grad, with the value of the function: `{value, grad}`. */
export function valueAndGrad<I extends Tensor, O extends Tensor>(
  f: (x: I) => O,
): (x: I, dy?: O) => { value: O; grad: I } {
  checkFunction(f, 'valueAndGrad(f)');
  return (x, dy) => {
    check(x instanceof Tensor, 'The x passed in valueAndGrad(f)(x) must be a tensor');
    check(
      dy === undefined || dy === null || dy instanceof Tensor,
      'The dy passed in valueAndGrad(f)(x, dy) must be a tensor',
    );
    return tidied(() => {
      const { value, grads } = valueOfGrad(f as unknown as (x: Tensor) => O, x, dy);
      return { value, grad: grads[0] as I };
    });
  };
}

/** Like grads, with the value of the function: `{value, grads}`. */
export function valueAndGrads<O extends Tensor>(
  f: (...args: Tensor[]) => O,
): (args: Tensor[], dy?: O) => { grads: Tensor[]; value: O } {
  checkFunction(f, 'valueAndGrads(f)');
  return (args, dy) => {
    check(
      Array.isArray(args) && args.every((x) => x instanceof Tensor),
      'The args passed in valueAndGrads(f)(args) must be array of tensors',
    );
    check(
      dy === undefined || dy === null || dy instanceof Tensor,
      'The dy passed in valueAndGrads(f)(args, dy) must be a tensor',
    );
    return tidied(() => apply(() => f(...args), args, toDy(dy), 'valueAndGrads(f)([x1,...], dy)'));
  };
}

/**
 * The value of a scalar function, and its gradients in variables, by name.
 *
 * @param varList The variables; by default all that are trainable. Variables that are not trainable get null.
 * @throws E_INPUT if no variable is trainable, if the result is not a scalar, or depends on none of them.
 */
export function variableGrads(
  f: () => Tensor,
  varList?: Variable[] | null,
): { value: Tensor; grads: Record<string, Tensor> } {
  checkFunction(f, 'variableGrads(f)');
  const isList = Array.isArray(varList) && varList.every((variable) => variable instanceof Variable);
  check(
    varList === undefined || varList === null || isList,
    'The varList passed in variableGrads(f, varList) must be an array of variables',
  );
  const all = varList ?? Object.values(registeredVariables());
  const trainable = all.filter((variable) => variable.trainable);
  check(
    trainable.length > 0,
    'variableGrads() expects at least one of the input variables to be trainable, ' +
      `but none of the ${all.length} variables is trainable.`,
  );
  return tidied(() => {
    const { value, gradients } = valueAndGradients(f, trainable);
    check(
      gradients.some((gradient) => gradient !== undefined),
      'Cannot find a connection between any variable and the result of the loss function y=f(x). ' +
        'Please make sure the operations that use variables are inside the function f passed to minimize().',
    );
    check(
      value.rank === 0,
      `The f passed in variableGrads(f) must return a scalar, but it returned a rank-${value.rank} tensor`,
    );
    const named: Record<string, Tensor> = {};
    trainable.forEach(({ name }, i) => {
      const gradient = gradients[i];
      if (gradient) named[name] = gradient;
    });
    if (varList) for (const { name, trainable } of varList) if (!trainable) named[name] = null as unknown as Tensor;
    return { value, grads: named };
  });
}

/** Saves tensors of the forward pass for the gradient. */
export type GradSaveFunc = (save: Tensor[]) => void;

/** The value of a function with a gradient of its own. */
export interface CustomGradientResult<T extends Tensor> {
  value: T;
  /** The gradients of the inputs, one each, from that of the value. `saved`: what was passed to `save`. */
  gradFunc: (dy: T, saved: Tensor[]) => Tensor | Tensor[];
}

const RESULT = 'The function f passed in customGrad() must return an object where';

/**
 * Overrides the gradient of a function.
 *
 * ```js
 * const square = tf.customGrad((x, save) => {
 *   save([x]);
 *   return { value: x.square(), gradFunc: (dy, [x]) => dy.mul(x.abs()) };
 * });
 * ```
 *
 * @param f Takes tensors, then `save`.
 * @throws E_INPUT if f or gradFunc return something else.
 */
export function customGrad<T extends Tensor>(
  f: (...args: (Tensor | GradSaveFunc)[]) => CustomGradientResult<T>,
): (...args: Tensor[]) => T {
  checkFunction(f, 'customGrad(f)');
  return (...inputs) => {
    check(
      inputs.every((x) => x instanceof Tensor),
      'The args passed in customGrad(f)(x1, x2,...) must all be tensors',
    );
    const saved: Tensor[] = [];
    const save: GradSaveFunc = (tensors) => {
      for (const tensor of tensors) {
        // Recorded, so that the gradient function is differentiable in inputs that it saves.
        const copy = recording(true, () => tensor.clone());
        copy.kept = true;
        saved.push(copy);
      }
    };
    return tidied(() => {
      const { value, gradFunc } = recording(false, () => f(...inputs, save)) ?? {};
      check(value instanceof Tensor, `${RESULT} \`obj.value\` is a tensor`);
      check(typeof gradFunc === 'function', `${RESULT} \`obj.gradFunc\` is a function.`);
      // A tensor of its own, even if f returns one of its inputs.
      const output = recording(false, () => value.clone()) as T;
      recordCustomCall(inputs, { output, saved, gradient: (dy) => checkedGradients(gradFunc(dy as T, saved), inputs) });
      return output;
    });
  };
}

function checkedGradients(result: Tensor | Tensor[], inputs: readonly Tensor[]): Tensor[] {
  const gradients = Array.isArray(result) ? result : [result];
  check(
    gradients.length === inputs.length,
    `${RESULT} \`obj.gradFunc\` is a function that returns the same number of tensors as inputs passed to f(...).`,
  );
  check(
    gradients.every((gradient) => gradient instanceof Tensor),
    `${RESULT} \`obj.gradFunc\` is a function that returns a list of only tensors.`,
  );
  return gradients;
}
