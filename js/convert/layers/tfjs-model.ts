// SPDX-License-Identifier: Apache-2.0
// Reads a model.json and the weights beside it.
import { check, describeError, TfwasmError } from '../../core/errors.js';
import { checkManifest, checkPath, groupBytes } from '../../io/manifest.js';
import type { ModelArtifacts, ModelJSON, WeightSpec } from '../../io/types.js';
import { ByteReader, folderOf, type ModelFiles, readText } from '../files/model-files.js';
import type { ModelParts } from '../output/write-model.js';
import type { WeightSource } from '../output/weights.js';

/** The parts of the model whose model.json is at `path`. Throws E_JSON, E_MANIFEST, E_FILE, E_PATH, E_WEIGHT_BYTES. */
export async function readTfjsModel(files: ModelFiles, path: string): Promise<ModelParts> {
  const { weightsManifest = [], ...head } = await readModelJson(files, path);
  const groups: WeightSource[][] = [];
  for (const { paths, weights } of checkManifest(weightsManifest)) {
    const opened = await Promise.all(paths.map((name) => files.open(`${folderOf(path)}${checkPath(name)}`)));
    const [expected, found] = [groupBytes(weights), opened.reduce((sum, { size }) => sum + size, 0)];
    check(
      expected === undefined || expected === found,
      () => `the weights in ${paths.join(', ')} take ${expected} bytes as ${path} says, but there are ${found}`,
      'E_WEIGHT_BYTES',
    );
    const reader = new ByteReader(opened);
    groups.push(weights.map((spec) => sourceOf(spec, reader)));
  }
  return { head: { ...head, modelTopology: head.modelTopology ?? null }, groups };
}

async function readModelJson(files: ModelFiles, path: string): Promise<ModelJSON> {
  const text = await readText(files, path);
  try {
    const json = JSON.parse(text) as ModelJSON | null;
    if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json;
  } catch (error) {
    throw new TfwasmError('E_JSON', `${path} is no JSON: ${describeError(error)}`, { cause: error });
  }
  throw new TfwasmError('E_JSON', `${path} is no JSON object`);
}

function sourceOf(spec: WeightSpec, reader: ByteReader): WeightSource {
  const { name, shape, dtype, group, quantization } = spec;
  const byteLength = groupBytes([spec]);
  check(
    typeof name === 'string' && byteLength !== undefined,
    () => `the weight ${JSON.stringify(name)} has the dtype ${dtype} and the shape ${JSON.stringify(shape)}`,
    'E_MANIFEST',
  );
  return {
    name,
    shape,
    dtype,
    byteLength,
    ...(group !== undefined && { group }),
    ...(quantization && { quantization }),
    read: () => reader.take(byteLength),
  };
}

/** What a handler's load() gives. The weights are read as they are asked for, once. */
export function artifactsOf({ head, groups }: ModelParts): ModelArtifacts {
  const weights = groups.flat();
  const { modelTopology, ...parts } = head;
  return {
    ...(modelTopology && { modelTopology }),
    ...parts,
    weightSpecs: weights.map(({ name, shape, dtype, group, quantization }) => ({
      name,
      shape: [...shape],
      dtype,
      ...(group !== undefined && { group }),
      ...(quantization && { quantization }),
    })),
    getWeightStream: () => streamOf(weights),
  };
}

function streamOf(weights: readonly WeightSource[]): ReadableStream<Uint8Array<ArrayBuffer>> {
  const left = [...weights];
  return new ReadableStream(
    {
      async pull(controller) {
        const next = left.shift();
        if (next) controller.enqueue((await next.read()) as Uint8Array<ArrayBuffer>);
        else controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}
