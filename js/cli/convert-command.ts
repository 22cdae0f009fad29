// SPDX-License-Identifier: Apache-2.0
// `tfwasm convert`.
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ConversionReport, ConvertedModel, ConvertOptions, ConvertProgress, InputFormat } from '../convert.js';
import { type CommandLine, readCommandLine } from './command-line.js';
import { CONVERT_FLAGS } from './convert-flags.js';
import { type Request, requestOf } from './convert-options.js';
import { FolderSink } from './folder-sink.js';
import { canRun, loadRunnable } from './models.js';
import { describeConversion } from './summary.js';
import type { Terminal } from './terminal.js';
import { compareModels, type Difference } from './verify.js';

export const readConvertLine = (words: readonly string[]): CommandLine => readCommandLine(words, CONVERT_FLAGS, 2);

/** A path as a URL; URLs stay what they are. */
export const urlOf = (path: string) => (/^(https?|file):/i.test(path) ? path : pathToFileURL(resolve(path)).href);

/** Throws what the conversion throws. */
export async function convertCommand(line: CommandLine, terminal: Terminal): Promise<void> {
  const request = await requestOf(line);
  const { input, output, options, verify } = request;
  for (const warning of request.warnings) terminal.note(`warning: ${warning}`);
  const { convertFiles, openSource } = (await import('../convert.js')).default;
  const sink = new FolderSink(output);
  const { signal } = terminal;
  try {
    const files = await openSource(urlOf(input), { signal });
    const onProgress = progressLines(terminal, input, output);
    const report = await convertFiles(files, { ...options, signal, onProgress }, sink);
    await sink.commit();
    const differences = verify
      ? await verifyFiles(request, report, sink.files.at(-1)?.path ?? output, terminal)
      : undefined;
    if (line.flags.get('json')) terminal.print(JSON.stringify({ ...report, files: sink.files, differences }, null, 2));
    else terminal.report(describeConversion(report, output, sink.files, differences));
  } catch (error) {
    await sink.abort();
    throw error;
  }
}

/** One line for each phase. */
function progressLines(terminal: Terminal, input: string, output: string): (progress: ConvertProgress) => void {
  const texts = { read: `reading ${input}`, convert: 'converting', write: `writing ${output}` };
  let last: string | undefined;
  return ({ step }) => {
    if (step !== last) terminal.note(texts[step]);
    last = step;
  };
}

async function verifyFiles(
  { input, options }: Request,
  report: ConversionReport,
  path: string,
  terminal: Terminal,
): Promise<Difference[]> {
  terminal.note('verifying');
  const tf = await import('../index.js');
  const one = canRun(report.inputFormat)
    ? await loadRunnable(tf, urlOf(input), report.inputFormat)
    : await loadRunnable(tf, await convertPlainly(input, options), report.outputFormat as InputFormat);
  const other = await loadRunnable(tf, urlOf(path), report.outputFormat as InputFormat);
  try {
    return await compareModels(tf, one, other);
  } finally {
    one.dispose();
    other.dispose();
  }
}

/** What cannot run as it is stands for itself once it is converted without quantization. */
async function convertPlainly(input: string, options: ConvertOptions): Promise<ConvertedModel> {
  const { convert } = await import('../convert.js');
  return convert(urlOf(input), { ...options, quantize: {} });
}
