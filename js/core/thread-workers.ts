// SPDX-License-Identifier: Apache-2.0
// The workers of the threaded variants.
import { describeError } from './errors.js';
import { isNode } from './node-detection.js';
import { builtin } from './node-files.js';

/** The name of the workers, by which glue-threads.js recognizes that it runs in one. */
const NAME = 'em-pthread';

/** What a worker's error event may have: nothing if its script cannot be loaded. */
export interface WorkerErrorEvent {
  message?: string;
  filename?: string;
  lineno?: number;
  preventDefault?(): void;
}

/** The script of the workers. */
function scriptUrl(): URL {
  // Bundlers copy this file, as they do with the binaries. They do not see a worker in it. Turbopack gives a path.
  const { href } = new URL('./glue-threads.js', import.meta.url);
  return URL.canParse(href) ? new URL(href) : new URL(href, globalThis.origin);
}

const isForeign = (url: URL) => url.origin !== globalThis.origin;

/** The workers of one core. */
export class ThreadWorkers {
  readonly #workers: { terminate(): unknown }[] = [];
  #blobUrl = '';

  /** Starts a worker that runs the script of the threads. */
  start(): Worker {
    const worker = isNode() ? startInNode() : new Worker(this.#url(), { type: 'module', name: NAME });
    this.#workers.push(worker);
    return worker;
  }

  /** After all workers have started. */
  release(): void {
    if (this.#blobUrl) URL.revokeObjectURL(this.#blobUrl);
    this.#blobUrl = '';
  }

  /** After a start that failed. */
  terminate(): void {
    for (const worker of this.#workers) worker.terminate();
  }

  /** Browsers start scripts of the page's own origin only; a blob is of that origin, and may import any script. */
  #url(): string | URL {
    const url = scriptUrl();
    if (!isForeign(url)) return url;
    const source = `import ${JSON.stringify(url.href)};`;
    this.#blobUrl ||= URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
    return this.#blobUrl;
  }
}

function startInNode(): Worker {
  const { Worker } = builtin('node:worker_threads', 'threads');
  return new Worker(scriptUrl(), { workerData: NAME }) as unknown as Worker;
}

/** Why a worker has not started, or has failed. */
export async function describeFailure({ message, filename, lineno }: WorkerErrorEvent): Promise<string> {
  if (message) return filename ? `${message} (${filename}:${lineno})` : message;
  const url = scriptUrl();
  try {
    const { status, headers } = await fetch(url);
    const type = headers.get('content-type') ?? '';
    if (status !== 200 || !/javascript/i.test(type)) return `${url} is served with status ${status} as ${type}`;
    if (!isForeign(url) && !headers.has('cross-origin-embedder-policy')) {
      return `${url} is served without the header Cross-Origin-Embedder-Policy`;
    }
    return `the Content-Security-Policy may lack worker-src ${isForeign(url) ? 'blob:' : "'self'"}`;
  } catch (error) {
    return `cannot fetch ${url}: ${describeError(error)}`;
  }
}
