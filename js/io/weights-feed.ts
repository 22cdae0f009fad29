// SPDX-License-Identifier: Apache-2.0
// Weights that are pushed: without the promises for each chunk that streams need.
import type { ModelArtifacts } from './types.js';

/** Takes the next bytes. Answers whether it wants more. */
export type WriteWeights = (bytes: Uint8Array<ArrayBuffer>) => boolean | Promise<boolean>;

/** The weights of a model on their way; requests for them may have been sent. */
export interface WeightFeed {
  /**
   * Calls `write` with all bytes in order, until it wants no more.
   *
   * @param arrived Told how many bytes have come, also ahead of their turn; less than 0 when some
   *     have to come again.
   */
  run(write: WriteWeights, arrived?: (count: number) => void): Promise<void>;
  /** Ends what is under way. run() need not be called then, and fails if it was. */
  cancel(): void;
  /** What the handler was told to report progress to. */
  readonly onProgress?: ((fraction: number) => void) | undefined;
}

/** Feeds behind streams, by the functions that open these. */
const feeds = new WeakMap<() => unknown, () => WeightFeed>();

/** The feed as handlers offer it: a function for `getWeightStream`. */
export function toWeightStream(open: () => WeightFeed): Required<ModelArtifacts>['getWeightStream'] {
  const getWeightStream = () => {
    const feed = open();
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    // A consumer that has had enough.
    writer.closed.catch(() => feed.cancel());
    feed
      .run((bytes) => writer.write(bytes).then(() => true))
      .then(() => writer.close())
      .catch((error) => writer.abort(error).catch(() => {}));
    return readable;
  };
  feeds.set(getWeightStream, open);
  return getWeightStream;
}

/** What comes in pieces, as bytes. */
export function toBytes(chunk: ArrayBuffer | ArrayBufferView): Uint8Array<ArrayBuffer> {
  if (chunk instanceof Uint8Array) return chunk as Uint8Array<ArrayBuffer>;
  if (!ArrayBuffer.isView(chunk)) return new Uint8Array(chunk);
  return new Uint8Array(chunk.buffer as ArrayBuffer, chunk.byteOffset, chunk.byteLength);
}

/** The feed of a model's weights, or undefined when it has none. What has to be asked for is asked for now. */
export function openFeed(artifacts: ModelArtifacts): WeightFeed | undefined {
  const { getWeightStream } = artifacts;
  if (getWeightStream) return (feeds.get(getWeightStream) ?? (() => streamFeed(getWeightStream())))();
  const { weightData } = artifacts;
  if (!weightData) return undefined;
  return {
    async run(write, arrived) {
      for (const part of [weightData].flat()) {
        const bytes = toBytes(part);
        arrived?.(bytes.byteLength);
        if (!(await write(bytes))) return;
      }
    },
    cancel() {},
  };
}

function streamFeed(stream: ReadableStream<ArrayBuffer | ArrayBufferView>): WeightFeed {
  const reader = stream.getReader();
  const cancel = () => void reader.cancel().catch(() => {});
  return {
    async run(write, arrived) {
      try {
        for (let part = await reader.read(); !part.done; part = await reader.read()) {
          const bytes = toBytes(part.value);
          arrived?.(bytes.byteLength);
          const wantsMore = write(bytes);
          if (wantsMore !== true && !(await wantsMore)) return;
        }
      } finally {
        cancel();
      }
    },
    cancel,
  };
}

/** A stream of the weights, or undefined when there are none. Streaming begins with the call. */
export function openWeights(artifacts: ModelArtifacts): ReadableStream<ArrayBuffer | ArrayBufferView> | undefined {
  if (artifacts.getWeightStream) return artifacts.getWeightStream();
  const feed = openFeed(artifacts);
  return feed && toWeightStream(() => feed)();
}
