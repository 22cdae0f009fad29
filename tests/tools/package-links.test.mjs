// SPDX-License-Identifier: Apache-2.0
// The npm package has every file that its documents and pages link to.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, test } from 'node:test';

import { ROOT } from '../../tools/lib/paths.mjs';
import { run } from '../../tools/lib/run.mjs';

describe('the documents of the package', () => {
  let files;

  before(async () => {
    const quiet = ['--ignore-scripts', '--loglevel=error'];
    const { stdout } = await run('npm', ['pack', '--dry-run', '--json', ...quiet], { cwd: ROOT });
    files = new Set(JSON.parse(stdout)[0].files.map((file) => file.path));
  });

  test('link to files that are in it', () => {
    const documents = [...files].filter((file) => file.endsWith('.md'));
    assert.ok(documents.includes('README.md') && documents.length > 10, String(documents));
    const dead = documents.flatMap((file) => linksOf(file).filter((target) => !isThere(target)));
    assert.deepEqual(dead, []);
  });

  /** A file, or a folder of files. */
  const isThere = (target) => files.has(target) || [...files].some((file) => file.startsWith(`${target}/`));
});

/** The files that a document links to or shows, relative to the root. */
function linksOf(file) {
  const text = readFileSync(path.join(ROOT, file), 'utf8');
  const found = [...text.matchAll(/\]\(([^)\s]+)\)/g), ...text.matchAll(/(?:src|srcset|href)="([^"\s]+)"/g)];
  const links = found
    .map(([, link]) => link.split('#')[0])
    .filter((link) => link !== '' && !/^([a-z]+:|\/)/.test(link));
  return links.map((link) => path.join(path.dirname(file), link));
}
