// SPDX-License-Identifier: Apache-2.0
// All values of a tensor as a table, page by page: a row for each index of the leading dimensions, a column for each of
// the last one.
import { setEnabled } from '../common/buttons.js';
import { make, smallButton } from '../common/dom.js';
import { formatCount } from '../common/format.js';
import { scrollRegion, table, tableRow } from '../common/tables.js';

const ROWS = 15;
const COLUMNS = 8;

/**
 * @param {object} options
 * @param {string} options.name For screen readers.
 * @param {number[]} options.shape At least one dimension, and one value.
 * @param {(index: number) => string} options.show The value at an index of the flat tensor, as text.
 */
export function valueTable({ name, shape, show }) {
  // A vector is a column.
  const width = shape.length > 1 ? shape.at(-1) : 1;
  const leading = shape.length > 1 ? shape.slice(0, -1) : shape;
  const rows = leading.reduce((product, size) => product * size, 1);
  const place = scrollRegion(`Values of ${name}`, '');
  const pagers = [
    new Pager({ what: 'row', count: rows, step: ROWS, onChange: draw }),
    new Pager({ what: 'column', count: width, step: COLUMNS, onChange: draw }),
  ];

  function draw() {
    const [down, across] = pagers.map(({ indices }) => indices());
    const heads = [leading.length > 1 ? 'index' : 'row', ...across.map((column) => ({ number: formatCount(column) }))];
    const body = down.map((row) =>
      tableRow(indexText(row, leading), ...across.map((column) => ({ number: show(row * width + column) }))),
    );
    place.replaceChildren(table({ heads: width > 1 ? heads : [heads[0], { number: 'value' }], rows: body }));
    place.scrollTop = 0;
  }

  draw();
  return make('div', { class: 'value-table' }, place, ...pagers.map(({ root }) => root));
}

/** "0, 17": the position of a row in the leading dimensions. A batch of one is left out. */
function indexText(row, leading) {
  const sizes = leading.length > 1 && leading[0] === 1 ? leading.slice(1) : leading;
  const position = [];
  for (let rest = row, axis = sizes.length - 1; axis >= 0; --axis) {
    position.unshift(rest % sizes[axis]);
    rest = Math.floor(rest / sizes[axis]);
  }
  return position.map(formatCount).join(' · ');
}

/** Buttons to go through rows or columns; nothing if all fit on one page. */
class Pager {
  #options;
  #start = 0;
  #text = make('span', { class: 'hint', role: 'status' });
  #previous = smallButton('Previous', () => this.#go(this.#start - this.#options.step));
  #next = smallButton('Next', () => this.#go(this.#start + this.#options.step));
  #field;
  root = null;

  /** @param {{what: string, count: number, step: number, onChange: () => void}} options */
  constructor(options) {
    this.#options = options;
    const { what, count, step } = options;
    if (count <= step) return;
    this.#field = make('input', {
      type: 'number',
      min: 0,
      max: count - 1,
      value: 0,
      onchange: ({ target }) => target.validity.valid && this.#go(target.valueAsNumber || 0),
    });
    for (const [button, text] of [
      [this.#previous, `Previous ${what}s`],
      [this.#next, `Next ${what}s`],
    ]) {
      button.setAttribute('aria-label', text);
    }
    const label = make('label', { class: 'pager-field' }, `From ${what}`, this.#field);
    this.root = make('div', { class: 'row pager' }, this.#previous, this.#next, label, this.#text);
    this.#show();
  }

  /** The indices of the page. */
  indices = () => {
    const { count, step } = this.#options;
    return Array.from({ length: Math.min(step, count - this.#start) }, (_, index) => this.#start + index);
  };

  #go(start) {
    const { count, onChange } = this.#options;
    this.#start = Math.max(0, Math.min(count - 1, start));
    this.#show();
    onChange();
  }

  #show() {
    const { what, count, step } = this.#options;
    const last = Math.min(this.#start + step, count) - 1;
    this.#text.textContent = `${what}s ${formatCount(this.#start)} to ${formatCount(last)} of ${formatCount(count)}`;
    this.#field.value = this.#start;
    setEnabled(this.#previous, this.#start > 0);
    setEnabled(this.#next, last + 1 < count);
  }
}
