// SPDX-License-Identifier: Apache-2.0
// What both charts of a result show: which engines, and on which scale.
import { make } from '../web/common/dom.js';
import { median } from '../web/common/quantiles.js';

/** The variables of theme.css for engines, in the order of a result. */
const COLORS = 4;
export const colorName = (index) => `--chart-${(index % COLORS) + 1}`;

/** From this ratio of two engines' medians on, the faster one would be flat on a linear scale. */
const FLAT = 8;

export class ChartView extends EventTarget {
  #hidden = new Set();
  isLogarithmic;

  /** @param {{id: string, name: string, warmups: number[], samples: number[]}[]} engines With samples. */
  constructor(engines) {
    super();
    this.engines = engines;
    const medians = engines.map(({ samples }) => median(samples)).filter((time) => time > 0);
    this.isLogarithmic = Math.max(...medians) > FLAT * Math.min(...medians);
  }

  /** The engines that are shown, with their index, which decides on the colour. */
  get shown() {
    return this.engines
      .map((engine, index) => ({ engine, index }))
      .filter(({ engine }) => !this.#hidden.has(engine.id));
  }

  /** Checkboxes for the engines and the scale. They are the legend of both charts, too. */
  controls() {
    const engines = this.engines.map(({ id, name }, index) =>
      this.#checkbox(name, true, `var(${colorName(index)})`, (isShown) => {
        if (isShown) this.#hidden.delete(id);
        else this.#hidden.add(id);
      }),
    );
    const hasWarmups = this.engines.some(({ warmups }) => warmups.length > 0);
    return make(
      'div',
      { class: 'row chart-controls', role: 'group', 'aria-label': 'Charts' },
      ...engines,
      hasWarmups && make('span', { class: 'swatch', style: '--swatch: var(--border-strong)' }, 'warm-up, not counted'),
      this.#checkbox('Logarithmic scale', this.isLogarithmic, null, (isLogarithmic) => {
        this.isLogarithmic = isLogarithmic;
      }),
    );
  }

  #checkbox(text, checked, color, change) {
    const onchange = ({ target }) => {
      change(target.checked);
      this.dispatchEvent(new Event('change'));
    };
    const label = color ? make('span', { class: 'swatch', style: `--swatch: ${color}` }, text) : text;
    return make('label', {}, make('input', { type: 'checkbox', checked, onchange }), label);
  }
}
