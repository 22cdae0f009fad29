// SPDX-License-Identifier: Apache-2.0
// The types of the API as seen from the page.

type Primitive = string | number | boolean | bigint | symbol | null | undefined;
type Copied = Primitive | ArrayBufferView | ArrayBuffer | Date | RegExp | Blob | Error;

/** Pictures, which `predict` and `execute` take besides tensors, and `browser.fromPixels` takes. */
export type Picture =
  | ImageBitmap
  | ImageData
  | VideoFrame
  | OffscreenCanvas
  | HTMLCanvasElement
  | HTMLImageElement
  | HTMLVideoElement;

/** A result: plain values are copied, objects stay in the worker and are represented by handles. */
export type RemoteResult<T> = T extends Copied
  ? T
  : T extends PromiseLike<infer U>
    ? RemoteResult<U>
    : T extends readonly unknown[]
      ? { [K in keyof T]: RemoteResult<T[K]> }
      : T extends (...args: never[]) => unknown
        ? RemoteFunction<T>
        : RemoteObject<T>;

/** An argument: what the function takes, with handles in place of objects. */
export type RemoteArgument<T> =
  | T
  | (T extends Copied
      ? T
      : T extends readonly (infer U)[]
        ? readonly RemoteArgument<U>[]
        : T extends (...args: never[]) => unknown
          ? // Callbacks get handles. They may answer promises.
            (...args: never[]) => unknown
          : T extends object
            ? RemoteObject<T> | { [K in keyof T]: RemoteArgument<T[K]> }
            : T);

export type RemoteArguments<A extends readonly unknown[]> = { [K in keyof A]: RemoteArgument<A[K]> };

/** A function of the API, which answers a promise. Of overloads, the last counts. */
export type RemoteFunction<T> = T extends (...args: infer A) => infer R
  ? (...args: RemoteArguments<A>) => Promise<RemoteResult<R>>
  : never;

/** Fields that a handle has without asking the worker. */
type KnownFields = 'shape' | 'dtype' | 'rank' | 'size' | 'inputNodes' | 'outputNodes' | 'history' | 'epoch' | 'name';

/** An object that stays in the worker. Other fields than the known ones are read with `await`. */
export type RemoteObject<T> = {
  readonly [K in keyof T as T[K] extends (...args: never[]) => unknown ? never : K]: K extends KnownFields
    ? T[K]
    : Promise<RemoteResult<T[K]>>;
} & {
  readonly [K in keyof T as T[K] extends (...args: never[]) => unknown ? K : never]: K extends 'predict' | 'execute'
    ? RemoteRun<T[K]>
    : RemoteFunction<T[K]>;
};

/** `predict` and `execute` also take pictures and typed arrays. */
type RemoteRun<T> = T extends (inputs: infer I, ...rest: infer A) => infer R
  ? (
      inputs: RemoteArgument<I> | RunInput | readonly RunInput[],
      ...rest: RemoteArguments<A>
    ) => Promise<RemoteResult<R>>
  : never;

type RunInput = Picture | ArrayBufferView | Promise<unknown>;

/** The whole API: functions answer promises, and classes create handles. */
export type RemoteApi<T> = {
  readonly [K in keyof T]: T[K] extends (...args: never[]) => unknown
    ? RemoteFunction<T[K]>
    : T[K] extends abstract new (
          ...args: infer A
        ) => infer R
      ? new (
          ...args: RemoteArguments<A>
        ) => Promise<RemoteObject<R>>
      : T[K] extends Copied
        ? Promise<T[K]>
        : T[K] extends object
          ? RemoteApi<T[K]>
          : never;
};
