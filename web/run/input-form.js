// SPDX-License-Identifier: Apache-2.0
// The form for an input of a model: unknown dimensions and the source of values.
import { make, options } from '../common/dom.js';
import { formatShape } from '../common/format.js';
import { takesImages, usualRange, usualSize } from '../common/picture/image.js';
import { PictureSource } from '../common/picture/picture-source.js';
import { parseShape } from '../common/values.js';
import { checkShape, makeRandom, parseValues } from './values.js';

const SOURCES = { image: 'Picture', values: 'Typed values', random: 'Random', zeros: 'Zeros' };

export class InputForm {
  #info;
  #dtype;
  #sizes = [];
  #shapeField = null;
  #source;
  #panes;
  #picture = null;

  /**
   * @param {object} options
   * @param {{name: string, shape?: number[], dtype?: string}} options.info
   * @param {string} options.key Display name.
   * @param {string} options.id Prefix of the ids of its fields.
   * @param {readonly number[]} [options.range] The model's usual input range.
   */
  constructor({ info, key, id, range }) {
    this.#info = info;
    this.#dtype = info.dtype ?? 'float32';
    const images = takesImages(info.shape) && this.#dtype !== 'string';
    if (images) this.#picture = new PictureSource({ id, range: range ?? usualRange(this.#dtype) });
    const sources = Object.entries(SOURCES).filter(([source]) => {
      if (source === 'image') return images;
      return this.#dtype !== 'string' || source === 'values';
    });
    this.#source = make(
      'select',
      { id: `${id}-source`, onchange: () => this.#showPane() },
      ...options(Object.fromEntries(sources)),
    );
    if (!images && this.#dtype !== 'string') this.#source.value = 'random';
    this.#panes = {
      image: this.#picture?.root,
      values: this.#makeValues(id),
      random: this.#makeRandom(id, range ?? (this.#dtype === 'int32' ? [0, 9] : [0, 1])),
      zeros: make('p', { class: 'hint' }, 'Every value is 0.'),
    };
    this.root = make(
      'fieldset',
      { class: 'model-input' },
      make('legend', {}, key, ' ', make('span', { class: 'hint' }, `${this.#dtype} ${formatShape(info.shape)}`)),
      this.#makeDimensions(id),
      make('label', {}, 'Values from', this.#source),
      ...Object.values(this.#panes).filter(Boolean),
    );
    this.#showPane();
  }

  /** Does work in advance of the first run. */
  async prepare() {
    if (this.#source.value === 'image') await this.#picture.prepare();
  }

  release() {
    this.#picture?.release();
  }

  /** The picture that is fed; null if other values are. */
  get picture() {
    return this.#source.value === 'image' ? this.#picture : null;
  }

  /** @returns {Promise<{tensor: object, picture?: ImageBitmap, place?: object}>} The caller must dispose the tensor. */
  async toInput(tf) {
    const shape = this.#shape();
    checkShape(shape);
    switch (this.#source.value) {
      case 'image':
        return this.#picture.toInput(tf, shape, this.#dtype);
      case 'zeros':
        return { tensor: tf.zeros(shape, this.#dtype) };
      case 'random': {
        const [low, high, seed] = this.#panes.random.querySelectorAll('input');
        const range = [low.valueAsNumber, high.valueAsNumber];
        return {
          tensor: tf.tensor(makeRandom(this.#dtype, shape, range, seed.valueAsNumber || 0), shape, this.#dtype),
        };
      }
      default: {
        const text = this.#panes.values.querySelector('textarea').value;
        return { tensor: tf.tensor(parseValues(text, this.#dtype, shape), shape, this.#dtype) };
      }
    }
  }

  #shape() {
    if (this.#shapeField) return parseShape(this.#shapeField.value);
    return this.#info.shape.map((size, index) => this.#sizes[index]?.valueAsNumber ?? size);
  }

  /** Creates fields for unknown dimensions. */
  #makeDimensions(id) {
    const { shape } = this.#info;
    if (!shape) {
      this.#shapeField = make('input', { id: `${id}-shape`, value: '1', autocomplete: 'off' });
      return make('label', {}, 'Shape, such as 1, 224, 224, 3', this.#shapeField);
    }
    if (shape.every((size) => size >= 0)) return null;
    const fields = shape.map((size, index) => {
      if (size >= 0) return null;
      const value = usualSize(shape, index);
      const field = make('input', { type: 'number', min: 0, step: 1, value, id: `${id}-size-${index}` });
      this.#sizes[index] = field;
      return make('label', { class: 'size' }, `Dimension ${index}`, field);
    });
    return make('div', { class: 'row dimensions' }, ...fields);
  }

  #makeValues(id) {
    const hint = {
      string: 'One text a line, or a JSON list of texts.',
      bool: 'true or false, between commas, or a JSON list. One value fills all.',
    };
    return make(
      'label',
      {},
      'Values',
      make('textarea', {
        id: `${id}-values`,
        spellcheck: false,
        placeholder: this.#dtype === 'string' ? '' : '1, 2, 3',
      }),
      make(
        'span',
        { class: 'hint' },
        hint[this.#dtype] ?? 'Numbers between commas, or a JSON list. One number fills all.',
      ),
    );
  }

  #makeRandom(id, [low, high]) {
    const field = (name, text, value, step) =>
      make('label', { class: 'size' }, text, make('input', { type: 'number', id: `${id}-${name}`, value, step }));
    const step = this.#dtype === 'int32' ? '1' : 'any';
    return make(
      'div',
      { class: 'row' },
      field('low', 'Smallest', low, step),
      field('high', 'Largest', high, step),
      field('seed', 'Seed', 1, '1'),
    );
  }

  #showPane() {
    for (const [source, pane] of Object.entries(this.#panes)) if (pane) pane.hidden = source !== this.#source.value;
    if (this.#source.value === 'image') this.#picture.prepare();
    else this.#picture?.release();
  }
}
