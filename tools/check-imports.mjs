// SPDX-License-Identifier: Apache-2.0
// Finds import cycles: among files, and in js/ also among folders. Type-only and dynamic imports count too.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { isMain } from './lib/main.mjs';
import { ROOT } from './lib/paths.mjs';
import { runMain, ToolError } from './lib/run.mjs';

const FOLDERS = ['js', 'web', 'benchmark-page', 'tools'];
/** In this folder, subfolders may not form import cycles either. */
const ROOMS = 'js';

/** Everything that names another module by a relative path. Statements start at the beginning of a line. */
const IMPORTS = [
  /^(?:import|export)\b[^'"`;()]*\bfrom\s*(['"])(\.[^'"]+)\1/gm,
  /^import\s*(['"])(\.[^'"]+)\1/gm,
  /\bimport\(\s*(['"])(\.[^'"]+)\1\s*\)/g,
  /^declare module\s*(['"])(\.[^'"]+)\1/gm,
];

/** Throws a ToolError whose output lists the import cycles in `folders` of `root`. */
export function checkImports(note = () => {}, folders = FOLDERS, root = ROOT) {
  const imports = readImports(root, folders);
  const circles = [...findCircles(imports).map(describe), ...roomCircles(imports)];
  if (circles.length > 0) throw new ToolError('There are circles of imports.', { output: circles.join('\n') });
  note(`${imports.size} files`);
}

/** The files that each file imports. Paths are relative to `root`. */
export function readImports(root, folders) {
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true })
      .filter((file) => /\.(ts|mjs|js)$/.test(file) && !file.includes('node_modules'))
      .map((file) => join(folder, file)),
  );
  const known = new Set(files);
  return new Map(files.sort().map((file) => [file, importsOf(file, root, known)]));
}

function importsOf(file, root, known) {
  const text = readFileSync(join(root, file), 'utf8');
  const found = new Set();
  for (const pattern of IMPORTS) {
    for (const [, , path] of text.matchAll(pattern)) {
      const target = join(dirname(file), path);
      const source = [target, target.replace(/\.js$/, '.ts'), target.replace(/\.js$/, '.d.ts')].find((name) =>
        known.has(name),
      );
      if (source) found.add(source);
    }
  }
  return found;
}

/**
 * One shortest cycle per strongly connected component. In a cycle, each node imports the next; the last is the first
 * again.
 *
 * @param {Map<string, Set<string>>} imports
 */
export function findCircles(imports) {
  const circles = [];
  const done = new Set();
  for (const start of imports.keys()) {
    if (done.has(start)) continue;
    const circle = shortestWay(imports, start, start);
    if (!circle) continue;
    circles.push(circle);
    for (const node of knotOf(imports, start)) done.add(node);
  }
  return circles;
}

/**
 * The shortest path from one node to another (or back to itself) of at least one import; undefined if there is none.
 */
function shortestWay(imports, from, to) {
  const cameFrom = new Map();
  const waiting = [from];
  for (let node = waiting.shift(); node !== undefined; node = waiting.shift()) {
    for (const next of imports.get(node) ?? []) {
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, node);
      if (next === to) return backtrack(cameFrom, from, to);
      waiting.push(next);
    }
  }
  return undefined;
}

function backtrack(cameFrom, from, to) {
  const way = [to];
  do way.unshift(cameFrom.get(way[0]));
  while (way[0] !== from);
  return way;
}

/** The strongly connected component of a node. */
function knotOf(imports, node) {
  return [...imports.keys()].filter((other) => shortestWay(imports, node, other) && shortestWay(imports, other, node));
}

/** Import cycles among the entries of each folder in ROOMS. */
function roomCircles(imports) {
  const folders = new Set([...imports.keys()].flatMap(parentsOf));
  const rooms = [...folders].filter((folder) => folder === ROOMS || folder.startsWith(`${ROOMS}/`));
  return rooms.sort().flatMap((folder) => {
    const { inside, examples } = importsInside(folder, imports);
    return findCircles(inside)
      .filter((circle) => circle.some((node) => !imports.has(node)))
      .map((circle) => `${describe(circle)}\n${exampleLines(circle, examples)}`);
  });
}

function parentsOf(file) {
  const parent = dirname(file);
  return parent === '.' ? [] : [parent, ...parentsOf(parent)];
}

/** The imports among the entries of a folder, each with one example: a file and what it imports. */
function importsInside(folder, imports) {
  const partOf = (file) => {
    const path = relative(folder, file);
    return path.startsWith('..') ? undefined : join(folder, path.split('/')[0]);
  };
  const inside = new Map();
  const examples = new Map();
  for (const [file, targets] of imports) {
    const from = partOf(file);
    if (!from) continue;
    if (!inside.has(from)) inside.set(from, new Set());
    for (const target of targets) {
      const to = partOf(target);
      if (!to || to === from) continue;
      inside.get(from).add(to);
      examples.set(`${from} ${to}`, [file, target]);
    }
  }
  return { inside, examples };
}

const describe = (nodes) => nodes.join(' -> ');

const exampleLines = (circle, examples) =>
  circle
    .slice(1)
    .map((to, index) => `  ${describe(examples.get(`${circle[index]} ${to}`))}`)
    .join('\n');

if (isMain(import.meta.url)) await runMain(() => checkImports((text) => console.log(`No circles in ${text}.`)));
