// SPDX-License-Identifier: Apache-2.0
// Errors as the command line shows them.

/** An error of the command line itself, in the form of those of the library, which may not be loaded. */
class Failure extends Error {
  override readonly name = 'TfwasmError';

  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export function fail(code: 'E_INPUT' | 'E_FILE' | 'E_JSON', message: string): never {
  throw new Failure(code, message);
}

export interface ShownError {
  code: string;
  message: string;
  op?: string | undefined;
  node?: string | undefined;
}

/** Errors that are none of ours are bugs. */
export function shownError(error: unknown): ShownError {
  const { name, code, message, op, node, stack } = error as Partial<Failure & ShownError>;
  if (name === 'TfwasmError') return { code: String(code), message: String(message), op, node };
  return { code: 'E_INTERNAL', message: `this is a bug of tfwasm: ${stack ?? String(error)}` };
}

/** One line: "E_OP: sentence (node 'x', op Y)". */
export function errorLine(error: unknown): string {
  const { code, message, op, node } = shownError(error);
  const places = [node && `node '${node}'`, op && `op ${op}`].filter((place) => place && !message.includes(place));
  // Messages may quote what is in files.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
  const line = message.replace(code === 'E_INTERNAL' ? /[\x00-\x09\x0b-\x1f]+/g : /[\x00-\x1f]+/g, ' ');
  return `${code}: ${line}${places.length > 0 ? ` (${places.join(', ')})` : ''}`;
}
