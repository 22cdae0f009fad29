// SPDX-License-Identifier: Apache-2.0
import { check, describeError, TfwasmError } from '../core/errors.js';
import { version, version_converter } from '../core/version.js';
import { toJson } from '../io/artifacts-json.js';
import { type ConverterModule, startConverter } from './core.js';
import { formatOf } from './format.js';
import { type KeptParts, splitGraphModel } from './graph-model-files.js';
import type { ConvertedWeight, ConvertOptions, ConvertSink, ConvertSummary, FileTree } from './types.js';

type Call = <T>(call: (module: ConverterModule) => T) => T;

/** The size of weight files, as the official converter writes them. */
const SHARD_BYTES = 4 * 1024 * 1024;

/**
 * Converts a TensorFlow model to a graph model: model.json and weight files, for `loadGraphModel` of this package and of
 * TensorFlow.js.
 *
 * @param files The files of the model: a SavedModel, a TF Hub module, a frozen graph, or a graph model to write anew.
 * @param sink Gets the files of the converted model. If the conversion fails, it may have got some of them.
 * @throws E_OP with the list of all ops that the target lacks, before anything is written; E_STATE if the model changes
 *     its variables; E_FILE, E_PROTO, E_WEIGHT_BYTES and others if the files are incomplete or damaged.
 * @example
 *     const files = { 'model.pb': { size: bytes.length, read: async (offset, length) => bytes.slice(offset, offset + length) } };
 *     const written = new Map();
 *     await convertGraphModel(files, {}, { write: (name, bytes) => void written.set(name, bytes) });
 */
export async function convertGraphModel(
  files: FileTree,
  options: ConvertOptions,
  sink: ConvertSink,
): Promise<ConvertSummary> {
  checkOptions(options);
  const format = options.inputFormat ?? (await formatOf(files));
  if (format !== 'tfjs_graph_model') return convertFiles(files, format, options, sink);
  const { files: parts, metadata, ...kept } = await splitGraphModel(files);
  const all = { ...options, metadata: { ...metadata, ...options.metadata } };
  return convertFiles(parts, format, all, sink, kept);
}

async function convertFiles(
  files: FileTree,
  format: string,
  options: ConvertOptions,
  sink: ConvertSink,
  kept: KeptParts = { initializerSignature: '' },
): Promise<ConvertSummary> {
  const call: Call = await startConverter();
  const sizes = Object.fromEntries(Object.entries(files).map(([path, file]) => [path, file.size]));
  const converter = call((core) => core.createConverter(coreOptions(format, options), JSON.stringify(sizes)));
  try {
    await readFiles(call, converter, files, options, true);
    report(options, 'simplify', 0);
    call((core) => core.finishModel(converter));
    report(options, 'simplify', 1);
    return await writeFiles(call, converter, files, options, sink, kept);
  } finally {
    call((core) => core.disposeConverter(converter));
  }
}

function checkOptions(options: ConvertOptions): void {
  const size = options.weightShardSizeBytes;
  check(
    size === undefined || (Number.isSafeInteger(size) && size > 0),
    () => `Expected weight_shard_size_bytes to be a positive integer, but got ${String(size)}`,
  );
}

/** The options that src/convert/options.cc reads. */
function coreOptions(format: string, options: ConvertOptions): string {
  const { signatureName, tags, outputNodeNames, stripDebugOps, skipOpCheck, freezeState } = options;
  return JSON.stringify({
    format,
    signatureName,
    tags,
    outputNodeNames,
    stripDebugOps,
    skipOpCheck,
    freezeState,
    forTfwasm: options.target === 'tfwasm',
  });
}

async function readFiles(
  call: Call,
  converter: number,
  files: FileTree,
  options: ConvertOptions,
  isFirst: boolean,
): Promise<void> {
  const total = Object.values(files).reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  for (;;) {
    options.signal?.throwIfAborted();
    const request = call((core) => core.nextRead(converter));
    if (!request) break;
    const bytes = await readExactly(files, request);
    call((core) => {
      core.HEAPU8.set(bytes, core.readAddress(converter));
      core.commitRead(converter);
    });
    done += bytes.length;
    if (isFirst) report(options, 'read', Math.min(done / total, 1));
  }
}

