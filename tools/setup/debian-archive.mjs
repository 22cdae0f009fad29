// SPDX-License-Identifier: Apache-2.0
// Unpacks packages of Debian 13 ("trixie") into a local folder, on any Debian release.
//
// Uses apt with a private state (sources, lists, cache). Nothing outside of the folder changes, and no root rights are
// needed. apt verifies every download against the archive's signed index.

import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TOOLCHAIN } from '../lib/paths.mjs';
import { ask, retry, run, ToolError } from '../lib/run.mjs';

const SUITE = 'trixie';
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const STATE = join(TOOLCHAIN, 'apt');

/** Downloads binary packages and unpacks them all into `target`. */
export async function unpackPackages(names, target, note) {
  const downloads = join(STATE, 'packages');
  await fetchWithApt(['download', ...names], downloads, note);
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  note('unpacking');
  await Promise.all(
    readdirSync(downloads).map((file) => run('dpkg-deb', ['--extract', join(downloads, file), target])),
  );
  rmSync(downloads, { recursive: true, force: true });
}

/** Downloads the upstream tarballs of source packages into the folder `target`. Removes other files there. */
export async function downloadSources(names, target, note) {
  await fetchWithApt(['source', '--only-source', '--download-only', '--tar-only', ...names], target, note);
}

async function fetchWithApt(args, target, note) {
  const env = { APT_CONFIG: writeState() };
  const partial = `${target}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  try {
    if (!existsSync(join(STATE, 'updated'))) {
      note('reading the package index');
      await retry(3, () => run('apt-get', ['-q', 'update'], { env }));
      writeFileSync(join(STATE, 'updated'), '');
    }
    note('downloading');
    await retry(3, () => run('apt-get', ['-q', ...args], { cwd: partial, env }));
  } catch (error) {
    // Retries with a fresh index, since a stale one is the likeliest cause.
    rmSync(join(STATE, 'updated'), { force: true });
    throw error;
  }
  rmSync(target, { recursive: true, force: true });
  renameSync(partial, target);
}

/** Writes apt's private configuration and returns its path. */
function writeState() {
  if (!existsSync(KEYRING)) {
    throw new ToolError(`Debian's archive keys (${KEYRING}) are missing; install the package debian-archive-keyring.`);
  }
  for (const folder of ['lists/partial', 'cache/archives/partial']) mkdirSync(join(STATE, folder), { recursive: true });
  const options = `[signed-by=${KEYRING}]`;
  const sources = ['deb', 'deb-src'].map((kind) => `${kind} ${options} ${debianMirror()} ${SUITE} main\n`);
  writeFileSync(join(STATE, 'sources.list'), sources.join(''));
  const settings = {
    'Dir::Etc::sourcelist': join(STATE, 'sources.list'),
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::State::Lists': join(STATE, 'lists'),
    'Dir::Cache': join(STATE, 'cache'),
    'Acquire::Languages': 'none',
    'Acquire::Retries': '3',
    'APT::Sandbox::User': 'root',
  };
  const path = join(STATE, 'apt.conf');
  writeFileSync(
    path,
    Object.entries(settings)
      .map(([key, value]) => `${key} "${value}";\n`)
      .join(''),
  );
  return path;
}

/** The address of the Debian mirror in the machine's own configuration: the main archive, not security. */
function debianMirror() {
  const lines =
    ask('apt-get', ['indextargets', '--format', '$(SITE) $(ORIGIN) $(CODENAME) $(LABEL)'])?.split('\n') ?? [];
  const site = lines
    .map((line) => line.split(' '))
    .find(([, origin, , label]) => origin === 'Debian' && label === 'Debian')?.[0];
  if (site) return site;
  throw new ToolError('No Debian mirror is configured on this machine; run "apt-get update" and start again.');
}
