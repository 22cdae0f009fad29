// SPDX-License-Identifier: Apache-2.0
// A web server with configurable faults.
import { createServer } from 'node:http';

/**
 * @param {Record<string, (request: import('node:http').IncomingMessage, response: import('node:http').ServerResponse)
 *     => void>} routes By path.
 * @returns {Promise<{url: string, requests: string[], close: () => Promise<void>}>} `requests` collects the requested
 *     paths.
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

/** Sends a body normally. */
export const send =
  (body, headers = {}) =>
  (_request, response) =>
    response.writeHead(200, headers).end(body);

/** The HTML that servers of single-page apps send for missing files. */
export const sendPage = send(`<!doctype html><title>app</title>${'<p>x</p>'.repeat(50)}`, {
  'content-type': 'text/html',
});

/** Sends a body without Content-Length and closes the connection. */
export const sendCut = (body) => (request) => {
  request.socket.end(`HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n${body.toString('latin1')}`, 'latin1');
};

/** Announces more bytes than it sends. */
export const sendLess = (body) => (_request, response) => {
  response.writeHead(200, { 'content-length': body.length + 10 });
  response.write(body);
  setTimeout(() => response.destroy(), 20);
};
