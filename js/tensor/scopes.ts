// SPDX-License-Identifier: Apache-2.0
// The scopes of tidy: which tensors go when a function ends.

/** What a scope looks after. */
export interface Scoped {
  readonly isDisposed: boolean;
  /** Set by keep(): no scope disposes it. */
  kept: boolean;
  dispose(): void;
}

const scopes: Scoped[][] = [];

/** Puts a new tensor into the innermost scope, if there is one. */
export function track(tensor: Scoped): void {
  scopes.at(-1)?.push(tensor);
}

/** Begins a scope, which closeScope ends. */
export function openScope(): void {
  scopes.push([]);
}

/** Ends the innermost scope: what it made is disposed, and the survivors pass on to the scope around it. */
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
 * Runs `f` in a scope of its own. What it made and `survivors` does not name is disposed at the
 * end; the survivors pass on to the scope around it. When `f` throws, nothing survives.
 */
export function runInScope<T>(f: () => T, survivors: (result: T) => Iterable<Scoped>): T {
  const depth = scopes.length;
  const scope: Scoped[] = [];
  scopes.push(scope);
  let surviving: Iterable<Scoped> = [];
  try {
    const result = f();
    // One op that makes one tensor: the most frequent case.
    surviving = scope.length === 1 && scope[0] === (result as unknown) ? scope : survivors(result);
    return result;
  } finally {
    // Scopes that `f` began and did not end go with it.
    while (scopes.length > depth + 1) closeScope([]);
    closeScope(surviving);
  }
}
