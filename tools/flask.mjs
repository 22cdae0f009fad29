// SPDX-License-Identifier: Apache-2.0
// Finds a Python that has Flask, for the tests of docs/examples/flask_server.py.
import { ask } from './lib/run.mjs';

/** Debian's Python first: another python3 on PATH does not find Debian's python3-flask. */
const CANDIDATES = ['/usr/bin/python3', 'python3'];

/** The command of such a Python, or undefined. */
export function findFlaskPython() {
  return CANDIDATES.find((python) => ask(python, ['-W', 'ignore', '-c', 'import flask']) !== null);
}
