// SPDX-License-Identifier: Apache-2.0
// Finds a Python that has Flask, for the tests of docs/examples/flask_server.py.
import { ask } from './lib/run.mjs';

/** Debian's first: where it installs python3-flask, another python3 on PATH does not see that. */
const CANDIDATES = ['/usr/bin/python3', 'python3'];

/** A command that starts it, or undefined. */
export function findFlaskPython() {
  return CANDIDATES.find((python) => ask(python, ['-W', 'ignore', '-c', 'import flask']) !== null);
}
