// SPDX-License-Identifier: Apache-2.0
// `tfwasm bench`.
import { type CommandLine, UsageError } from './command-line.js';
import { urlOf } from './convert-command.js';
import { fail } from './failure.js';
import { canRun, loadRunnable, randomInputs } from './models.js';
import type { Terminal } from './terminal.js';

const DEFAULT_RUNS = 50;
const WARM_UP_RUNS = 3;

/** Throws what loading and running the model throws. */
export async function benchCommand({ flags, rest }: CommandLine, terminal: Terminal): Promise<void> {
  const [path, ...more] = rest;
  if (path === undefined || more.length > 0) throw new UsageError('bench takes one file, folder or URL');
  const runs = Number(flags.get('runs') ?? DEFAULT_RUNS);
  if (runs < 1) throw new UsageError('--runs must be positive');
  const url = urlOf(path);
  const { findModel, openSource } = (await import('../convert.js')).default;
  const files = await openSource(url, { signal: terminal.signal });
  const { format, path: found } = await findModel(files);
  if (!canRun(format)) fail('E_INPUT', `a model in the format ${format} has to be converted before it can run`);
  const tf = await import('../index.js');
  const start = performance.now();
  const isFolder = files.main === undefined && /^file:/i.test(url);
  const model = await loadRunnable(tf, isFolder ? `${url}/${found}` : url, format);
  const loading = performance.now() - start;
  const inputs = randomInputs(tf, model);
  const times: number[] = [];
  for (let run = -WARM_UP_RUNS; run < runs; ++run) {
    const before = performance.now();
    const outputs = await model.predict(inputs);
    await outputs[0]?.data();
    if (run >= 0) times.push(performance.now() - before);
    tf.dispose(outputs);
  }
  model.dispose();
  times.sort((a, b) => a - b);
  const result = {
    model: path,
    variant: tf.getWasmVariant(),
    threads: tf.getThreadsCount(),
    loading,
    runs,
    fastest: times[0] as number,
    median: times[Math.floor(runs / 2)] as number,
    slowest: times.at(-1) as number,
  };
  terminal.print(flags.get('json') ? JSON.stringify(result, null, 2) : describe(result));
}

interface Result {
  model: string;
  variant: string;
  threads: number;
  /** In milliseconds, as all times. */
  loading: number;
  runs: number;
  fastest: number;
  median: number;
  slowest: number;
}

function describe({ model, variant, threads, loading, runs, fastest, median, slowest }: Result): string {
  const ms = (time: number) => `${time.toFixed(2)} ms`;
  return [
    `${model} (${variant}, ${threads} ${threads === 1 ? 'thread' : 'threads'})`,
    `  loading   ${ms(loading)}`,
    `  predict   ${ms(median)} (median of ${runs}; fastest ${ms(fastest)}, slowest ${ms(slowest)})`,
  ].join('\n');
}
