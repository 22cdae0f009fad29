// SPDX-License-Identifier: Apache-2.0
// Unpacks the C and C++ libraries that tfwasm and its tests are compiled with into `.toolchain/third_party/`.
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

/** A file in the folder of each library, with the library's entry of third-party.json. */
const STAMP = '.pinned.json';

/**
 * Unpacks every library into a folder of its name in `root`, where CMake looks for it.
 *
 * @param {(text: string) => void} note
 * @param {{root?: string, libraries?: object[]}} options For tests.
 */
export async function setUpThirdParty(note, { root = THIRD_PARTY, libraries = LIBRARIES } = {}) {
  const findMissing = () => libraries.filter((library) => !isThere(library, root));
  const sources = [];
  const reasons = [];
  for (const [source, get] of [
    ['TFWASM_THIRD_PARTY', fromFolder],
    ['Debian 13', fromApt],
    ['git', fromGit],
  ]) {
    const missing = findMissing();
    if (missing.length === 0) break;
    try {
      await get(missing, root, note);
      sources.push(source);
    } catch (error) {
      if (!(error instanceof ToolError)) throw error;
      reasons.push(`${source}: ${error.message}`);
    }
  }
  const missing = findMissing();
  if (missing.length === 0) return note(sources.length > 0 ? `from ${sources.join(', ')}` : 'already there');
  throw new ToolError(
    `The sources of ${missing.map(({ name }) => name).join(', ')}, which tfwasm is compiled with, could not be downloaded; ` +
      `put ${missing.map(({ tarball }) => tarball).join(', ')} into a folder and name it in the environment variable ` +
      'TFWASM_THIRD_PARTY.',
    { output: reasons.join('\n') },
  );
}

function isThere(library, root) {
  const stamp = join(root, library.name, STAMP);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === JSON.stringify(library);
}

async function fromFolder(libraries, root) {
  const folder = process.env.TFWASM_THIRD_PARTY;
  if (!folder) throw new ToolError('The environment variable is not set.');
  for (const library of libraries) await unpackTarball(library, folder, root);
}

async function fromApt(libraries, root, note) {
  if (!hasApt()) throw new ToolError('This machine has no apt.');
  const folder = join(TOOLCHAIN, 'apt/sources');
  await downloadSources(
    libraries.map(({ name }) => name),
    folder,
    note,
  );
  for (const library of libraries) await unpackTarball(library, folder, root);
}

export async function fromGit(libraries, root, note) {
  for (const library of libraries) {
    note(library.name);
    await fill(join(root, library.name), library, async (folder) => {
      const inFolder = (...args) => run('git', ['-C', folder, ...args], { timeout: 300_000 });
      await inFolder('init', '--quiet');
      await retry(2, () => inFolder('fetch', '--quiet', '--depth=1', library.git, library.commit));
      await inFolder('checkout', '--quiet', '--detach', library.commit);
    });
  }
}

/** Throws unless the file at `path` has the pinned hash. */
export function checkTarball(path, sha256) {
  if (!existsSync(path)) throw new ToolError(`${path} does not exist.`);
  const found = createHash('sha256').update(readFileSync(path)).digest('hex');
  if (found !== sha256) throw new ToolError(`${path} has SHA-256 ${found}, expected ${sha256}.`);
}

/** Verifies a tarball and unpacks it without its top folder, if it has one. */
async function unpackTarball(library, folder, root) {
  const path = join(folder, library.tarball);
  checkTarball(path, library.sha256);
  const strip = library.topFolder ? ['--strip-components=1'] : [];
  await fill(join(root, library.name), library, (target) => run('tar', ['-xf', path, '-C', target, ...strip]));
}

/** Creates the folder of a library atomically. `action` fills a temporary folder. */
async function fill(folder, library, action) {
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  await action(partial);
  writeFileSync(join(partial, STAMP), JSON.stringify(library));
  rmSync(folder, { recursive: true, force: true });
  renameSync(partial, folder);
}
