// SPDX-License-Identifier: Apache-2.0
// Starts the installed Chromium headless, for the benchmark and the tests.
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
  // Prevents throttling of timers and frames in background pages.
  '--disable-background-timer-throttling',
  '--disable-renderer-backgrounding',
];

/** Flags for other launchers, which add the profile themselves. */
export const HEADLESS_FLAGS = [...FLAGS, '--headless'];

/** The path of an installed Chromium, or null. */
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

/** The path of an installed Chromium. Throws a ToolError with instructions if there is none. */
export function requireChromium() {
  const path = findChromium();
  if (path) return path;
  throw new ToolError(
    'No Chromium was found: install it (apt-get install chromium) or set CHROMIUM_PATH to its program.',
  );
}

/**
 * Starts a browser with an empty profile. close() ends its processes and deletes the profile.
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
