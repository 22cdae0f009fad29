// SPDX-License-Identifier: Apache-2.0

/**
 * The pages that the header of each leads to. They lie in folders side by side. `npm run site` adds those that only it
 * makes, here at the end.
 */
export const PAGES = [
  { title: 'Playground', url: '../web/index.html' },
  { title: 'Benchmark', url: '../benchmark-page/index.html' },
];
