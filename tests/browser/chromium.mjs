// SPDX-License-Identifier: Apache-2.0
// One Chromium per test file. Pages collect errors. Closing ends only what was opened here.
import { launchChromium } from '../../tools/chromium.mjs';
import { HANGS_AFTER_MS } from '../until.mjs';

/**
 * Starts a browser for a test file.
 *
 * @returns {Promise<{newPage: typeof newPage, close: () => Promise<void>}>}
 */
export async function startBrowser(options) {
  const { context, close } = await launchChromium(options);
  return { newPage: (pageOptions) => newPage(context, pageOptions), close };
}

/**
 * A page whose `problems` list collects uncaught errors, console errors and failed requests.
 *
 * @returns {Promise<{page: import('playwright-core').Page, problems: string[], requests: string[]}>}
 */
async function newPage(context, { viewport, colorScheme } = {}) {
  const page = await context.newPage();
  page.setDefaultTimeout(HANGS_AFTER_MS);
  if (viewport) await page.setViewportSize(viewport);
  if (colorScheme) await page.emulateMedia({ colorScheme });
  const problems = [];
  const requests = [];
  page.on('pageerror', (error) => problems.push(`uncaught: ${error.stack ?? error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => requests.push(request.url()));
  page.on('requestfailed', (request) => problems.push(`request: ${request.url()} ${request.failure()?.errorText}`));
  page.on('response', (response) => {
    if (response.status() >= 400) problems.push(`request: ${response.url()} ${response.status()}`);
  });
  return { page, problems, requests };
}
