// SPDX-License-Identifier: Apache-2.0
// Starts the machine's own Chromium without a window, for the benchmark and the tests.
import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { ToolError } from './lib/run.mjs';

const CANDIDATES = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

const FLAGS = [
  '--no-sandbox', // needed as root, e.g. in a container
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Timers and frames of a page that is not in front must not be slowed down.
  '--disable-background-timer-throttling',
  '--disable-renderer-backgrounding',
];

/** Flags for browsers that other programs start; they have to add where the profile is. */
export const HEADLESS_FLAGS = [...FLAGS, '--headless'];

/** Path of a Chromium on this machine, or null. */
export function findChromium() {
  for (const candidate of CANDIDATES) {
    if (!candidate) continue;
    try {
      accessSync(candidate, constants.X_OK);
      return candidate;
    } catch {
      // try the next
    }
  }
  return null;
}

/** Path of a Chromium on this machine. Throws a ToolError that says how to get one. */
export function requireChromium() {
  const path = findChromium();
  if (path) return path;
  throw new ToolError(
    'No Chromium was found: install it (apt-get install chromium) or set CHROMIUM_PATH to its program.',
  );
}

/**
 * Starts a browser with an empty profile. Close it to end its processes and drop the profile.
 *
 * @returns {Promise<{context: import('playwright-core').BrowserContext, close: () => Promise<void>}>}
 */
export async function launchChromium({ flags = [], viewport = { width: 1280, height: 900 } } = {}) {
  const executablePath = requireChromium();
  const { chromium } = await import('playwright-core');
  const profile = await mkdtemp(path.join(tmpdir(), 'tfwasm-chromium-'));
  const removeProfile = () => rm(profile, { recursive: true, force: true, maxRetries: 5 });
  try {
    const context = await chromium.launchPersistentContext(profile, {
      executablePath,
      headless: true,
      args: [...FLAGS, ...flags],
      viewport,
    });
    return {
      context,
      close: async () => {
        await context.close();
        await removeProfile();
      },
    };
  } catch (error) {
    await removeProfile();
    throw error;
  }
}
