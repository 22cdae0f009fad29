// SPDX-License-Identifier: Apache-2.0
// Synchronization between tabs and workers of an origin with Web Locks. Pages without HTTPS have no Web Locks, and
// sandboxed frames are not allowed to use them. There everything works, except for simultaneous writes from two tabs.

/** Runs `task` with a lock; with undefined if there are no Web Locks, with null if `options` say not to wait. */
async function request<T>(
  name: string,
  options: LockOptions,
  task: (lock: Lock | null | undefined) => Promise<T>,
): Promise<T> {
  let isRunning = false;
  const run = (lock?: Lock | null) => {
    isRunning = true;
    return task(lock);
  };
  try {
    const locks = globalThis.navigator?.locks;
    return locks ? ((await locks.request(`tfwasm:${name}`, options, run)) as T) : await run();
  } catch (error) {
    if (isRunning || (error as Error | null)?.name !== 'SecurityError') throw error;
    return run();
  }
}

/** Runs `task` while holding a lock, exclusive or shared. */
export function withLock<T>(name: string, mode: LockMode, task: () => Promise<T>): Promise<T> {
  return request(name, { mode }, task);
}

/** Acquires a shared lock and returns a function that releases it. */
export function holdLock(name: string): Promise<() => void> {
  return new Promise((resolve, reject) => {
    withLock(name, 'shared', () => new Promise<void>((release) => resolve(release))).catch(reject);
  });
}

/** Runs `task` if the lock is free. */
export async function withFreeLock(name: string, task: () => Promise<void>): Promise<void> {
  await request(name, { ifAvailable: true }, async (lock) => {
    if (lock !== null) await task();
  });
}

/** Whether the lock is held; false without Web Locks. */
export function isLockHeld(name: string): Promise<boolean> {
  return request(name, { ifAvailable: true }, async (lock) => lock === null);
}
