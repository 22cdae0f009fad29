// SPDX-License-Identifier: Apache-2.0
// Child processes for the scripts: output is captured and kept out of sight unless something goes wrong.

import { spawn, spawnSync } from 'node:child_process';
import { constants } from 'node:os';

/** An expected failure. Its message is the one sentence that a person gets to read; no stack is shown. */
export class ToolError extends Error {
  /** `output`: what the failing program printed, shown below the sentence. */
  constructor(message, { output = '', cause } = {}) {
    super(message, { cause });
    this.name = 'ToolError';
    this.output = output;
  }
}

/**
 * Runs a program to its end and resolves with what it printed.
 * Rejects with a ToolError when it cannot be started, exits non-zero or (with `timeout`, in ms) takes too long.
 * `onOutput` sees the output while it comes; `passThrough` shows it as it is.
 */
export function run(command, args, options = {}) {
  const { cwd, env, onOutput, timeout, passThrough = false } = options;
  return new Promise((resolve, reject) => {
    const stdio = passThrough ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'];
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio, timeout });
    let stdout = '';
    let output = '';
    const collect = (isStdout) => (chunk) => {
      const text = chunk.toString();
      if (isStdout) stdout += text;
      output += text;
      onOutput?.(text);
    };
    child.stdout?.on('data', collect(true));
    child.stderr?.on('data', collect(false));
    child.on('error', (cause) =>
      reject(new ToolError(`${command} could not be started: ${cause.message}.`, { cause })),
    );
    child.on('close', (code, signal) => {
      if (code === 0) return resolve({ stdout, output });
      const how = signal ? `was ended by ${signal}` : `failed with exit code ${code}`;
      reject(new ToolError(`"${shorten([command, ...args].join(' '))}" ${how}.`, { output }));
    });
  });
}

/** A command line with hundreds of files says no more than its start. */
const shorten = (text) => (text.length <= 120 ? text : `${text.slice(0, 120)}…`);

/** Resolves with the first success of `action`, tried `times` times; for downloads over a shaky network. */
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

/** What `command` prints on stdout, or null when it is missing or fails. For quick questions only. */
export function ask(command, args, options = {}) {
  const result = spawnSync(command, args, { encoding: 'utf8', ...options });
  return result.status === 0 ? result.stdout.trim() : null;
}

/** Runs `main`, turns a ToolError into its sentence and any failure into a non-zero exit. */
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

/** The last `count` lines of `text`: what a compiler says at its end is what matters. */
export function lastLines(text, count) {
  const lines = text.trimEnd().split('\n');
  return lines.length <= count ? lines.join('\n') : ['…', ...lines.slice(-count)].join('\n');
}
