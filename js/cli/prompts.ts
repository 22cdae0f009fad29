// SPDX-License-Identifier: Apache-2.0
// Questions on the terminal.
import { createInterface } from 'node:readline';
import { fail } from './failure.js';

export interface Prompts {
  /** The answer; the default for an empty one. Asks again while `check` returns what is wrong with it. */
  ask(question: string, fallback?: string, check?: (answer: string) => string | undefined): Promise<string>;
  /** One of the choices, by its number or first word. The first is the default. */
  choose(question: string, choices: readonly string[]): Promise<string>;
  confirm(question: string, fallback: boolean): Promise<boolean>;
  close(): void;
}

/** Asks on stderr, so that stdout has results only. */
export function openPrompts(signal: AbortSignal): Prompts {
  const reader = createInterface({ input: process.stdin });
  const lines = reader[Symbol.asyncIterator]();
  const stop = () => reader.close();
  signal.addEventListener('abort', stop, { once: true });
  const readLine = async (prompt: string): Promise<string> => {
    process.stderr.write(prompt);
    const { done, value } = await lines.next();
    signal.throwIfAborted();
    if (done) fail('E_INPUT', 'there are no more answers');
    return value.trim();
  };
  const prompts: Prompts = {
    async ask(question, fallback, check) {
      for (;;) {
        const given = await readLine(`${question}${fallback ? ` [${fallback}]` : ''}: `);
        const answer = given === '' ? (fallback ?? '') : given;
        const problem = check?.(answer);
        if (problem === undefined) return answer;
        process.stderr.write(`  ${problem}\n`);
      }
    },
    async choose(question, choices) {
      process.stderr.write(`${question}\n${choices.map((choice, i) => `  ${i + 1}. ${choice}\n`).join('')}`);
      const pick = (answer: string) =>
        choices[Number(answer) - 1] ?? choices.find((choice) => choice.split(' ')[0] === answer);
      const answer = await prompts.ask('number', '1', (given) => (pick(given) ? undefined : 'this is none of them'));
      return pick(answer) as string;
    },
    async confirm(question, fallback) {
      const check = (given: string) => (/^(y|yes|n|no)$/i.test(given) ? undefined : 'yes or no');
      return /^y/i.test(await prompts.ask(question, fallback ? 'yes' : 'no', check));
    },
    close() {
      signal.removeEventListener('abort', stop);
      reader.close();
    },
  };
  return prompts;
}
