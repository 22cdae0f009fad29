// SPDX-License-Identifier: Apache-2.0
// Runs an engine on the main thread of an iframe, which can be destroyed with everything in it.
import { serveCommands } from './realm.js';

const { port1, port2 } = new MessageChannel();
serveCommands(port1);
parent.postMessage({ tfwasmFrame: new URLSearchParams(location.search).get('id') }, location.origin, [port2]);
