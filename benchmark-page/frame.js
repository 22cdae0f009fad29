// SPDX-License-Identifier: Apache-2.0
// An engine on the main thread: in a frame, which can be thrown away with all that is in it.
import { serveCommands } from './realm.js';

const { port1, port2 } = new MessageChannel();
serveCommands(port1);
parent.postMessage({ tfwasmFrame: new URLSearchParams(location.search).get('id') }, location.origin, [port2]);
