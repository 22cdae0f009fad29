// SPDX-License-Identifier: Apache-2.0
// Reads command lines, with the habits of Python's argparse.

export interface Flag {
  /** With "_" between words. "-" is the same to users. */
  name: string;
  /** 'maybe': its value can be left out, and is then true. */
  kind: 'text' | 'number' | 'boolean' | 'maybe';
  /** What `--help` calls the value. */
  value?: string;
  choices?: readonly string[];
  /** One letter. */
  short?: string;
  help: string;
}

export type FlagValue = string | number | boolean;

export interface CommandLine {
  flags: ReadonlyMap<string, FlagValue>;
  /** What is no flag, in order. */
  rest: string[];
}

/** A command line that cannot be understood. */
export class UsageError extends Error {}

interface Given {
  at: number;
  text: string;
  /** The flag that has taken it as its value, but can do without. */
  takenBy?: string;
}

/**
 * Flags can be shortened, as long as they stay unique. `--flag value` and `--flag=value` are the same; booleans are
 * `--flag`, `--flag=false` and `--noflag`.
 *
 * @param wanted How many arguments beside flags there should be. A value that a flag can do without is one of them if there
 *     would be too few.
 * @throws UsageError
 */
export function readCommandLine(words: readonly string[], flags: readonly Flag[], wanted: number): CommandLine {
  const values = new Map<string, FlagValue>();
  const given: Given[] = [];
  for (let at = 0; at < words.length; ++at) {
    const word = words[at] as string;
    if (word === '--') {
      given.push(...words.slice(at + 1).map((text, i) => ({ at: at + 1 + i, text })));
      break;
    }
    if (!/^-./.test(word)) {
      given.push({ at, text: word });
      continue;
    }
    const { flag, inline, isNegated } = findFlag(word, flags);
    const next = words[at + 1];
    const follows = inline === undefined && next !== undefined && !/^-./.test(next);
    if (flag.kind === 'boolean') {
      const isWord = follows && /^(true|false)$/i.test(next);
      const isTrue = readBoolean(inline ?? (isWord ? next : 'true'), flag);
      values.set(flag.name, isNegated ? !isTrue : isTrue);
      if (isWord) at += 1;
    } else if (flag.kind === 'maybe' && inline === undefined) {
      values.set(flag.name, true);
      if (follows) given.push({ at: ++at, text: next, takenBy: flag.name });
    } else {
      if (inline === undefined && !follows) throw new UsageError(`--${flag.name} needs a value`);
      values.set(flag.name, readValue(inline ?? (next as string), flag));
      if (inline === undefined) at += 1;
    }
  }
  return { flags: values, rest: settle(given, values, wanted) };
}

/** Gives words to the flags that have taken them, except those that are needed as arguments. */
function settle(given: readonly Given[], values: Map<string, FlagValue>, wanted: number): string[] {
  const rest = given.filter(({ takenBy }) => takenBy === undefined);
  for (const word of given.filter(({ takenBy }) => takenBy !== undefined).reverse()) {
    if (rest.length < wanted) rest.push(word);
    else values.set(word.takenBy as string, word.text);
  }
  return rest.sort((a, b) => a.at - b.at).map(({ text }) => text);
}

interface FoundFlag {
  flag: Flag;
  inline: string | undefined;
  isNegated: boolean;
}

function findFlag(word: string, flags: readonly Flag[]): FoundFlag {
  const [, dashes = '', spelled = '', inline] = /^(--?)([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
  const name = spelled.replaceAll('-', '_');
  const short = dashes === '-' ? flags.find((flag) => flag.short === spelled) : undefined;
  if (short) return { flag: short, inline, isNegated: false };
  if (dashes === '--') {
    const exact = flags.find((flag) => flag.name === name);
    if (exact) return { flag: exact, inline, isNegated: false };
    const negated = flags.find(
      (flag) => flag.kind === 'boolean' && [`no${flag.name}`, `no_${flag.name}`].includes(name),
    );
    if (negated) return { flag: negated, inline, isNegated: true };
    const [flag, ...more] = flags.filter((candidate) => candidate.name.startsWith(name));
    if (flag && more.length === 0) return { flag, inline, isNegated: false };
    if (flag) {
      throw new UsageError(`${word} could be ${[flag, ...more].map((candidate) => `--${candidate.name}`).join(', ')}`);
    }
  }
  throw new UsageError(`there is no flag ${word}`);
}

function readBoolean(text: string, { name }: Flag): boolean {
  if (/^(true|1|yes)$/i.test(text)) return true;
  if (/^(false|0|no|)$/i.test(text)) return false;
  throw new UsageError(`--${name} is true or false, not '${text}'`);
}

function readValue(text: string, { name, kind, choices }: Flag): FlagValue {
  if (choices && !choices.includes(text)) {
    throw new UsageError(`--${name} is one of ${choices.join(', ')}, not '${text}'`);
  }
  if (kind !== 'number') return text;
  if (!/^[+-]?\d+$/.test(text)) throw new UsageError(`--${name} is a whole number, not '${text}'`);
  return Number(text);
}

const WIDTH = 100;

/** The flags as lines of a help text. */
export function describeFlags(flags: readonly Flag[]): string {
  return flags.map((flag) => `  ${headOf(flag)}\n${wrap(flag.help, WIDTH - 8, '        ')}`).join('\n');
}

function headOf({ name, kind, value, choices, short }: Flag): string {
  const shown = choices ? `{${choices.join(',')}}` : (value ?? name.toUpperCase());
  const dashed = `${short === undefined ? '' : `-${short}, `}--${name}`;
  if (kind === 'boolean') return dashed;
  return kind === 'maybe' ? `${dashed} [${shown}]` : `${dashed} ${shown}`;
}

/** Breaks a text into lines. */
export function wrap(text: string, width: number, indent: string): string {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.map((line) => indent + line).join('\n');
}
