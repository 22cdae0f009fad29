// SPDX-License-Identifier: Apache-2.0
// A lock file that serializes the writers of a folder, also of several processes and machines. Node.js only.
import { describeError, TfwasmError } from '../core/errors.js';
import { builtin } from '../core/node-files.js';

export const LOCK_NAME = '.tfwasm-lock';
/** A holder touches its lock this often. */
const BEAT_MS = 2000;
/** A lock that nobody touches for this long is abandoned. */
const SILENCE_MS = 30_000;
const PATIENCE_MS = 5 * 60_000;
const POLL_MS = 20;

interface Owner {
  host: string;
  pid: number;
  /** When the process started. */
  start: number;
  id: string;
}

const fs = (path: string) => builtin('node:fs/promises', path);
const pause = () => new Promise((wake) => setTimeout(wake, POLL_MS * (0.5 + Math.random())));

function newOwner(path: string): Owner {
  const { pid } = process;
  return { host: builtin('node:os', path).hostname(), pid, start: startTime(), id: crypto.randomUUID() };
}

const startTime = () => Date.now() - process.uptime() * 1000;

/**
 * Runs `task` while no other process runs one for the same folder, which must exist.
 *
 * @param task Takes a function that throws if the lock was lost, as can happen while the machine sleeps.
 * @throws E_STORAGE if another holds the lock for minutes.
 */
export async function withFolderLock<T>(
  folder: string,
  task: (checkHeld: () => Promise<void>) => Promise<T>,
): Promise<T> {
  const lock = builtin('node:path', folder).join(folder, LOCK_NAME);
  const me = newOwner(lock);
  const isMine = async () => (await ownerOf(lock))?.id === me.id;
  await acquire(lock, me);
  const beat = setInterval(() => {
    const now = new Date();
    fs(lock)
      .utimes(lock, now, now)
      .catch(() => {});
  }, BEAT_MS);
  beat.unref();
  try {
    return await task(async () => {
      if (!(await isMine())) throw new TfwasmError('E_STORAGE', `another process has taken the lock ${lock}`);
    });
  } finally {
    clearInterval(beat);
    if (await isMine()) await remove(lock);
  }
}

async function acquire(lock: string, me: Owner): Promise<void> {
  const isSilent = watch(lock);
  for (const start = performance.now(); performance.now() - start < PATIENCE_MS; await pause()) {
    try {
      await fs(lock).writeFile(lock, JSON.stringify(me), { flag: 'wx' });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if ((await isDead(await ownerOf(lock))) || (await isSilent())) await breakLock(lock, isSilent);
  }
  const owner = JSON.stringify(await ownerOf(lock));
  throw new TfwasmError('E_STORAGE', `another save has not ended; if none is running, delete ${lock} of ${owner}`);
}

/** undefined if there is no lock, or its content is not written yet. */
async function ownerOf(lock: string): Promise<Owner | undefined> {
  try {
    return JSON.parse(await fs(lock).readFile(lock, 'utf8')) as Owner;
  } catch {
    return undefined;
  }
}

/** Whether the owner was a process of this machine that is gone. */
async function isDead(owner: Owner | undefined): Promise<boolean> {
  if (!owner || owner.host !== builtin('node:os', '').hostname()) return false;
  // Containers give the same number to each main process.
  if (owner.pid === process.pid) return Math.abs(owner.start - startTime()) > 2000;
  try {
    process.kill(owner.pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

/** A function that returns whether a file has not been touched for a while. Clocks of other machines do not matter. */
function watch(file: string): () => Promise<boolean> {
  let last: number | undefined;
  let since = performance.now();
  return async () => {
    const info = await fs(file)
      .stat(file)
      .catch(() => undefined);
    if (info?.mtimeMs !== last) since = performance.now();
    last = info?.mtimeMs;
    return performance.now() - since > SILENCE_MS;
  };
}

/** Removes an abandoned lock. A second file prevents that two processes do so and one removes the new lock of a third. */
async function breakLock(lock: string, isSilent: () => Promise<boolean>): Promise<void> {
  const guard = `${lock}-removal`;
  try {
    await fs(guard).writeFile(guard, '', { flag: 'wx' });
  } catch {
    const info = await fs(guard)
      .stat(guard)
      .catch(() => undefined);
    // Its process was killed within a millisecond.
    if (info && Date.now() - info.mtimeMs > SILENCE_MS) await remove(guard);
    return;
  }
  if ((await isDead(await ownerOf(lock))) || (await isSilent())) await remove(lock);
  await remove(guard);
}

async function remove(file: string): Promise<void> {
  await fs(file)
    .rm(file, { force: true })
    .catch((error) => console.warn(`tfwasm cannot delete ${file}: ${describeError(error)}`));
}
