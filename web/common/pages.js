// SPDX-License-Identifier: Apache-2.0

/** The pages in the header. Their folders are side by side. `npm run site` appends the pages that it generates. */
export const PAGES = [
  { title: 'Playground', url: '../web/index.html' },
  { title: 'Benchmark', url: '../benchmark-page/index.html' },
];
