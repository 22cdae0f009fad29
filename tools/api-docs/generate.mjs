// SPDX-License-Identifier: Apache-2.0
// Generates the API reference (HTML) from the declarations in dist/ and their comments.
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Application, Logger } from 'typedoc';

import { DIST, VERSION } from '../lib/paths.mjs';
import { ToolError } from '../lib/run.mjs';

const require = createRequire(import.meta.url);
const FOLDER = path.dirname(fileURLToPath(import.meta.url));

/** Placeholder for the site's root folder; replaced once the depth of a page is known. */
const SITE = 'site:';
/** Links to the site's other pages, as in web/common/pages.js. */
const LINKS = { Playground: `${SITE}web/index.html`, Benchmark: `${SITE}benchmark-page/index.html` };

/** Third-party packages whose code is part of the pages. */
const PACKAGES = ['typedoc', 'lunr'];

class Complaints extends Logger {
  texts = [];

  addContext(message) {
    return message;
  }

  log(message, level) {
    // Levels 2 and 3 are warnings and errors.
    if (level >= 2) this.texts.push(message);
  }
}

/**
 * Writes the reference into `folder` after emptying it. Throws a ToolError with TypeDoc's warnings, for example about
 * broken links or unknown parameters.
 *
 * @param {string} folder A folder below the site's root.
 */
export async function generateApiDocs(folder) {
  const declarations = path.join(DIST, 'index.d.ts');
  if (!existsSync(declarations)) throw new ToolError('There are no declarations in dist/; "npm run build" makes them.');
  const app = await Application.bootstrapWithPlugins({
    logLevel: 'Warn',
    name: `tfwasm ${VERSION}`,
    entryPoints: [declarations],
    tsconfig: path.join(FOLDER, 'tsconfig.json'),
    // The build has already type-checked them.
    skipErrorChecking: true,
    // The front page. The other entries export no other names.
    readme: path.join(FOLDER, 'entries.md'),
    disableSources: true,
    disableGit: true,
    highlightLanguages: ['javascript', 'typescript', 'shell'],
    navigationLinks: LINKS,
    excludeExternals: true,
    // Types that are not exported but used by exported ones get pages of their own.
    plugin: [require.resolve('typedoc-plugin-missing-exports')],
    internalModule: 'not exported',
    validation: { notExported: true, invalidLink: true, invalidPath: true },
  });
  app.logger = new Complaints();
  const project = await app.convert();
  if (project) {
    app.validate(project);
    await app.generateDocs(project, folder);
  }
  const { texts } = app.logger;
  if (texts.length > 0 || !project) {
    throw new ToolError('The API reference has faults.', { output: texts.join('\n') });
  }
  linkToSite(folder);
  for (const name of PACKAGES) copyFileSync(licenceOf(name), path.join(folder, `LICENSE-${name}.txt`));
}

/** Makes the links to the other pages relative, so that the site works in any folder. */
function linkToSite(folder) {
  const pages = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.html'));
  for (const name of pages) {
    const file = path.join(folder, name);
    const up = '../'.repeat(name.split(path.sep).length);
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(`"${SITE}`, `"${up}`));
  }
}

function licenceOf(name) {
  const folder = require.resolve
    .paths(name)
    .map((place) => path.join(place, name))
    .find((place) => existsSync(place));
  return path.join(folder, 'LICENSE');
}
