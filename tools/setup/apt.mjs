// SPDX-License-Identifier: Apache-2.0
// Installs missing packages (see requirements.mjs) with the machine's package manager.

import { ask, retry, run, ToolError } from '../lib/run.mjs';

/** Whether this is a Debian-based machine. */
export const hasApt = () => ask('apt-get', ['--version']) !== null;

/** Installs `packages` as root or with sudo. */
export async function installPackages(packages, note) {
  const names = packages.join(' ');
  const prefix = rootPrefix(names);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args) => {
    const [command, ...rest] = [...prefix, 'apt-get', '-q', '-y', '-o', 'Acquire::Retries=3', ...args];
    return run(command, rest, { env });
  };
  const install = () => apt('install', '--no-install-recommends', ...packages);
  try {
    note('updating the package lists');
    await retry(3, () => apt('update'));
    note(names);
    await install();
  } catch (error) {
    throw new ToolError(
      `The packages ${names} could not be installed with apt-get; check the network and "apt-get install ${names}".`,
      { output: error.output, cause: error },
    );
  }
}

function rootPrefix(names) {
  if (process.getuid?.() === 0) return [];
  if (ask('sudo', ['--version']) !== null) return ['sudo', '--preserve-env=DEBIAN_FRONTEND'];
  throw new ToolError(
    `Installing ${names} needs root and there is no sudo here; run "apt-get install ${names}" as root, then start again.`,
  );
}
