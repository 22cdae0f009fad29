// SPDX-License-Identifier: Apache-2.0
// tf.callbacks: makes the callbacks that are built in.
import { CSVLogger, type CSVLoggerArgs, type WriteText } from './csv-logger.js';
import { EarlyStopping, type EarlyStoppingCallbackArgs } from './early-stopping.js';
import {
  type EpochSchedule,
  LearningRateScheduler,
  ReduceLROnPlateau,
  type ReduceLROnPlateauArgs,
} from './learning-rate.js';
import { ModelCheckpoint, type ModelCheckpointArgs } from './model-checkpoint.js';
import { LambdaCallback, type LambdaCallbackArgs, TerminateOnNaN } from './simple.js';

/** Functions that make callbacks. */
export const callbacks = {
  earlyStopping: (args?: EarlyStoppingCallbackArgs) => new EarlyStopping(args),
  modelCheckpoint: (target: unknown, args?: ModelCheckpointArgs) => new ModelCheckpoint(target, args),
  reduceLROnPlateau: (args?: ReduceLROnPlateauArgs) => new ReduceLROnPlateau(args),
  learningRateScheduler: (schedule: EpochSchedule, verbose?: number) => new LearningRateScheduler(schedule, verbose),
  csvLogger: (target: string | WriteText, args?: CSVLoggerArgs) => new CSVLogger(target, args),
  terminateOnNaN: (args?: { raiseError?: boolean }) => new TerminateOnNaN(args),
  lambda: (args?: LambdaCallbackArgs) => new LambdaCallback(args),
};

export type { CSVLoggerArgs, EarlyStoppingCallbackArgs, EpochSchedule, LambdaCallbackArgs };
export type { ModelCheckpointArgs, ReduceLROnPlateauArgs, WriteText };
export { CSVLogger, EarlyStopping, LambdaCallback, LearningRateScheduler, ModelCheckpoint, ReduceLROnPlateau };
export { TerminateOnNaN };
