// SPDX-License-Identifier: Apache-2.0
// Short callbacks.
import { TfwasmError } from '../../core/errors.js';
import { Callback, CustomCallback, type CustomCallbackArgs, type Logs } from '../callbacks.js';

/**
 * Stops training when the loss of a batch is not finite. The model and its optimizer are then as before the step that
 * went wrong, and the message names the first layer whose output or gradient is not finite. To be able to, each step
 * copies what it changes.
 */
export class TerminateOnNaN extends Callback {
  /** @internal */
  override readonly guardsSteps = true;
  readonly #raisesError: boolean;

  /** `raiseError`: fit() fails with E_INPUT, instead of ending early. */
  constructor({ raiseError = false }: { raiseError?: boolean } = {}) {
    super();
    this.#raisesError = raiseError;
  }

  override async onBatchEnd(batch: number, logs: Logs = {}): Promise<void> {
    const { loss } = logs;
    if (loss === undefined || Number.isFinite(loss)) return;
    const message = `the loss of batch ${batch} is ${loss}${this.culprit ? `: ${this.culprit}` : ''}`;
    if (this.#raisesError) throw new TfwasmError('E_INPUT', message);
    console.warn(`${message}; training ends`);
    this.model.stopTraining = true;
  }
}

export interface LambdaCallbackArgs extends CustomCallbackArgs {
  /** As in Keras; the same as onBatchBegin. */
  onTrainBatchBegin?: CustomCallbackArgs['onBatchBegin'];
  /** The same as onBatchEnd. */
  onTrainBatchEnd?: CustomCallbackArgs['onBatchEnd'];
}

/** A callback made of functions. */
export class LambdaCallback extends CustomCallback {
  constructor({ onTrainBatchBegin, onTrainBatchEnd, ...args }: LambdaCallbackArgs = {}) {
    super({
      ...(onTrainBatchBegin && { onBatchBegin: onTrainBatchBegin }),
      ...(onTrainBatchEnd && { onBatchEnd: onTrainBatchEnd }),
      ...args,
    });
  }
}
