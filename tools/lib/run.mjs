// SPDX-License-Identifier: Apache-2.0
// Child processes for the scripts. Output is captured and shown only on failure.

import { AsyncLocalStorage } from 'node:async_hooks';
import { spawn, spawnSync } from 'node:child_process';
import { constants, setPriority } from 'node:os';

/** An expected failure. Only its message is shown, without a stack. */
export class ToolError extends Error {
  /** `output`: the output of the failed program, shown below the message. */
  constructor(message, { output = '', cause } = {}) {
    super(message, { cause });
    this.name = 'ToolError';
    this.output = output;
  }
}

/** @type {AsyncLocalStorage<number>} */
const nicenessOfRuns = new AsyncLocalStorage();

/** Calls `action`. Programs that it runs have a low priority. */
export const runNicely = (action) => nicenessOfRuns.run(10, action);

/**
 * Runs a program and resolves with its output. Rejects with a ToolError if it cannot be started, exits with a non-zero
 * code, takes longer than `timeout` (ms) or prints nothing for longer than `silence` (ms). `onOutput` gets the output as
 * it arrives. `passThrough` prints it.
 */
export function run(command, args, options = {}) {
  const { cwd, env, onOutput, timeout, silence, passThrough = false } = options;
  return new Promise((resolve, reject) => {
    const stdio = passThrough ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'];
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio, timeout });
    const niceness = nicenessOfRuns.getStore();
    if (niceness !== undefined && child.pid !== undefined) setPriority(child.pid, niceness);
    let stdout = '';
    let output = '';
    let isSilent = false;
    const endSilent = () => {
      isSilent = true;
      child.kill('SIGKILL');
    };
    const timer = silence === undefined ? undefined : setTimeout(endSilent, silence);
    const collect = (isStdout) => (chunk) => {
      const text = chunk.toString();
      if (isStdout) stdout += text;
      output += text;
      timer?.refresh();
      onOutput?.(text);
    };
    child.stdout?.on('data', collect(true));
    child.stderr?.on('data', collect(false));
    child.on('error', (cause) =>
      reject(new ToolError(`${command} could not be started: ${cause.message}.`, { cause })),
    );
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) return resolve({ stdout, output });
      const failed = signal ? `was ended by ${signal}` : `failed with exit code ${code}`;
      const how = isSilent ? `hung: it printed nothing for ${Math.round(silence / 1000)} s` : failed;
      reject(new ToolError(`"${shorten([command, ...args].join(' '))}" ${how}.`, { output }));
    });
  });
}

/** Shortens command lines, which may list hundreds of files. */
const shorten = (text) => (text.length <= 120 ? text : `${text.slice(0, 120)}…`);

/** Calls `action` up to `times` times until it succeeds, for downloads over unreliable networks. */
export async function retry(times, action) {
  for (let attempt = 1; ; ++attempt) {
    try {
      return await action();
    } catch (error) {
      if (attempt >= times) throw error;
      await new Promise((wake) => setTimeout(wake, 1000 * attempt));
    }
  }
}

/** The stdout of `command`, or null if it is missing or fails. For quick queries. */
export function ask(command, args, options = {}) {
  const result = spawnSync(command, args, { encoding: 'utf8', ...options });
  return result.status === 0 ? result.stdout.trim() : null;
}

/** Runs `main`. Prints the message of a ToolError. Any failure sets a non-zero exit code. */
export async function runMain(main) {
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.on(signal, () => process.exit(128 + constants.signals[signal]));
  }
  try {
    await main();
  } catch (error) {
    if (error instanceof ToolError) {
      if (error.output) console.error(lastLines(error.output, 60));
      console.error(`\nerror: ${error.message}`);
    } else {
      console.error(error);
    }
    process.exitCode = 1;
  }
}

/** The last `count` lines of `text`, since compilers print errors at the end. */
export function lastLines(text, count) {
  const lines = text.trimEnd().split('\n');
  return lines.length <= count ? lines.join('\n') : ['…', ...lines.slice(-count)].join('\n');
}
