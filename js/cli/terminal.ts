// SPDX-License-Identifier: Apache-2.0
// Where the command line writes to.

export interface Terminal {
  /** A result, on stdout. */
  print(text: string): void;
  /** A summary for people, on stdout unless it is to be quiet. */
  report(text: string): void;
  /** Progress and warnings, on stderr unless it is to be quiet. */
  note(text: string): void;
  /** Aborts when the user presses Ctrl+C. */
  signal: AbortSignal;
}

/** Progress goes to stderr, so that stdout can be read by programs. */
export function openTerminal(isQuiet: boolean, signal: AbortSignal): Terminal {
  return {
    print: (text) => void process.stdout.write(`${text}\n`),
    report: (text) => void (isQuiet || process.stdout.write(`${text}\n`)),
    note: (text) => void (isQuiet || process.stderr.write(`${text}\n`)),
    signal,
  };
}
