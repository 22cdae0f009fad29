// SPDX-License-Identifier: Apache-2.0
// The command line. Nothing of the library is loaded before it is needed.
import { version, version_converter } from '../core/version.js';
import { type CommandLine, describeFlags, type Flag, readCommandLine, UsageError } from './command-line.js';
import { convertCommand, readConvertLine } from './convert-command.js';
import { CONVERT_FLAGS } from './convert-flags.js';
import { errorLine, shownError } from './failure.js';
import { openTerminal, type Terminal } from './terminal.js';

const COMMON_FLAGS: readonly Flag[] = [
  { name: 'json', kind: 'boolean', help: 'Print the result as JSON.' },
  { name: 'help', kind: 'boolean', short: 'h', help: 'Print this.' },
];

interface Command {
  usage: string;
  about: string;
  flags: readonly Flag[];
  read(words: readonly string[]): CommandLine;
  run(line: CommandLine, terminal: Terminal): Promise<void>;
}

const WIZARD_FLAGS: readonly Flag[] = [
  { name: 'dryrun', kind: 'boolean', help: 'Print the command instead of running it.' },
  { name: 'help', kind: 'boolean', short: 'h', help: 'Print this.' },
];
const BENCH_FLAGS: readonly Flag[] = [
  { name: 'runs', kind: 'number', value: 'N', help: 'Predictions to measure. Default: 50.' },
  ...COMMON_FLAGS,
];

const COMMANDS: Readonly<Record<string, Command>> = {
  convert: {
    usage: 'INPUT OUTPUT [flags]',
    about: 'Converts models of TensorFlow and Keras to those of TensorFlow.js, and layers models to files of Keras.',
    flags: CONVERT_FLAGS,
    read: readConvertLine,
    run: convertCommand,
  },
  inspect: {
    usage: 'FILE [flags]',
    about: 'Describes a model: its format, layers or ops, and weights.',
    flags: COMMON_FLAGS,
    read: (words) => readCommandLine(words, COMMON_FLAGS, 1),
    run: async (line, terminal) => (await import('./inspect-command.js')).inspectCommand(line, terminal),
  },
  wizard: {
    usage: '[INPUT] [flags]',
    about: 'Asks what to convert and how, and runs the command.',
    flags: WIZARD_FLAGS,
    read: (words) => readCommandLine(words, WIZARD_FLAGS, 0),
    run: async (line, terminal) => (await import('./wizard.js')).wizard(line, terminal),
  },
  bench: {
    usage: 'FILE [flags]',
    about: 'Measures the predictions of a model, in this process.',
    flags: BENCH_FLAGS,
    read: (words) => readCommandLine(words, BENCH_FLAGS, 1),
    run: async (line, terminal) => (await import('./bench-command.js')).benchCommand(line, terminal),
  },
};

/** The commands of scripts that are named after them. */
const ALIASES: Readonly<Record<string, string>> = { tensorflowjs_converter: 'convert', tensorflowjs_wizard: 'wizard' };

const SUCCESS = 0;
const FAILURE = 1;
const USAGE = 2;
const INTERRUPTED = 130;

/**
 * Runs a command line.
 *
 * @param program The name of the script: 'tfwasm', or the name of a script of TensorFlow.js.
 * @returns The exit code: 0, 1 after an error, 2 if the command line cannot be understood.
 */
export async function main(program: string, words: readonly string[]): Promise<number> {
  const alias = ALIASES[program];
  const name = alias ?? words[0];
  if (name === undefined || /^(-h|--help|help)$/.test(name)) return printHelp(name === undefined ? USAGE : SUCCESS);
  if (/^(-v|--version)$/.test(name)) return printVersion();
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) return usageError(`there is no command '${name}'`, `${program} --help`);
  const title = alias ? program : `${program} ${name}`;
  try {
    const line = command.read(alias ? words : words.slice(1));
    if (line.flags.get('help')) return printCommandHelp(title, command);
    if (line.flags.get('version')) return printVersion();
    return await runCommand(command, line);
  } catch (error) {
    if (error instanceof UsageError) return usageError(error.message, `${title} --help`);
    throw error;
  }
}

async function runCommand({ run }: Command, line: CommandLine): Promise<number> {
  const stop = new AbortController();
  const onInterrupt = () => stop.abort();
  process.once('SIGINT', onInterrupt);
  try {
    await run(line, openTerminal(line.flags.get('quiet') === true, stop.signal));
    return SUCCESS;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    if (stop.signal.aborted) {
      process.stderr.write('interrupted; nothing was changed\n');
      return INTERRUPTED;
    }
    if (line.flags.get('json')) process.stdout.write(`${JSON.stringify({ error: shownError(error) }, null, 2)}\n`);
    process.stderr.write(`${errorLine(error)}\n`);
    return FAILURE;
  } finally {
    process.off('SIGINT', onInterrupt);
  }
}

function usageError(message: string, help: string): number {
  process.stderr.write(`E_INPUT: ${message}; see ${help}\n`);
  return USAGE;
}

function printVersion(): number {
  process.stdout.write(`tfwasm ${version}, compatible with tensorflowjs ${version_converter}\n`);
  return SUCCESS;
}

function printHelp(code: number): number {
  const lines = Object.entries(COMMANDS).map(
    ([name, { usage, about }]) => `  tfwasm ${name} ${usage}\n        ${about}`,
  );
  const text = `${lines.join('\n')}\n\n  tfwasm COMMAND --help explains the flags of a command.\n`;
  (code === SUCCESS ? process.stdout : process.stderr).write(text);
  return code;
}

function printCommandHelp(title: string, { usage, about, flags }: Command): number {
  process.stdout.write(`usage: ${title} ${usage}\n\n${about}\n\n${describeFlags(flags)}\n`);
  return SUCCESS;
}
