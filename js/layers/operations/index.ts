// SPDX-License-Identifier: Apache-2.0
// The content of operations.js: the functions that models of Keras call. js/layers/ loads it with models that need it.
import * as tf from '../../common.js';
import { describeError, TfwasmError } from '../../core/errors.js';
import { runAll } from '../../tensor/call.js';
import { kerasBackend } from './keras-backend.js';
import { keras3Arrays } from './keras3-arrays.js';
import { keras3Elementwise } from './keras3-elementwise.js';
import { keras3Others } from './keras3-others.js';
import { readNodeDef } from './node-def.js';
import type { OperationArgs, SavedOperation } from './saved-operation.js';
import { bind, type Definition, type Result, type Table } from './signature.js';
import { tensorflowArrays } from './tensorflow-arrays.js';
import { tensorflowMath } from './tensorflow-math.js';
import { describe, fail, makeConstant, toTensor } from './values.js';

const TENSORFLOW: Table = { ...tensorflowMath, ...tensorflowArrays, ...kerasBackend };
const KERAS_3: Table = { ...keras3Elementwise, ...keras3Arrays, ...keras3Others };

/** Runs a function on its arguments. */
export type Operation = (args: OperationArgs) => tf.Tensor[];

const REPLACE = 'Give a class with its className and a call() method in the option customObjects';
const EXPORT = 'Export the model from Python as a SavedModel, and convert it to a graph model';

/** Why classes cannot be run, and what to do. */
const REFUSED: Readonly<Record<string, string>> = {
  Lambda: `it contains Python code, which cannot run here. ${REPLACE}`,
  TFSMLayer: `it refers to a SavedModel outside of the file. ${EXPORT}`,
  KerasLayer: `it refers to a model of TensorFlow Hub outside of the file. ${EXPORT}`,
  FeatureSpace: `feature spaces are not supported. ${EXPORT}`,
  DenseFeatures: `feature columns are not supported. ${EXPORT}`,
  SequenceFeatures: `feature columns are not supported. ${EXPORT}`,
  TorchModuleWrapper: 'it contains a module of PyTorch, which cannot run here',
  JaxLayer: `it contains a function of JAX, which cannot run here. ${EXPORT}`,
  FlaxLayer: `it contains a module of Flax, which cannot run here. ${EXPORT}`,
  ContrastLimitedAdaptiveHistogramEqualization: `it is not supported; Equalization and AutoContrast are. ${REPLACE}`,
  ClassMethod: `methods of ragged and sparse tensors are not supported. ${EXPORT}`,
  InstanceMethod: `methods of ragged and sparse tensors are not supported. ${EXPORT}`,
  InstanceProperty: `properties of ragged and sparse tensors are not supported. ${EXPORT}`,
};

const find = (table: Table, name: string): Definition | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;

/** Throws E_LAYER, naming the function and the layer, if there is none or it cannot be run. */
export function createOperation(saved: SavedOperation, name: string): Operation {
  const { class_name: className } = saved;
  const refusal = Object.hasOwn(REFUSED, className) ? REFUSED[className] : undefined;
  if (refusal) fail(`layer ${name} (${className}): ${refusal}`);
  const run = findFunction(saved, name);
  const what = describeFunction(saved);
  return (args) => {
    try {
      return flatten(run(args));
    } catch (error) {
      throw named(error, `layer ${name} (${what})`);
    }
  };
}

/** The error with its layer. What the arguments are wrong for is an error of the model. */
function named(error: unknown, where: string): TfwasmError {
  if (!(error instanceof TfwasmError)) {
    const message = `${where}: the arguments are wrong: ${describeError(error)}`;
    return new TfwasmError('E_LAYER', message, { cause: error });
  }
  const { code, message, op, node, cause } = error;
  return new TfwasmError(code === 'E_INPUT' || code === 'E_ATTR' ? 'E_LAYER' : code, `${where}: ${message}`, {
    op,
    node,
    cause,
  });
}

const describeFunction = ({ class_name: className, module, config }: SavedOperation): string =>
  module === undefined ? `${className} ${String(config['function'] ?? '')}`.trim() : `keras.ops ${className}`;

