// SPDX-License-Identifier: Apache-2.0
// Unpacks the C and C++ sources that are compiled into tfwasm into `.toolchain/third_party/`.
//
// Each is pinned by the SHA-256 of its tarball and, for git, by upstream's commit id.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { THIRD_PARTY, TOOLCHAIN } from '../lib/paths.mjs';
import { retry, run, ToolError } from '../lib/run.mjs';
import { hasApt } from './apt.mjs';
import { downloadSources } from './debian-archive.mjs';

const LIBRARIES = JSON.parse(readFileSync(new URL('third-party.json', import.meta.url), 'utf8'));
const STAMP = join(THIRD_PARTY, 'stamp');

/** Installs every library where CMake looks for it. */
export async function setUpThirdParty(note) {
  const wanted = JSON.stringify(LIBRARIES);
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted) return note('already there');
  const reasons = [];
  for (const [source, get] of [
    ['TFWASM_THIRD_PARTY', fromFolder],
    ['Debian 13', fromApt],
    ['git', fromGit],
  ]) {
    try {
      rmSync(THIRD_PARTY, { recursive: true, force: true });
      mkdirSync(THIRD_PARTY, { recursive: true });
      await get(note);
      writeFileSync(STAMP, wanted);
      return note(`from ${source}`);
    } catch (error) {
      if (!(error instanceof ToolError)) throw error;
      reasons.push(`${source}: ${error.message}`);
    }
  }
  throw new ToolError(
    `The sources of ${LIBRARIES.map(({ name }) => name).join(', ')}, which are compiled into tfwasm, could not be had; ` +
      'put their tarballs into a folder and name it in the environment variable TFWASM_THIRD_PARTY.',
    { output: reasons.join('\n') },
  );
}

async function fromFolder() {
  const folder = process.env.TFWASM_THIRD_PARTY;
  if (!folder) throw new ToolError('The environment variable is not set.');
  for (const library of LIBRARIES) await unpackTarball(library, folder);
}

async function fromApt(note) {
  if (!hasApt()) throw new ToolError('This machine has no apt.');
  const folder = join(TOOLCHAIN, 'apt/sources');
  await downloadSources(
    LIBRARIES.map(({ name }) => name),
    folder,
    note,
  );
  for (const library of LIBRARIES) await unpackTarball(library, folder);
}

async function fromGit(note) {
  for (const { name, git, commit } of LIBRARIES) {
    note(name);
    const folder = join(THIRD_PARTY, name);
    const inFolder = (...args) => run('git', ['-C', folder, ...args], { timeout: 300_000 });
    await run('git', ['init', '--quiet', folder]);
    await retry(2, () => inFolder('fetch', '--quiet', '--depth=1', git, commit));
    await inFolder('checkout', '--quiet', '--detach', commit);
  }
}

/** Throws unless the file at `path` has the pinned hash. */
export function checkTarball(path, sha256) {
  if (!existsSync(path)) throw new ToolError(`${path} does not exist.`);
  const found = createHash('sha256').update(readFileSync(path)).digest('hex');
  if (found !== sha256) throw new ToolError(`${path} has SHA-256 ${found}, expected ${sha256}.`);
}

/** Verifies a tarball and unpacks it without its top folder, if it has one. */
async function unpackTarball({ name, tarball, sha256, topFolder }, folder) {
  const path = join(folder, tarball);
  checkTarball(path, sha256);
  const target = join(THIRD_PARTY, name);
  const partial = `${target}.partial`;
  mkdirSync(partial, { recursive: true });
  const strip = topFolder ? ['--strip-components=1'] : [];
  await run('tar', ['-xf', path, '-C', partial, ...strip]);
  renameSync(partial, target);
}
