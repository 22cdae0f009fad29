// SPDX-License-Identifier: Apache-2.0
// `tfwasm inspect`.
import { type CommandLine, UsageError } from './command-line.js';
import { urlOf } from './convert-command.js';
import { describeModel } from './summary.js';
import type { Terminal } from './terminal.js';

/** Throws what reading the model throws. */
export async function inspectCommand({ flags, rest }: CommandLine, terminal: Terminal): Promise<void> {
  const [path, ...more] = rest;
  if (path === undefined || more.length > 0) throw new UsageError('inspect takes one file, folder or URL');
  const { inspect } = await import('../convert.js');
  const info = await inspect(urlOf(path), { signal: terminal.signal });
  terminal.print(flags.get('json') ? JSON.stringify(info, null, 2) : describeModel(info));
}
