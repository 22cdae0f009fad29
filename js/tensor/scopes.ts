// SPDX-License-Identifier: Apache-2.0
// The scopes of tidy, which own new tensors.

/** An object that a scope can own. */
export interface Scoped {
  readonly isDisposed: boolean;
  /** Set by keep(): scopes do not dispose it. */
  kept: boolean;
  dispose(): void;
}

const scopes: Scoped[][] = [];

/** Adds a new tensor to the innermost scope, if there is one. */
export function track(tensor: Scoped): void {
  scopes.at(-1)?.push(tensor);
}

/** Opens a scope. closeScope closes it. */
export function openScope(): void {
  scopes.push([]);
}

/** Closes the innermost scope: disposes its tensors, and moves survivors to the enclosing scope. */
export function closeScope(survivors: Iterable<Scoped>): void {
  const scope = scopes.pop();
  if (!scope || scope.length === 0) return;
  if (survivors === scope) {
    scopes.at(-1)?.push(...scope);
    return;
  }
  const surviving = new Set(survivors);
  for (const tensor of scope) {
    if (tensor.kept) continue;
    if (surviving.has(tensor)) track(tensor);
    else tensor.dispose();
  }
}

/**
 * Calls `f` in a scope. At the end, disposes its tensors except `survivors`, which move to the enclosing scope. If `f`
 * throws, nothing survives.
 */
export function runInScope<Arguments extends unknown[], T>(
  f: (...given: Arguments) => T,
  survivors: (result: T) => Iterable<Scoped>,
  given: Arguments,
): T {
  const depth = scopes.length;
  const scope: Scoped[] = [];
  scopes.push(scope);
  let surviving: Iterable<Scoped> = [];
  try {
    const result = f(...given);
    // Fast path for one op that creates one tensor.
    surviving = scope.length === 1 && scope[0] === (result as unknown) ? scope : survivors(result);
    return result;
  } finally {
    // Closes scopes that `f` left open.
    while (scopes.length > depth + 1) closeScope([]);
    closeScope(surviving);
  }
}
