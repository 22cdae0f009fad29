// SPDX-License-Identifier: Apache-2.0
// The machine's own package manager: finds out what is missing and installs just that.

import { ask, retry, run, ToolError } from '../lib/run.mjs';

/** Whether this is a Debian-family machine. */
export const hasApt = () => ask('apt-get', ['--version']) !== null;

/** Those of `packages` that are not installed. One quick call. */
export function missingPackages(packages) {
  const format = '${Package} ${db:Status-Status}\\n';
  // dpkg-query exits non-zero when it knows nothing of a package, and still prints the others.
  const listed = ask('sh', ['-c', `dpkg-query -W -f='${format}' ${packages.join(' ')} 2>/dev/null; true`]) ?? '';
  const installed = new Set(
    listed
      .split('\n')
      .filter((line) => line.endsWith(' installed'))
      .map((line) => line.split(' ')[0]),
  );
  return packages.filter((name) => !installed.has(name));
}

/** Installs `packages` with root's or sudo's rights. */
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
