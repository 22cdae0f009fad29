// SPDX-License-Identifier: Apache-2.0
// Tables. A cell is a text, nodes, or `{number}`, which is right-aligned.
import { make } from './dom.js';

function makeCell(tag, properties, cell) {
  return cell && typeof cell === 'object' && 'number' in cell
    ? make(tag, { ...properties, class: 'number' }, cell.number)
    : make(tag, properties, cell || '');
}

/** A row with a header cell. */
export function tableRow(head, ...cells) {
  return make('tr', {}, make('th', { scope: 'row' }, head), ...cells.map((cell) => makeCell('td', {}, cell)));
}

/**
 * @param {object} options
 * @param {string} [options.caption]
 * @param {readonly unknown[]} [options.heads] Column headers; null for an empty corner.
 * @param {readonly HTMLTableRowElement[]} options.rows
 */
export function table({ caption, heads, rows }) {
  const head = (cell) => (cell === null ? make('td') : makeCell('th', { scope: 'col' }, cell));
  return make(
    'table',
    {},
    caption && make('caption', {}, caption),
    heads && make('thead', {}, make('tr', {}, ...heads.map(head))),
    make('tbody', {}, ...rows),
  );
}

/** A scrollable region for wide content, also usable with the keyboard. */
export function scrollRegion(label, content) {
  return make('div', { class: 'table-scroll', role: 'region', tabIndex: 0, 'aria-label': label }, content);
}
