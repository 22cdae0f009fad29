// SPDX-License-Identifier: Apache-2.0
// Formats numbers, sizes, times, shapes and dates.

const integer = new Intl.NumberFormat('en');
const byteUnits = ['kB', 'MB', 'GB', 'TB'];

/** "1,234" */
export const formatCount = (value) => integer.format(value);

/** "1 node", "2 nodes" */
export const plural = (count, noun) => `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;

/** "4.65 MB": decimal units, as browsers and disks count. */
export function formatBytes(bytes) {
  if (!Number.isFinite(bytes)) return 'unknown';
  if (bytes < 1000) return plural(bytes, 'byte');
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 999.5 && unit < byteUnits.length - 1) {
    value /= 1000;
    ++unit;
  }
  return `${value.toPrecision(3)} ${byteUnits[unit]}`;
}

/** "4.26 ms", "1.3 s" */
export function formatTime(milliseconds) {
  if (milliseconds >= 10000) return `${Math.round(milliseconds / 1000)} s`;
  if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(1)} s`;
  if (milliseconds >= 100) return `${Math.round(milliseconds)} ms`;
  return `${milliseconds.toFixed(milliseconds >= 10 ? 1 : 2)} ms`;
}

/** Up to five significant digits, without trailing zeros. */
export function formatNumber(value) {
  if (typeof value !== 'number' || Number.isInteger(value)) return String(value);
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  return size >= 1e6 || size < 1e-4 ? value.toExponential(3) : String(Number(value.toPrecision(5)));
}

/** "12.3 %" */
export const formatShare = (share) => `${(100 * share).toFixed(1)} %`;

/** "[1, 192, 192, 3]"; "?" for any size, "any shape" for unknown rank. */
export function formatShape(shape) {
  return shape ? `[${shape.map((size) => (size < 0 ? '?' : size)).join(', ')}]` : 'any shape';
}

/** "21 Nov 2026, 14:05" */
export function formatDate(date) {
  const value = new Date(date);
  return Number.isNaN(value.getTime())
    ? 'unknown'
    : value.toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
}
