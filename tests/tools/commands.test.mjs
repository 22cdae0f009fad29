// SPDX-License-Identifier: Apache-2.0
// The commands, files and headings that documents and workflows refer to exist.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';

import { ROOT } from '../../tools/lib/paths.mjs';

const below = (folder, suffix) =>
  readdirSync(path.join(ROOT, folder), { recursive: true })
    .filter((name) => name.endsWith(suffix))
    .map((name) => path.join(folder, name));
const documents = [...readdirSync(ROOT).filter((name) => name.endsWith('.md')), ...below('docs', '.md')];
const textOf = (name) => readFileSync(path.join(ROOT, name), 'utf8');

/** The anchors of a document: those that GitHub derives from its headings, and explicit ones. */
function anchorsOf(text) {
  const headings = Array.from(text.matchAll(/^#+ (.+)$/gm), ([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-'),
  );
  return [...headings, ...Array.from(text.matchAll(/ id="([^"]+)"/g), ([, id]) => id)];
}

describe('documents and workflows', () => {
  const { scripts } = JSON.parse(textOf('package.json'));

  for (const name of [...documents, ...below('.github', '.yml')]) {
    test(`${name}: commands exist`, () => {
      const commands = Array.from(textOf(name).matchAll(/npm run ([\w:-]+)/g), ([, command]) => command);
      assert.deepEqual(
        commands.filter((command) => !Object.hasOwn(scripts, command)),
        [],
      );
    });
  }

  for (const name of documents) {
    test(`${name}: links lead somewhere`, () => {
      const links = Array.from(textOf(name).matchAll(/\]\(([^)\s]+)\)/g), ([, link]) => link);
      for (const link of links.filter((target) => !/^[a-z]+:/.test(target))) {
        const [file, anchor] = link.split('#');
        const target = file === '' ? name : path.join(path.dirname(name), file);
        assert.ok(existsSync(path.join(ROOT, target)), `${link}: there is no ${target}`);
        if (anchor !== undefined)
          assert.ok(anchorsOf(textOf(target)).includes(anchor), `${link}: there is no #${anchor}`);
      }
    });
  }
});
