// SPDX-License-Identifier: Apache-2.0
// Synchronization between tabs and workers of an origin with Web Locks. Pages without HTTPS have no Web Locks. There
// everything works, except for simultaneous writes from two tabs.

/** Runs `task` while holding a lock, exclusive or shared. */
export async function withLock<T>(name: string, mode: LockMode, task: () => Promise<T>): Promise<T> {
  const locks = globalThis.navigator?.locks;
  if (!locks) return task();
  return (await locks.request(`tfwasm:${name}`, { mode }, task)) as T;
}

/** Acquires a shared lock and returns a function that releases it. */
export function holdLock(name: string): Promise<() => void> {
  return new Promise((resolve, reject) => {
    withLock(name, 'shared', () => new Promise<void>((release) => resolve(release))).catch(reject);
  });
}

/** Runs `task` if the lock is free. */
export async function withFreeLock(name: string, task: () => Promise<void>): Promise<void> {
  const locks = globalThis.navigator?.locks;
  if (!locks) return task();
  await locks.request(`tfwasm:${name}`, { ifAvailable: true }, async (lock) => {
    if (lock) await task();
  });
}

/** Whether the lock is held; false without Web Locks. */
export async function isLockHeld(name: string): Promise<boolean> {
  const locks = globalThis.navigator?.locks;
  return locks ? locks.request(`tfwasm:${name}`, { ifAvailable: true }, async (lock) => lock === null) : false;
}
