// SPDX-License-Identifier: Apache-2.0
// From a fresh clone to a running demo: setup, build, the demo in Node.js, then the pages.
//
//   npm start                 serves http://localhost:8080 after the demo
//   npm start -- --port 9000  another port
//   npm start -- --once       exits after the demo
import { parseArgs } from 'node:util';
import { build, buildSteps } from './build.mjs';
import { Progress } from './lib/progress.mjs';
import { runMain, ToolError } from './lib/run.mjs';
import { VARIANTS } from './lib/variants.mjs';
import { SETUP_STEPS, setUp } from './setup.mjs';

/** Node.js uses this variant. Browsers use the best one that they support. */
const FIRST_VARIANTS = ['simd'];

async function start() {
  const { values } = parseArgs({ options: { once: { type: 'boolean' }, port: { type: 'string', default: '8080' } } });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new ToolError(`"${values.port}" is no port number.`);

  const progress = new Progress(SETUP_STEPS + buildSteps(FIRST_VARIANTS));
  await setUp(progress);
  await build(progress, FIRST_VARIANTS);
  console.log();
  // Imported late, since setup has just installed their dependencies.
  const { runDemo } = await import('./demo.mjs');
  await runDemo();
  if (values.once) return;

  console.log('\nThe variants for browsers:');
  await build(new Progress(buildSteps(VARIANTS)), VARIANTS);
  const { startServer } = await import('./serve.mjs');
  const { url } = await startServer({ port }).catch((error) => {
    throw new ToolError(error.message, { cause: error });
  });
  console.log(`\nServing the pages on ${url} (stop with Ctrl+C).`);
}

await runMain(start);
