// SPDX-License-Identifier: Apache-2.0
// Push-based weight streams, which avoid the promises per chunk of ReadableStreams.
import { TfwasmError } from '../core/errors.js';
import { toBytes } from './bytes.js';
import type { ModelArtifacts } from './types.js';

/** Takes the next bytes. Returns whether it wants more. */
export type WriteWeights = (bytes: Uint8Array<ArrayBuffer>) => boolean | Promise<boolean>;

/** A feed of a model's weights. Its requests may already have been sent. */
export interface WeightFeed {
  /**
   * Calls `write` with all bytes in order, until it wants no more.
   *
   * @param arrived Called with the number of bytes that arrived, also ahead of their turn; negative if bytes have to
   *     arrive again.
   */
  run(write: WriteWeights, arrived?: (count: number) => void): Promise<void>;
  /** Cancels pending requests. If run() was called, it rejects. */
  cancel(): void;
  /** The handler's onProgress option. */
  readonly onProgress?: ((fraction: number) => void) | undefined;
}

type WeightStream = ReadableStream<ArrayBuffer | ArrayBufferView>;

/** Maps functions that open streams to their feeds. */
const feeds = new WeakMap<() => unknown, () => WeightFeed>();

/** A `getWeightStream` function for a feed. */
export function toWeightStream(open: () => WeightFeed): Required<ModelArtifacts>['getWeightStream'] {
  const getWeightStream = () => {
    const feed = open();
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    // The consumer cancelled.
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

/** The feed of a model's weights; undefined if there are none. Sends requests immediately. */
export function openFeed(artifacts: ModelArtifacts): WeightFeed | undefined {
  const { getWeightStream } = artifacts;
  if (getWeightStream) return (feeds.get(getWeightStream) ?? (() => streamFeed(openStream(getWeightStream))))();
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

/** Throws E_INPUT for what is no function that returns a stream. */
function openStream(getWeightStream: unknown): WeightStream {
  const stream =
    typeof getWeightStream === 'function' ? (getWeightStream() as Partial<WeightStream> | null) : undefined;
  if (typeof stream?.getReader === 'function' && !stream.locked) return stream as WeightStream;
  throw new TfwasmError(
    'E_INPUT',
    'getWeightStream must be a function that returns a ReadableStream that nobody reads',
  );
}

function streamFeed(stream: WeightStream): WeightFeed {
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

/** A stream of the weights; undefined if there are none. Streaming starts immediately. */
export function openWeights(artifacts: ModelArtifacts): WeightStream | undefined {
  if (artifacts.getWeightStream) return openStream(artifacts.getWeightStream);
  const feed = openFeed(artifacts);
  return feed && toWeightStream(() => feed)();
}

/** Reports progress: `arrived` takes the number of new bytes, `end` reports 1. */
export function progressOf(total: number, onProgress: ((fraction: number) => void) | undefined) {
  let arrived = 0;
  let reported = 0;
  const report = (count: number) => {
    arrived += count;
    // 1 is reported only at the end, when everything is checked.
    if (arrived <= reported || arrived >= total) return;
    reported = arrived;
    onProgress?.(arrived / total);
  };
  return { arrived: onProgress && report, end: () => onProgress?.(1) };
}