async function readExactly(
  files: FileTree,
  { path, offset, bytes: length }: { path: string; offset: number; bytes: number },
): Promise<Uint8Array> {
  const file = files[path];
  if (!file) throw new TfwasmError('E_FILE', `the model has no file ${path}`);
  const bytes = await file.read(offset, length).catch((error) => {
    throw new TfwasmError('E_FILE', `cannot read ${path}: ${describeError(error)}`, { cause: error });
  });
  check(
    bytes.length === length,
    () => `${path} gave ${bytes.length} bytes at ${offset} where ${length} were asked for`,
    'E_FILE',
  );
  return bytes;
}

/** Large weights are read when they are written. */
async function nextShard(
  call: Call,
  converter: number,
  files: FileTree,
  options: ConvertOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  for (;;) {
    const [bytes, needsReads] = call((core) => {
      const shard = core.nextShard(converter);
      return [core.HEAPU8.slice(shard.address, shard.address + shard.bytes), shard.needsReads] as const;
    });
    if (bytes.length > 0 || !needsReads) return bytes;
    await readFiles(call, converter, files, options, false);
  }
}

async function writeFiles(
  call: Call,
  converter: number,
  files: FileTree,
  options: ConvertOptions,
  sink: ConvertSink,
  kept: KeptParts,
): Promise<ConvertSummary> {
  const encodings = encodingsOf(call, converter, options);
  const names = call((core) =>
    core.startWeights(converter, JSON.stringify(encodings), options.weightShardSizeBytes ?? SHARD_BYTES),
  );
  for (const [index, name] of names.entries()) {
    options.signal?.throwIfAborted();
    await sink.write(name, await nextShard(call, converter, files, options));
    report(options, 'write', (index + 1) / (names.length + 1));
  }
  // The last weights may have no bytes.
  call((core) => core.nextShard(converter));
  const parts = call((core) => core.modelParts(converter));
  const summary: ConvertSummary = JSON.parse(parts[5] as string);
  await sink.write('model.json', new TextEncoder().encode(modelJson(parts, options, kept)));
  report(options, 'write', 1);
  return summary;
}

function encodingsOf(call: Call, converter: number, { quantization }: ConvertOptions): object {
  if (typeof quantization !== 'function') return quantization ?? {};
  const weights: ConvertedWeight[] = JSON.parse(call((core) => core.listWeights(converter)));
  const chosen = weights.map((weight) => [weight.name, quantization(weight)] as const);
  return Object.fromEntries(chosen.filter(([, dtype]) => dtype !== undefined));
}

/** The text of model.json, with the fields in the order of the official converter. */
function modelJson(
  parts: string[],
  options: ConvertOptions,
  { initializerSignature, generatedBy: source }: KeptParts,
): string {
  const [topology, signature, initializer, manifest, generatedBy] = parts as [string, string, string, string, string];
  const metadata = { ...options.metadata };
  if (options.useStructuredOutputsNames) {
    metadata['structuredOutputKeys'] = Object.keys(JSON.parse(signature).outputs).sort();
  }
  const fields = [
    `"format":"graph-model"`,
    `"generatedBy":${JSON.stringify(generatedBy || source || `tfwasm ${version}`)}`,
    `"convertedBy":${JSON.stringify(`tfwasm ${version} (compatible with TensorFlow.js Converter v${version_converter})`)}`,
    `"signature":${signature}`,
    `"modelTopology":${topology}`,
  ];
  if (initializer) fields.push(`"modelInitializer":${initializer}`);
  if (initializer && initializerSignature) fields.push(`"initializerSignature":${initializerSignature}`);
  fields.push(`"weightsManifest":${manifest}`);
  if (Object.keys(metadata).length > 0) fields.push(`"userDefinedMetadata":${toJson(metadata)}`);
  return `{${fields.join(',')}}`;
}

function report({ onProgress }: ConvertOptions, step: 'read' | 'simplify' | 'write', fraction: number): void {
  onProgress?.({ step, fraction });
}
