// SPDX-License-Identifier: Apache-2.0
// The objects of a model that have weights, as the caller describes them.
import type { KerasArray, KerasDtype } from './arrays.js';

export interface WeightVariable {
  /** 'kernel'. */
  name: string;
  shape: readonly number[];
  dtype: KerasDtype;
  /** False also if a layer or model around it is not trainable. */
  trainable: boolean;
}

/** A model, a layer, or a part of a layer, such as the cell of an LSTM. */
export interface WeightHolder<V extends WeightVariable = WeightVariable> {
  /** The name of its class in Python, which is not always that in the config. */
  className: string;
  name: string;
  /** Its own variables in the order in which Keras creates them. */
  variables: readonly V[];
  /** By the attributes of Python: 'layers', 'cell', 'forward_layer', 'query_dense'. In order of creation. */
  children: readonly (readonly [attribute: string, child: WeightHolder<V> | readonly WeightHolder<V>[]])[];
  /** Terms that are a file of their own in .keras files. */
  vocabulary?: readonly string[] | undefined;
  /** Arrays with names instead of numbers, among the variables. */
  named?: Readonly<Record<string, readonly number[]>> | undefined;
}

export type Match<V extends WeightVariable> = [variable: V, array: KerasArray];

export interface MatchOptions {
  /** Finds layers by name instead of position, and leaves out those that only one side has. Only for .h5 files. */
  byName?: boolean;
  /** Whether weights that are missing or do not fit are an error (the default), or are left out. */
  strict?: boolean;
}

/** The children in attributes, one after another. */
export function childrenOf<V extends WeightVariable>(holder: WeightHolder<V>): WeightHolder<V>[] {
  return holder.children.flatMap(([, child]) => child as WeightHolder<V> | WeightHolder<V>[]);
}

/** The child in an attribute that has only one. */
export function childIn<V extends WeightVariable>(
  holder: WeightHolder<V>,
  attribute: string,
): WeightHolder<V> | undefined {
  const found = holder.children.find(([name]) => name === attribute)?.[1];
  return found === undefined || isList(found) ? undefined : found;
}

/** The layers of a model; undefined if it is none. */
export function layersOf<V extends WeightVariable>(holder: WeightHolder<V>): readonly WeightHolder<V>[] | undefined {
  const found = holder.children.find(([name]) => name === 'layers')?.[1];
  return found !== undefined && isList(found) ? found : undefined;
}

export function isList<V extends WeightVariable>(
  child: WeightHolder<V> | readonly WeightHolder<V>[],
): child is readonly WeightHolder<V>[] {
  return Array.isArray(child);
}

/** All variables of a holder, each once: own ones, then those of children. */
export function variablesIn<V extends WeightVariable>(holder: WeightHolder<V>, found = new Set<V>()): Set<V> {
  for (const variable of holder.variables) found.add(variable);
  for (const child of childrenOf(holder)) variablesIn(child, found);
  return found;
}

/** The variables in the order of .h5 files: trainable ones, then the others. */
export function legacyOrder<V extends WeightVariable>(holder: WeightHolder<V>): V[] {
  const all = [...variablesIn(holder)];
  return [...all.filter(({ trainable }) => trainable), ...all.filter(({ trainable }) => !trainable)];
}
