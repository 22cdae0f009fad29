// SPDX-License-Identifier: Apache-2.0
// Which entries of saved models are calls of functions, rather than layers.
import type { Config } from '../config.js';

/** An entry of a saved model that is the call of a function, as the file has it. */
export interface SavedOperation {
  class_name: string;
  config: Config;
  /** The module of a class of Keras 3. */
  module?: string | undefined;
  registered_name?: unknown;
}

/** The arguments of a call, with tensors anywhere in them. Other values are as the file has them. */
export interface OperationArgs {
  args: readonly unknown[];
  kwargs: Readonly<Record<string, unknown>>;
}

/** The classes of Keras 2. Those that cannot be run are refused by operations.js, which says what to do. */
const CLASSES = new Set(
  (
    'TFOpLambda SlicingOpLambda TensorFlowOpLayer AddLoss AddMetric ClassMethod InstanceMethod InstanceProperty ' +
    'Lambda TFSMLayer KerasLayer FeatureSpace DenseFeatures SequenceFeatures TorchModuleWrapper JaxLayer FlaxLayer ' +
    'ContrastLimitedAdaptiveHistogramEqualization'
  ).split(' '),
);

/** Modules of functions in Keras 3: "keras.src.ops.numpy", "keras.ops", "keras.src.activations.activations". */
const MODULE = /^keras\.(src\.)?(ops|activations)(\.|$)/;

/** Whether an entry is the call of a function. The entries of .h5 files have no module: `calls` tell the form. */
export function isOperation({ class_name, module, config }: Partial<SavedOperation>, calls: unknown = []): boolean {
  if (typeof class_name !== 'string') return false;
  if (CLASSES.has(class_name)) return true;
  if (typeof module === 'string') return MODULE.test(module) && class_name !== 'function';
  // Layers of Keras 3 have a dtype. Without it, this is a function with the name of a layer, such as Add.
  const isKeras3 = Array.isArray(calls) && calls.some((call) => typeof call === 'object' && 'args' in (call ?? {}));
  return isKeras3 && typeof config === 'object' && !('dtype' in config) && !('trainable' in config);
}

/** Only what describes the function. Those of Keras 3 have a module afterwards. */
export function savedOperation({ class_name, config, module, registered_name }: SavedOperation): SavedOperation {
  if (CLASSES.has(class_name)) return { class_name, config };
  return { class_name, config, module: module ?? 'keras.ops', registered_name: registered_name ?? class_name };
}

/** The deepest nesting of a saved model. */
const MAX_DEPTH = 500;

export type Nesting = 'too deep' | 'with operations' | 'without operations';

/** Looks for calls of functions anywhere in a saved model. Does not recurse, since a file may be nested without end. */
export function findOperations(topology: unknown): Nesting {
  let found = false;
  let level: unknown[] = [topology];
  for (let depth = 0; level.length > 0; ++depth) {
    if (depth > MAX_DEPTH) return 'too deep';
    const next: unknown[] = [];
    for (const value of level) {
      if (!Array.isArray(value)) {
        const entry = value as SavedOperation & { inbound_nodes?: unknown };
        found ||= isOperation(entry, entry.inbound_nodes);
      }
      for (const element of Object.values(value as object)) {
        if (typeof element === 'object' && element !== null) next.push(element);
      }
    }
    level = next;
  }
  return found ? 'with operations' : 'without operations';
}
