// SPDX-License-Identifier: Apache-2.0
// Functions with named parameters.
import type * as tf from '../../common.js';
import type { OperationArgs } from './saved-operation.js';
import {
  fail,
  toAxes,
  toDataType,
  toFlag,
  toInt,
  toIntLists,
  toInts,
  toNumber,
  toNumbers,
  toTensor,
  toTensors,
  toText,
  toValue,
  unwrap,
} from './values.js';

/** What a parameter takes. */
const KINDS = {
  /** A tensor, or a number or list that becomes one. */
  tensor: toTensor,
  /** The same, but numbers stay numbers, which take the dtype of the other operand. */
  value: toValue,
  tensors: toTensors,
  /** All arguments, as a list of tensors. */
  rest: toTensors,
  int: toInt,
  ints: toInts,
  axes: toAxes,
  lists: toIntLists,
  number: toNumber,
  numbers: toNumbers,
  flag: toFlag,
  text: toText,
  dtype: toDataType,
  any: unwrap,
  /** All arguments by names that no parameter has, as an object. */
  others: (given: unknown) => given,
  /** Has no effect on results. */
  ignored: () => undefined,
} as const;

type Kind = keyof typeof KINDS;

/** A result: tensors, in lists or in objects by name. */
export type Result = tf.Tensor | readonly Result[];

// biome-ignore lint/suspicious/noExplicitAny: each function has parameters of its own, which `signature` describes.
export type Body = (...given: any[]) => Result;

/** A function of TensorFlow or Keras. */
export interface Definition {
  /**
   * Names of parameters, in order, separated by spaces. "axis/dim:axes?": a parameter with two names, that takes axes
   * and may be missing. Without a kind, it takes a tensor.
   */
  signature: string;
  body: Body;
}

export type Table = Readonly<Record<string, Definition>>;

export const define = (signature: string, body: Body): Definition => ({ signature, body });

/** The same definition for several functions that differ in their body. */
export const defineAll = (signature: string, bodies: Readonly<Record<string, Body>>): Table =>
  Object.fromEntries(Object.entries(bodies).map(([name, body]) => [name, define(signature, body)]));

interface Parameter {
  names: string[];
  kind: Kind;
  isOptional: boolean;
}

function readParameter(text: string): Parameter {
  const isOptional = text.endsWith('?');
  const [names = '', kind = 'tensor'] = text.replace('?', '').split(':');
  return { names: names.split('/'), kind: kind as Kind, isOptional };
}

/** The function as a layer calls it. `settings` are arguments that its config has. */
export function bind({ signature, body }: Definition, settings: Readonly<Record<string, unknown>> = {}) {
  const parameters = signature.split(' ').filter(Boolean).map(readParameter);
  const called = parameters.filter(({ names }) => !names.some((name) => Object.hasOwn(settings, name)));
  const known = new Set(parameters.flatMap(({ names }) => names));
  return ({ args, kwargs }: OperationArgs): Result => {
    const others = Object.entries(kwargs).filter(
      ([name, value]) => !known.has(name) && name !== 'name' && value !== null,
    );
    const rest = parameters.find(({ kind }) => kind === 'others')?.names[0];
    if (others[0] && !rest) fail(`there is no argument ${others[0][0]}`);
    const named = { ...settings, ...kwargs, ...(rest && { [rest]: Object.fromEntries(others) }) };
    const positional = called[0]?.kind === 'rest' ? [args] : args;
    if (positional.length > called.length)
      fail(`${positional.length} arguments are given, the most are ${called.length}`);
    const given = parameters.map((parameter) => {
      const position = called.indexOf(parameter);
      const name = parameter.names.find((candidate) => Object.hasOwn(named, candidate));
      const value = position >= 0 && position < positional.length ? positional[position] : name && named[name];
      return convert(parameter, value);
    });
    return body(...given);
  };
}

function convert({ names, kind, isOptional }: Parameter, value: unknown): unknown {
  if (value === undefined || value === null) {
    if (isOptional || kind === 'any' || kind === 'ignored') return undefined;
    return fail(`the argument ${names[0]} is missing`);
  }
  try {
    return KINDS[kind](value);
  } catch (error) {
    throw Object.assign(error as Error, { message: `${names[0]}: ${(error as Error).message}` });
  }
}
