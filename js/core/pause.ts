// SPDX-License-Identifier: Apache-2.0

/** Yields to other events. Timers are throttled in hidden tabs. */
export function pause(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  const message = new Promise((resolve) => {
    port1.onmessage = resolve;
    port2.postMessage(null);
  });
  return message.then(() => port1.close());
}
