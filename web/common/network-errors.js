// SPDX-License-Identifier: Apache-2.0
// Says what may be wrong where browsers say "Failed to fetch": they do not tell pages why a request failed.

const NO_ANSWER = /^the request for (\S+) failed: (?!status )/;

/**
 * The error to show instead of an error of loading a model; the same error if there is nothing to add.
 *
 * @param {Error & {code?: string}} error
 */
export function explainNetworkError(error) {
  const [, url] = (error?.code === 'E_HTTP' && NO_ANSWER.exec(error.message)) || [];
  if (!url || !URL.canParse(url, location.href)) return error;
  return Object.assign(new Error(reasonFor(new URL(url, location.href)), { cause: error }), { code: error.code });
}

function reasonFor({ href, host, origin, protocol }) {
  if (!navigator.onLine) {
    return `There is no network, so ${href} cannot be fetched. Stored models and files can be opened all the same.`;
  }
  if (origin === location.origin) return `The server does not answer the request for ${href}. Is it still running?`;
  if (location.protocol === 'https:' && protocol === 'http:') {
    return `Browsers do not let a page with https load ${href}. Use an address with https, or open the files from disk.`;
  }
  return (
    `Either ${host} does not answer, or it does not allow other sites to read ${href}: for that it has to send ` +
    'the header “Access-Control-Allow-Origin” (CORS). You can also download the files and open them here.'
  );
}
