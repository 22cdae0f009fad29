// SPDX-License-Identifier: Apache-2.0
// Checks that each module of src/ includes only itself and modules below it, and that there are no include cycles.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findCircles } from './check-imports.mjs';
import { cppFiles } from './lib/cpp-files.mjs';
import { isMain } from './lib/main.mjs';
import { ROOT } from './lib/paths.mjs';
import { runMain, ToolError } from './lib/run.mjs';

/** The modules of src/, lowest first (docs/architecture.md). */
const MODULES = [
  'core',
  'kernels',
  'graph',
  'ops',
  'passes',
  'executor',
  'autodiff',
  'layers',
  'training',
  'convert',
  'bindings',
];

const moduleOf = (path) => path.slice(0, path.indexOf('/'));

/** The project headers that `text` includes, as paths relative to src/. */
const includesOf = (text) => [...text.matchAll(/^#include "([^"]+)"/gm)].map((match) => match[1]);

/** Errors in the includes of `sources`, a map from path (relative to src/) to text. One sentence each. */
export function includeErrors(sources) {
  const errors = [];
  for (const [path, text] of sources) {
    const place = MODULES.indexOf(moduleOf(path));
    if (place < 0) errors.push(`src/${path}: the module ${moduleOf(path)} has no place in the order of modules.`);
    for (const included of includesOf(text)) {
      if (!sources.has(included)) {
        errors.push(`src/${path} includes ${included}, which is no file of src/.`);
      } else if (place >= 0 && MODULES.indexOf(moduleOf(included)) > place) {
        errors.push(`src/${path} includes ${included}: ${moduleOf(path)} comes before ${moduleOf(included)}.`);
      }
    }
  }
  const includes = new Map([...sources].map(([path, text]) => [path, new Set(includesOf(text))]));
  for (const circle of findCircles(includes)) errors.push(`These files include each other: ${circle.join(' -> ')}.`);
  return errors;
}

export function checkIncludes(note = () => {}) {
  const files = cppFiles(['.cc', '.h']).filter((file) => file.startsWith('src/'));
  const sources = new Map(files.map((file) => [file.slice('src/'.length), readFileSync(join(ROOT, file), 'utf8')]));
  const errors = includeErrors(sources);
  if (errors.length > 0) throw new ToolError('Includes break the order of modules.', { output: errors.join('\n') });
  note(`${files.length} files`);
}

if (isMain(import.meta.url)) await runMain(() => checkIncludes(console.log));
