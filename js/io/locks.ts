// SPDX-License-Identifier: Apache-2.0
// Order among tabs and workers of one origin, by Web Locks. Where there are none, as on pages
// without HTTPS, everything still works, except for two tabs that write at the same moment.

/** Runs `task` while nobody else holds the lock, or nobody else holds it exclusively. */
export async function withLock<T>(name: string, mode: LockMode, task: () => Promise<T>): Promise<T> {
  const locks = globalThis.navigator?.locks;
  if (!locks) return task();
  return (await locks.request(`tfwasm:${name}`, { mode }, task)) as T;
}

/** Takes a shared lock and returns what gives it back. */
export function holdLock(name: string): Promise<() => void> {
  return new Promise((resolve, reject) => {
    withLock(name, 'shared', () => new Promise<void>((release) => resolve(release))).catch(reject);
  });
}

/** Runs `task`, unless somebody holds the lock now. */
export async function withFreeLock(name: string, task: () => Promise<void>): Promise<void> {
  const locks = globalThis.navigator?.locks;
  if (!locks) return task();
  await locks.request(`tfwasm:${name}`, { ifAvailable: true }, async (lock) => {
    if (lock) await task();
  });
}

/** Whether somebody holds the lock now; false where there are no locks. */
export async function isLockHeld(name: string): Promise<boolean> {
  const locks = globalThis.navigator?.locks;
  return locks ? locks.request(`tfwasm:${name}`, { ifAvailable: true }, async (lock) => lock === null) : false;
}
