// SPDX-License-Identifier: Apache-2.0
// A web server that misbehaves as told.
import { createServer } from 'node:http';

/**
 * @param {Record<string, (request: import('node:http').IncomingMessage,
 *     response: import('node:http').ServerResponse) => void>} routes By path.
 * @returns {Promise<{url: string, requests: string[], close: () => Promise<void>}>} `requests`
 *     fills with what was asked for.
 */
export async function startFaultServer(routes) {
  const requests = [];
  const server = createServer((request, response) => {
    requests.push(request.url);
    const route = routes[new URL(request.url, 'http://localhost').pathname];
    if (route) route(request, response);
    else response.writeHead(404).end('not here');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    requests,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Sends a body as any server does. */
export const send =
  (body, headers = {}) =>
  (_request, response) =>
    response.writeHead(200, headers).end(body);

/** What servers of single-page apps send for files that are not there. */
export const sendPage = send(`<!doctype html><title>app</title>${'<p>x</p>'.repeat(50)}`, {
  'content-type': 'text/html',
});

/** Sends a body without its length and closes the connection, as if that were all. */
export const sendCut = (body) => (request) => {
  request.socket.end(`HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n${body.toString('latin1')}`, 'latin1');
};

/** Promises more than it sends. */
export const sendLess = (body) => (_request, response) => {
  response.writeHead(200, { 'content-length': body.length + 10 });
  response.write(body);
  setTimeout(() => response.destroy(), 20);
};
