// SPDX-License-Identifier: Apache-2.0
// Checks that each module of src/ includes only itself and modules below it, that there are no include cycles, and that
// no two headers define types of one name: the linker would take either for both.
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
  errors.push(...duplicateTypes(sources));
  for (const circle of findCircles(includes)) errors.push(`These files include each other: ${circle.join(' -> ')}.`);
  return errors;
}

/** Types that several headers define. Nested ones are indented. */
function duplicateTypes(sources) {
  const places = new Map();
  for (const [path, text] of sources) {
    if (!path.endsWith('.h')) continue;
    for (const [, name] of text.matchAll(/^(?:struct|class|enum class) (\w+)(?: final)?(?: :[^;]*)? \{/gm)) {
      places.set(name, new Set([...(places.get(name) ?? []), path]));
    }
  }
  return [...places]
    .filter(([, paths]) => paths.size > 1)
    .map(([name, paths]) => `${[...paths].join(' and ')} define ${name}.`);
}

export function checkIncludes(note = () => {}) {
  const files = cppFiles(['.cc', '.h']).filter((file) => file.startsWith('src/'));
  const sources = new Map(files.map((file) => [file.slice('src/'.length), readFileSync(join(ROOT, file), 'utf8')]));
  const errors = includeErrors(sources);
  if (errors.length > 0) throw new ToolError('Includes break the order of modules.', { output: errors.join('\n') });
  note(`${files.length} files`);
}

if (isMain(import.meta.url)) await runMain(() => checkIncludes(console.log));
