// SPDX-License-Identifier: Apache-2.0
// An engine in a worker.
import { serveCommands } from './realm.js';

serveCommands(globalThis);
postMessage({ ready: true });
