// SPDX-License-Identifier: Apache-2.0
// `tfwasm wizard`: asks for what `tfwasm convert` needs.
import { existsSync, readdirSync, statSync } from 'node:fs';
import type { InputFormat, OutputFormat } from '../convert.js';
import type { CommandLine } from './command-line.js';
import { convertCommand, readConvertLine, urlOf } from './convert-command.js';
import { openPrompts, type Prompts } from './prompts.js';
import type { Terminal } from './terminal.js';

/** Throws what the conversion throws. */
export async function wizard({ flags, rest }: CommandLine, terminal: Terminal): Promise<void> {
  const prompts = openPrompts(terminal.signal);
  let words: string[];
  try {
    words = await askAll(prompts, rest[0], terminal);
  } finally {
    prompts.close();
  }
  terminal.print(`tfwasm convert ${words.map(quoted).join(' ')}`);
  if (flags.get('dryrun') !== true) await convertCommand(readConvertLine(words), terminal);
}

/** As shells read it. */
const quoted = (word: string) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);

/** The words of the command. */
async function askAll(prompts: Prompts, given: string | undefined, { signal }: Terminal): Promise<string[]> {
  const input = given ?? (await prompts.ask('The model: a file, a folder or a URL', undefined, checkInput));
  const { findModel, openSource, outputsOf } = (await import('../convert.js')).default;
  const { format } = await findModel(await openSource(urlOf(input), { signal }));
  process.stderr.write(`This is a model in the format ${format}.\n`);
  const outputs = outputsOf(format);
  const output = outputs.length === 1 ? (outputs[0] as OutputFormat) : await prompts.choose('Convert it to', outputs);
  const flags = [`--input_format=${format}`, `--output_format=${output}`];
  if (format === 'tf_saved_model' || format === 'tf_hub') flags.push(...(await askSignature(prompts, format)));
  if (output.startsWith('tfjs_')) flags.push(...(await askWeights(prompts, output as OutputFormat)));
  if (output === 'tfjs_graph_model' && (await prompts.confirm('Accept ops that TensorFlow.js does not have', false))) {
    flags.push('--skip_op_check');
  }
  return [...flags, input, await askOutput(prompts, output as OutputFormat)];
}

const checkInput = (path: string) =>
  path === '' || (!/^(https?|file):/i.test(path) && !existsSync(path)) ? 'there is no such file or folder' : undefined;

async function askSignature(prompts: Prompts, format: InputFormat): Promise<string[]> {
  const tags = await prompts.ask('The tags of the graph', 'serve');
  const name = await prompts.ask('The signature', format === 'tf_hub' ? 'default' : 'serving_default');
  return [`--saved_model_tags=${tags}`, `--signature_name=${name}`];
}

async function askWeights(prompts: Prompts, output: OutputFormat): Promise<string[]> {
  const flags: string[] = [];
  const compression = ['none (best accuracy)', 'float16 (half the size)', 'uint16 (half)', 'uint8 (a quarter)'];
  const [dtype = 'none'] = (await prompts.choose('How to compress the weights', compression)).split(' ');
  if (dtype !== 'none') {
    const patterns = await prompts.ask('Which weights (patterns, with commas)', '*');
    flags.push(patterns === '*' ? `--quantize_${dtype}` : `--quantize_${dtype}=${patterns}`);
  }
  const isSize = (answer: string) => (/^[1-9]\d*$/.test(answer) ? undefined : 'a positive number');
  const size = await prompts.ask('The size of the weight files, in bytes', '4194304', isSize);
  if (size !== '4194304') flags.push(`--weight_shard_size_bytes=${size}`);
  if (output === 'tfjs_layers_model' && (await prompts.confirm('Weight files for each layer', false))) {
    flags.push('--split_weights_by_layer');
  }
  const metadata = await prompts.ask('Metadata (key:file.json, with commas; empty for none)');
  return metadata === '' ? flags : [...flags, `--metadata=${metadata}`];
}

async function askOutput(prompts: Prompts, format: OutputFormat): Promise<string> {
  const isFile = format === 'keras' || format === 'keras_keras';
  for (;;) {
    const path = await prompts.ask(
      isFile ? 'Write to the file' : 'Write to the folder',
      isFile ? undefined : 'web_model',
    );
    if (path === '') continue;
    const isUsed = existsSync(path) && (statSync(path).isFile() || readdirSync(path).length > 0);
    if (!isUsed || (await prompts.confirm(`${path} is not empty. Write there`, false))) return path;
  }
}
