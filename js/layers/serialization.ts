// SPDX-License-Identifier: Apache-2.0
// Custom classes by name: `tf.serialization`.
import { TfwasmError } from '../core/errors.js';
import type { Config } from './config.js';

/** A class whose objects can be saved as their name and config, and created from them. */
export abstract class Serializable {
  /** The name under which the class is saved. */
  static readonly className: string;

  getClassName(): string {
    return (this.constructor as typeof Serializable).className;
  }

  abstract getConfig(): Config;

  /** Creates an object from what getConfig() returned. */
  static fromConfig<T extends Serializable>(cls: SerializableConstructor<T>, config: Config): T {
    return new cls(config);
  }
}

/** A constructor that takes a config. */
export interface SerializableConstructor<T extends Serializable = Serializable> {
  // biome-ignore lint/suspicious/noExplicitAny: as in TensorFlow.js, where each class has a config of its own.
  new (...args: any[]): T;
  className: string;
  fromConfig: (cls: SerializableConstructor<T>, config: Config) => T;
}

/** The registered classes. */
export class SerializationMap {
  /** @internal */
  static #map: SerializationMap | undefined;
  readonly classNameMap: Record<string, [SerializableConstructor, SerializableConstructor['fromConfig']]> =
    Object.create(null);

  static getMap(): SerializationMap {
    SerializationMap.#map ??= new SerializationMap();
    return SerializationMap.#map;
  }

  static register<T extends Serializable>(cls: SerializableConstructor<T>): void {
    SerializationMap.getMap().classNameMap[cls.className] = [
      cls as unknown as SerializableConstructor,
      cls.fromConfig as unknown as SerializableConstructor['fromConfig'],
    ];
  }
}

const registeredNames = new Map<unknown, string>();

/**
 * Registers a custom class, so that models that contain it can be loaded.
 *
 * ```js
 * class Double extends tf.layers.Layer {
 *   static className = 'Double';
 *   call(inputs) {
 *     return tf.mul(inputs[0] ?? inputs, 2);
 *   }
 * }
 * tf.serialization.registerClass(Double);
 * ```
 *
 * @param pkg For names like "package>Name", as Keras writes them.
 * @param name By default the className of the class.
 * @throws E_LAYER if the class has no static className that is a text.
 */
export function registerClass<T extends Serializable>(
  cls: SerializableConstructor<T>,
  pkg?: string,
  name?: string,
): SerializableConstructor<T> {
  const { className } = cls;
  if (typeof className !== 'string' || className.length === 0) {
    throw new TfwasmError('E_LAYER', 'registerClass() takes a class with a static className, which is a text');
  }
  if (typeof cls.fromConfig !== 'function') {
    throw new TfwasmError('E_LAYER', `the class ${className} has no static fromConfig()`);
  }
  const registered = `${pkg ?? 'Custom'}>${name ?? className}`;
  SerializationMap.register(cls);
  SerializationMap.getMap().classNameMap[registered] = [
    cls as unknown as SerializableConstructor,
    cls.fromConfig as unknown as SerializableConstructor['fromConfig'],
  ];
  registeredNames.set(cls, registered);
  return cls;
}

/** The name "package>Name" under which a class has been registered; its className else. */
export function getRegisteredName<T extends Serializable>(cls: SerializableConstructor<T>): string {
  return registeredNames.get(cls) ?? cls.className;
}

/** The registered class of a name; undefined if there is none. */
export function findRegistered(name: string): SerializableConstructor | undefined {
  return SerializationMap.getMap().classNameMap[name]?.[0];
}
