// SPDX-License-Identifier: Apache-2.0
// Tables that can be sorted by clicking a column header.
import { make } from './dom.js';

/**
 * @param {object} options
 * @param {string} options.caption
 * @param {{title: string, key: string, number?: boolean, show?: (value: unknown, row: object) => string | Node}[]}
 *     options.columns
 * @param {object[]} options.rows Values by column key.
 * @param {string} options.sortBy A column; numbers sort in descending order.
 */
export function sortableTable({ caption, columns, rows, sortBy }) {
  const body = make('tbody');
  const heads = columns.map(({ title, key, number }) =>
    make(
      'th',
      { scope: 'col', class: number ? 'number' : undefined },
      make('button', { type: 'button', onclick: () => sort(key) }, title),
    ),
  );
  let [sorted, falling] = [null, false];

  function sort(key) {
    const index = columns.findIndex((column) => column.key === key);
    falling = sorted === key ? !falling : Boolean(columns[index].number);
    sorted = key;
    for (const head of heads) head.removeAttribute('aria-sort');
    heads[index].setAttribute('aria-sort', falling ? 'descending' : 'ascending');
    const direction = falling ? -1 : 1;
    const ordered = [...rows].sort((a, b) => direction * compare(a[key], b[key]));
    body.replaceChildren(...ordered.map((row) => make('tr', {}, ...columns.map((column) => cell(column, row)))));
  }

  sort(sortBy);
  return make('table', {}, make('caption', {}, caption), make('thead', {}, make('tr', {}, ...heads)), body);
}

function cell({ key, number, show }, row) {
  return make('td', { class: number ? 'number' : undefined }, show ? show(row[key], row) : String(row[key]));
}

function compare(a, b) {
  return typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b));
}
