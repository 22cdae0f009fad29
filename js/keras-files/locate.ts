// SPDX-License-Identifier: Apache-2.0
// Which objects of a file belong to which parts of a model: by path.
import type { TreeObject } from './file.js';
import { isList, type WeightHolder, type WeightVariable } from './holders.js';
import { toSnakeCase } from './snake-case.js';

export interface Located<V extends WeightVariable> {
  holder: WeightHolder<V>;
  /** For messages, and for assets: where the object is, or should be. */
  path: string;
  /** Undefined if the file does not have it. */
  object: TreeObject | undefined;
}

/** Keras 2.12 to 2.14 name the layers of a model like this. */
const OLD_LAYERS = '_layer_checkpoint_dependencies';

/**
 * Every part of a model once, with its object in the file.
 *
 * @param kerasVersion Keras 2 numbers a layer that is in a list for the second time differently.
 */
export function locateHolders<V extends WeightVariable>(
  root: WeightHolder<V>,
  tree: TreeObject,
  kerasVersion?: string,
): Located<V>[] {
  const found = new Map<WeightHolder<V>, Located<V>>();
  const repeatsCount = !kerasVersion?.startsWith('2.');
  walk(root, '', tree);
  return [...found.values()];

  function walk(holder: WeightHolder<V>, path: string, object: TreeObject | undefined): void {
    if (found.has(holder)) return;
    found.set(holder, { holder, path: object?.path ?? path, object });
    for (const [attribute, child] of inVisitingOrder(holder)) {
      const [name, part] = childNamed(object, spellings(attribute));
      const at = join(path, name);
      if (isList(child)) walkList(child, at, part);
      else walk(child, at, part);
    }
  }

  /** Names are those of classes, with a number from the second on. */
  function walkList(list: readonly WeightHolder<V>[], path: string, object: TreeObject | undefined): void {
    const counts = new Map<string, number>();
    for (const holder of list) {
      if (found.has(holder) && !repeatsCount) continue;
      const className = toSnakeCase(holder.className);
      const count = counts.get(className) ?? 0;
      counts.set(className, count + 1);
      const name = count === 0 ? className : `${className}_${count}`;
      walk(holder, join(path, name), object?.children.get(name));
    }
  }
}

const join = (path: string, name: string) => (path === '' ? name : `${path}/${name}`);

/** The layers of a model come first, then attributes by name, those with an underscore last. */
function inVisitingOrder<V extends WeightVariable>({ children }: WeightHolder<V>) {
  const rank = (name: string) => (name === 'layers' ? 0 : name.startsWith('_') ? 2 : 1);
  return [...children].sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : a > b ? 1 : 0));
}

/** The names that versions of Keras have for an attribute. */
function spellings(attribute: string): string[] {
  if (attribute === 'layers') return [attribute, OLD_LAYERS];
  return [attribute, attribute.startsWith('_') ? attribute.slice(1) : `_${attribute}`];
}

function childNamed(object: TreeObject | undefined, names: readonly string[]): [string, TreeObject | undefined] {
  const name = names.find((spelling) => object?.children.has(spelling)) ?? (names[0] as string);
  return [name, object?.children.get(name)];
}
