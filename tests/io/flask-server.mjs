// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { findFlaskPython } from '../../tools/flask.mjs';
import { ROOT } from '../../tools/lib/paths.mjs';

/** Starts docs/examples/flask_server.py. */
export async function startFlask(...options) {
  const folder = await mkdtemp(path.join(tmpdir(), 'tfwasm-flask-'));
  const script = path.join(ROOT, 'docs/examples/flask_server.py');
  const server = spawn(findFlaskPython() ?? 'python3', [script, '--folder', folder, '--port', '0', ...options]);
  let complaints = '';
  server.stderr.on('data', (text) => {
    complaints += text;
  });
  const url = await new Promise((resolve, reject) => {
    server.stdout.once('data', (text) => resolve(String(text).trim().replace(/\/$/, '')));
    server.once('exit', () => reject(new Error(complaints)));
  });
  return {
    url,
    folder,
    close: async () => {
      server.removeAllListeners('exit');
      const exited = new Promise((resolve) => server.once('exit', resolve));
      server.kill();
      await exited;
      await rm(folder, { recursive: true });
    },
  };
}
