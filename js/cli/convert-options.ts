// SPDX-License-Identifier: Apache-2.0
// What the flags of `tfwasm convert` ask for, and which do not go together.
import { readFile } from 'node:fs/promises';
import type { ConvertOptions, InputFormat, OutputFormat, QuantizeOption } from '../convert.js';
import type { CommandLine, FlagValue } from './command-line.js';
import { fail } from './failure.js';

/** Everything that a command line asks for. */
export interface Request {
  input: string;
  output: string;
  options: ConvertOptions;
  verify: boolean;
  warnings: string[];
}

/** Throws a failure with E_INPUT if flags do not go together, or E_FILE for metadata. */
export async function requestOf({ flags, rest }: CommandLine): Promise<Request> {
  const [input, output, ...more] = rest;
  if (input === undefined) fail('E_INPUT', 'the path of the input is missing; --help shows how to use this');
  if (output === undefined) fail('E_INPUT', 'the path of the output is missing; --help shows how to use this');
  if (more.length > 0) fail('E_INPUT', `there are ${rest.length} paths instead of 2: ${rest.join(', ')}`);
  const inputFormat = textOf(flags, 'input_format') as InputFormat | undefined;
  const outputFormat = textOf(flags, 'output_format') as OutputFormat | undefined;
  checkFormats(flags, inputFormat, outputFormat);
  const { quantize, warnings } = quantizationOf(flags);
  const metadata = textOf(flags, 'metadata');
  return {
    input,
    output,
    verify: flags.get('verify') === true,
    warnings,
    options: {
      inputFormat,
      outputFormat,
      quantize,
      quantizeMinElements: flags.get('quantize_min_elements') as number | undefined,
      weightShardSizeBytes: shardBytesOf(flags),
      hdf5Library: flags.get('hdf5_library') as boolean | undefined,
      ...graphOptionsOf(flags),
      splitWeightsByLayer: flags.get('split_weights_by_layer') as boolean | undefined,
      ...(metadata !== undefined && { metadata: await readMetadata(metadata) }),
    },
  };
}

/** The options of conversions to graph models. */
function graphOptionsOf(flags: CommandLine['flags']): ConvertOptions {
  const isOn = (name: string) => flags.get(name) as boolean | undefined;
  const listOf = (name: string) => textOf(flags, name)?.split(',');
  return {
    signatureName: textOf(flags, 'signature_name'),
    tags: listOf('saved_model_tags'),
    outputNodeNames: listOf('output_node_names'),
    skipOpCheck: isOn('skip_op_check'),
    stripDebugOps: isOn('strip_debug_ops'),
    controlFlowV2: isOn('control_flow_v2'),
    useStructuredOutputsNames: isOn('use_structured_outputs_names'),
    freezeState: isOn('freeze_state'),
    target: textOf(flags, 'target') as ConvertOptions['target'],
  };
}

function textOf(flags: CommandLine['flags'], name: string): string | undefined {
  const value = flags.get(name);
  return value === undefined ? undefined : String(value);
}

function checkFormats(flags: CommandLine['flags'], input?: InputFormat, output?: OutputFormat): void {
  const isKeras = output === 'keras' || output === 'keras_keras' || output === 'keras_saved_model';
  const isGraph = input?.startsWith('tf_') || input === 'keras_saved_model' || input === 'tfjs_graph_model';
  if (isKeras && flags.has('weight_shard_size_bytes')) {
    fail('E_INPUT', `--weight_shard_size_bytes is for models of TensorFlow.js, but the output format is ${output}`);
  }
  const isSaved = input === undefined || ['tf_saved_model', 'tf_hub', 'keras_saved_model'].includes(input);
  if (!isSaved && flags.has('signature_name')) {
    fail('E_INPUT', `--signature_name is for tf_saved_model and tf_hub, but the input format is ${input}`);
  }
  if (!isGraph && output !== undefined && output !== 'tfjs_graph_model' && flags.get('control_flow_v2')) {
    fail('E_INPUT', `--control_flow_v2 is for tfjs_graph_model, but the output format is ${output}`);
  }
}

function shardBytesOf(flags: CommandLine['flags']): number | undefined {
  const bytes = flags.get('weight_shard_size_bytes') as number | undefined;
  if (bytes !== undefined && bytes < 1) fail('E_INPUT', `--weight_shard_size_bytes must be positive, not ${bytes}`);
  return bytes;
}

function quantizationOf(flags: CommandLine['flags']): { quantize: QuantizeOption; warnings: string[] } {
  const asked = (['float16', 'uint8', 'uint16'] as const).filter((dtype) => flags.has(`quantize_${dtype}`));
  const bytes = flags.get('quantization_bytes');
  if (bytes === undefined) {
    const entries = asked.map((dtype) => [dtype, patternsOf(flags.get(`quantize_${dtype}`) as FlagValue)]);
    return { quantize: Object.fromEntries(entries), warnings: [] };
  }
  if (bytes !== 1 && bytes !== 2) fail('E_INPUT', `--quantization_bytes is 1 or 2, not ${bytes}`);
  if (asked.length > 0) fail('E_INPUT', `--quantization_bytes cannot be used with --quantize_${asked[0]}`);
  const dtype = bytes === 1 ? 'uint8' : 'uint16';
  return {
    quantize: { [dtype]: true },
    warnings: [`--quantization_bytes is deprecated: use --quantize_${dtype}`],
  };
}

const patternsOf = (value: FlagValue) => (value === true ? true : String(value).split(','));

/** "key:path,key:path". Paths of Windows have a ":" of their own. */
async function readMetadata(list: string): Promise<Record<string, unknown>> {
  const metadata: [string, unknown][] = [];
  for (const item of list.split(',')) {
    const colon = item.indexOf(':');
    if (colon < 1) fail('E_INPUT', `--metadata is a list of key:path, not '${item}'`);
    const [key, path] = [item.slice(0, colon), item.slice(colon + 1)];
    const text = await readFile(path, 'utf8').catch((error: Error) =>
      fail('E_FILE', `cannot read the metadata in ${path}: ${error.message}`),
    );
    try {
      metadata.push([key, JSON.parse(text)]);
    } catch (error) {
      fail('E_JSON', `the metadata in ${path} is no JSON: ${(error as Error).message}`);
    }
  }
  return Object.fromEntries(metadata);
}