const flatten = (result: Result): tf.Tensor[] =>
  result instanceof tf.Tensor ? [result] : (result as readonly Result[]).flatMap(flatten);

function findFunction({ class_name: className, module, config }: SavedOperation, name: string) {
  if (module !== undefined) return findKeras3(className, config, name);
  if (className === 'AddLoss' || className === 'AddMetric') return identity;
  if (className === 'TensorFlowOpLayer') return opOfGraph(config);
  const path = className === 'SlicingOpLambda' ? (config['function'] ?? '__operators__.getitem') : config['function'];
  if (typeof path !== 'string') return fail(`layer ${name} (${className}): its function is ${describe(path)}`);
  const found = find(TENSORFLOW, path) ?? find(TENSORFLOW, withoutModules(path));
  if (found) return bind(found);
  return fail(
    `layer ${name} (${className}): the function tf.${path} is not supported. ${EXPORT}, or replace the layer: ${REPLACE}`,
  );
}

const withoutModules = (path: string) => path.replace(/^compat\.v[12]\./, '').replace(/^(math|nn|linalg|signal)\./, '');

const identity = ({ args }: OperationArgs): Result => {
  const [first] = args;
  return (Array.isArray(first) ? first : [first]).map(toTensor);
};

function findKeras3(className: string, config: SavedOperation['config'], name: string) {
  const found = find(KERAS_3, className);
  if (!found) return fail(`layer ${name}: the function ${className} of keras.ops is not supported. ${EXPORT}`);
  const { name: _, ...settings } = config;
  return bind(found, settings);
}

/** A node of a graph. Constants are inserted among the inputs. */
function opOfGraph({ node_def: nodeDef, constants = {} }: SavedOperation['config']) {
  const { op, attr } = readNodeDef(nodeDef);
  const given = Object.entries((constants ?? {}) as object).map(([place, value]) => [Number(place), value] as const);
  given.sort(([a], [b]) => a - b);
  if (given.some(([place], i) => !Number.isInteger(place) || place < 0 || place === given[i - 1]?.[0])) {
    fail('the places of constants among the inputs are wrong');
  }
  return ({ args }: OperationArgs): Result => {
    const inputs = args.flat().map(toTensor);
    for (const [place, value] of given) {
      if (place > inputs.length) fail(`there is no place ${place} among the inputs of ${op}`);
      const isWhole = integerInputs(op).includes(place) || (inputs[0] as tf.Tensor | undefined)?.dtype === 'int32';
      inputs.splice(place, 0, makeConstant(value, isWhole ? 'int32' : undefined));
    }
    return runAll(op, inputs, attr as Parameters<typeof runAll>[2]);
  };
}

/** Inputs that are sizes, axes or indices. JSON does not tell 2 from 2.0. */
const INTEGER_INPUTS: Readonly<Record<string, readonly number[]>> = {
  BatchToSpaceND: [1, 2],
  Conv2DBackpropInput: [0],
  Fill: [0],
  GatherV2: [1, 2],
  Slice: [1, 2],
  SpaceToBatchND: [1, 2],
  Split: [0],
  SplitV: [1, 2],
  StridedSlice: [1, 2, 3],
};

/** Ops whose second input is one. */
const INTEGER_SECOND =
  /^(Reshape|Pad|PadV2|MirrorPad|Mean|Sum|Max|Min|Prod|Any|All|ExpandDims|Tile|Transpose|ArgMax|ArgMin|Cumsum|Cumprod|BroadcastTo|ReverseV2|Resize\w+|OneHot|TopKV2|GatherNd|Roll)$/;

/** The places of inputs that are integers. */
const integerInputs = (op: string): readonly number[] => {
  // The axis follows the parts.
  if (op === 'ConcatV2') return Array.from({ length: 64 }, (_, i) => i + 1);
  return INTEGER_SECOND.test(op) ? [1] : (Object.hasOwn(INTEGER_INPUTS, op) && INTEGER_INPUTS[op]) || [];
};
