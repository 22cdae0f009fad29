// SPDX-License-Identifier: Apache-2.0
// Formats measured numbers.

/** "0.123", "4.56", "78.9", "123" milliseconds, without the unit. */
export function formatMilliseconds(value) {
  if (!Number.isFinite(value)) return '–';
  if (value === 0) return '0';
  return value.toFixed(value < 1 ? 3 : value < 10 ? 2 : value < 100 ? 1 : 0);
}

/** "4.56 ms"; a dash if there is no value. */
export const withUnit = (value) => (Number.isFinite(value) ? `${formatMilliseconds(value)} ms` : '–');

/** "2.13×" */
export const formatRatio = (ratio) => `${ratio.toFixed(ratio < 10 ? 2 : 1)}×`;

/** "1.2e-7", or "NaN". */
export const formatDifference = (value) =>
  value === 0 ? '0' : Number.isFinite(value) ? value.toExponential(1) : 'NaN';

/** The verdict on an engine and a peer as a sentence; null if there are no times. */
export function sentenceOf({ verdict, ratio, low, high }, name, peer) {
  const interval = `(95 % interval ${formatRatio(low)} to ${formatRatio(high)})`;
  if (verdict === 'no difference') return `${name} and ${peer}: no difference can be told ${interval}`;
  return verdict === 'faster'
    ? `${name} is ${formatRatio(ratio)} as fast as ${peer} ${interval}`
    : `${name} takes ${formatRatio(1 / ratio)} the time of ${peer} (95 % interval ${formatRatio(1 / high)} to ${formatRatio(1 / low)})`;
}

/** Whether the times of a result are valid. The result may come from a file. */
export const isSound = ({ void: reason, correctness }) => !reason && (!correctness || correctness.passed === true);

/** Milliseconds from the start of loading to the first result. */
export const firstResult = ({ load, first }) => load + first;
