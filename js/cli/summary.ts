// SPDX-License-Identifier: Apache-2.0
// What the command line prints about conversions and models.
import type { ConversionReport, EndpointReport, LayerInfo, ModelInfo, WeightReport } from '../convert.js';
import type { WrittenFile } from './folder-sink.js';
import type { Difference } from './verify.js';

const LABEL = 10;
/** So many weights, ops or layers are listed one by one. */
const LISTED = 10;

export const number = (value: number) => value.toLocaleString('en-US');
export const bytes = (value: number) => `${number(value)} bytes`;

const line = (label: string, text: string) => `  ${label.padEnd(LABEL)}${text}`;

/** A label before the first of several lines. */
const block = (label: string, texts: readonly string[]) => texts.map((text, i) => line(i === 0 ? label : '', text));

function counted(counts: Readonly<Record<string, number>>): string {
  const entries = Object.entries(counts).sort(([, a], [, b]) => b - a);
  const shown = entries.slice(0, LISTED).map(([name, count]) => `${name} ${count}`);
  const rest = entries.slice(LISTED).reduce((sum, [, count]) => sum + count, 0);
  return [...shown, ...(rest > 0 ? [`others ${rest}`] : [])].join(', ') || 'none';
}

const sum = (counts: Readonly<Record<string, number>>) => Object.values(counts).reduce((total, n) => total + n, 0);

function endpoint({ name, dtype, shape }: EndpointReport): string {
  return `${name}: ${dtype ?? 'any dtype'} [${shape?.map((size) => size ?? '?').join(', ') ?? '...'}]`;
}

/** The summary of a conversion. */
export function describeConversion(
  report: ConversionReport,
  output: string,
  files: readonly WrittenFile[],
  differences: readonly Difference[] | undefined,
): string {
  const { layers, ops, inputs = [], outputs = [], weights, weightBytes, notes, warnings } = report;
  const before = report.generatedBy === undefined ? '' : `, ${report.generatedBy}`;
  return [
    `${report.source} (${report.inputFormat}${before}) -> ${output} (${report.outputFormat})`,
    ...(layers ? [line('layers', `${sum(layers)}: ${counted(layers)}`)] : []),
    ...(ops ? [line('ops', `${ops.before} -> ${ops.after}: ${counted(ops.byOp)}`)] : []),
    ...block('inputs', inputs.map(endpoint)),
    ...block('outputs', outputs.map(endpoint)),
    line('weights', describeSizes(weights.length, weightBytes)),
    ...block('files', describeFiles(files)),
    ...block('quantized', describeErrors(weights)),
    ...block('notes', notes),
    ...block('warning', warnings),
    ...block('verified', (differences ?? []).map(describeDifference)),
    ...block('use', describeUse(report.outputFormat, files.at(-1)?.path ?? output)),
  ].join('\n');
}

function describeSizes(count: number, { before, after }: ConversionReport['weightBytes']): string {
  const what = count === 0 ? '' : `${number(count)}, `;
  return `${what}${before === after ? bytes(after) : `${bytes(before)} -> ${bytes(after)}`}`;
}

function describeFiles(files: readonly WrittenFile[]): string[] {
  const shown = files.length > LISTED ? [...files.slice(0, LISTED - 1), ...files.slice(-1)] : files;
  const more = files.length - shown.length;
  const lines = shown.map((file) => `${file.path}, ${bytes(file.bytes)}`);
  return more > 0 ? [...lines.slice(0, -1), `... ${more} more`, ...lines.slice(-1)] : lines;
}

/** The worst first. */
function describeErrors(weights: readonly WeightReport[]): string[] {
  const quantized = weights.filter(({ maxError }) => maxError !== undefined);
  if (quantized.length === 0) return [];
  const ratio = ({ snr }: WeightReport) => snr ?? Number.POSITIVE_INFINITY;
  const error = ({ maxError = 0 }: WeightReport) => maxError;
  // The ratio is not known for graph models.
  const worst = quantized.sort((a, b) => ratio(a) - ratio(b) || error(b) - error(a)).slice(0, LISTED);
  return [
    `${quantized.length} of ${weights.length} weights${quantized.length > worst.length ? `; the worst ${LISTED}` : ''}:`,
    ...worst.map(({ name, quantization, maxError = 0, snr }) => {
      const noise = snr === undefined ? '' : snr === null ? ', exact' : `, ${snr.toFixed(1)} dB`;
      return `${name}: ${quantization?.dtype}, largest error ${maxError.toPrecision(3)}${noise}`;
    }),
  ];
}

function describeDifference({ output, difference, largest }: Difference): string {
  return `${output}: largest difference ${difference.toPrecision(3)}, largest value ${largest.toPrecision(3)}`;
}

function describeUse(format: ConversionReport['outputFormat'], path: string): string[] {
  if (format === 'tfjs_layers_model') return [`const model = await tf.loadLayersModel('${path}');`];
  if (format === 'tfjs_graph_model') return [`const model = await tf.loadGraphModel('${path}');`];
  return [`keras.models.load_model('${path}')`];
}

/** The description of a model. */
export function describeModel(info: ModelInfo): string {
  const { layers = [], ops, inputs = [], outputs = [], weights, weightBytes, notes } = info;
  const makers = [info.generatedBy, info.convertedBy].filter((maker) => maker !== undefined && maker !== null);
  return [
    `${info.source} (${[info.format, ...makers].join(', ')})`,
    ...block('layers', layerLines(layers, '')),
    ...(ops ? [line('ops', `${sum(ops)}: ${counted(ops)}`)] : []),
    ...block('inputs', inputs.map(endpoint)),
    ...block('outputs', outputs.map(endpoint)),
    ...block('weights', [`${number(weights.length)}, ${bytes(weightBytes)}`, ...weights.map(weightLine)]),
    ...block('notes', notes),
  ].join('\n');
}

function layerLines(layers: readonly LayerInfo[], indent: string): string[] {
  return layers.flatMap(({ name, className, layers: inner = [] }) => [
    `${indent}${name} (${className})`,
    ...layerLines(inner, `${indent}  `),
  ]);
}

function weightLine({ name, dtype, shape, quantization }: ModelInfo['weights'][number]): string {
  const stored = quantization ? ` as ${quantization.dtype}` : '';
  return `${name}: ${dtype}${stored} [${shape.join(', ')}]`;
}
