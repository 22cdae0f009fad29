// SPDX-License-Identifier: Apache-2.0
// The form fields for a model's inputs: unknown dimensions and fill values.
import { make, markInvalid, options } from '../web/common/dom.js';
import { formatShape } from '../web/common/format.js';
import { loadLibrary } from '../web/common/library.js';
import { usualSize } from '../web/common/picture/image.js';
import { PictureSource } from '../web/common/picture/picture-source.js';
import { parseShape, splitValues } from '../web/common/values.js';
import { checkInput, DTYPES, defaultInput, defaultRange, takesPicture } from './inputs.js';

const FILL_NAMES = { random: 'random', zeros: 'zeros', values: 'values', picture: 'picture' };
const number = (properties) => make('input', { type: 'number', step: 'any', ...properties });

/** Whether a dimension is unknown, even with a given batch size. */
const isOpen = (size, axis) => size < 0 && axis > 0;

class InputFields {
  #info;
  #range;
  #dimensions = [];
  #shape = null;
  #dtype = null;
  #fill = make('select', { onchange: () => this.#showFill() });
  #low = number({});
  #high = number({});
  #values = make('textarea', { rows: 3, spellcheck: false });
  #picture = null;
  #fillFields = {};
  root = make('fieldset');

  /** @param {import('./inputs.js').InputInfo} info @param {readonly number[]} [range] */
  constructor(info, range, index) {
    this.#info = info;
    this.#range = range ?? defaultRange(info);
    const picture = takesPicture(info);
    const fills = Object.entries(FILL_NAMES).filter(([fill]) => fill !== 'picture' || picture);
    this.#fill.append(...options(Object.fromEntries(fills)));
    [this.#low.value, this.#high.value] = this.#range;
    if (picture) this.#picture = new PictureSource({ id: `picture-${index}`, range: this.#range });
    const perLine = info.dtype === 'string' ? 'one on each line' : 'with commas between';
    this.#fillFields = {
      random: make(
        'div',
        { class: 'fields' },
        make('label', {}, 'Lowest', this.#low),
        make('label', {}, 'Highest', this.#high),
      ),
      values: make('label', { class: 'field' }, `Values, ${perLine}; repeated until the input is full`, this.#values),
      ...(picture && { picture: this.#picture.root }),
    };
    const legend = `${info.name} · ${info.dtype ?? 'any dtype'} ${formatShape(info.shape)}`;
    const fields = make(
      'div',
      { class: 'fields' },
      ...this.#shapeFields(),
      make('label', {}, 'Filled with', this.#fill),
    );
    this.root.append(make('legend', {}, legend), fields, ...Object.values(this.#fillFields));
    this.#showFill();
  }

  #shapeFields() {
    const { shape, dtype } = this.#info;
    const fields = [];
    if (dtype === null) {
      this.#dtype = make('select', {}, ...DTYPES.map((name) => new Option(name)));
      fields.push(make('label', {}, 'dtype', this.#dtype));
    }
    if (shape === null) {
      this.#shape = make('input', { type: 'text', placeholder: '1, 224, 224, 3' });
      fields.push(make('label', {}, 'Shape', this.#shape));
    }
    this.#dimensions = (shape ?? []).flatMap((size, axis) => {
      const value = usualSize(shape, axis);
      return isOpen(size, axis) ? [{ axis, field: number({ min: 1, step: 1, required: true, value }) }] : [];
    });
    for (const { axis, field } of this.#dimensions) fields.push(make('label', {}, `Dimension ${axis + 1}`, field));
    return fields;
  }

  #showFill() {
    const chosen = this.#fill.value;
    for (const [fill, field] of Object.entries(this.#fillFields)) field.hidden = fill !== chosen;
    const isNumeric = this.#info.dtype === 'float32' || this.#info.dtype === 'int32' || this.#info.dtype === null;
    if (!isNumeric) this.#fillFields.random.hidden = true;
    if (chosen === 'picture') this.#picture.prepare();
    else this.#picture?.release();
  }

  /** @param {import('./settings.js').InputChoice} choice */
  show({ dtype, shape, fill, range, values }) {
    if (dtype && this.#dtype) this.#dtype.value = dtype;
    if (shape && this.#shape) this.#shape.value = shape.join(', ');
    for (const { axis, field } of this.#dimensions) if (shape?.[axis] > 0) field.value = shape[axis];
    if (range) [this.#low.value, this.#high.value] = range;
    if (values) this.#values.value = values.join(this.#info.dtype === 'string' ? '\n' : ', ');
    if (fill) this.#fill.value = fill;
    this.#showFill();
  }

  /** The current input, without pixels. Throws an error with a message for users. */
  read(batch) {
    const base = defaultInput(this.#info, batch, this.#range);
    const spec = { ...base, dtype: this.#info.dtype ?? this.#dtype.value, fill: this.#fill.value };
    if (this.#shape) spec.shape = parseShape(this.#shape.value);
    for (const { axis, field } of this.#dimensions) {
      if (field.value === '') throw fieldError(field, `Input “${spec.name}” needs a number for dimension ${axis + 1}.`);
      spec.shape[axis] = Number(field.value);
    }
    if (spec.fill === 'random') spec.range = [this.#low, this.#high].map(({ valueAsNumber }) => valueAsNumber);
    if (spec.fill === 'values') spec.values = splitValues(this.#values.value, spec.dtype);
    checkInput(spec);
    return spec;
  }

  /** Like read(), with the pixels of the picture. */
  async readAll(batch) {
    const spec = this.read(batch);
    if (spec.fill !== 'picture') return spec;
    const tf = await loadLibrary();
    const { tensor } = await this.#picture.toInput(tf, spec.shape, spec.dtype);
    const pixels = tensor.dataSync();
    tensor.dispose();
    return { ...spec, pixels };
  }

  /** Non-default choices, for a link. Pictures cannot be part of one. */
  choice(batch) {
    const { name, dtype, shape, fill, range, values } = this.read(batch);
    return {
      name,
      ...(this.#dtype && { dtype }),
      ...((this.#shape || this.#dimensions.length > 0) && { shape }),
      ...(fill !== 'random' && fill !== 'picture' && { fill }),
      ...(fill === 'random' && String(range) !== String(this.#range) && { range }),
      ...(fill === 'values' && { values }),
    };
  }

  release() {
    this.#picture?.release();
  }
}

function fieldError(field, message) {
  markInvalid(field);
  return new Error(message);
}

/** The inputs of the selected model. */
export class InputsForm {
  #place;
  #fields = [];

  constructor(place) {
    this.#place = place;
  }

  /** @param {{info: import('./sources.js').ModelInfo, range?: readonly number[]} | null} model */
  show(model, choices = []) {
    for (const fields of this.#fields) fields.release();
    this.#fields = (model?.info.inputs ?? []).map((info, index) => {
      const fields = new InputFields(info, model.range, index);
      const choice = choices.find(({ name }) => name === info.name);
      if (choice) fields.show(choice);
      return fields;
    });
    this.#place.replaceChildren(...this.#fields.map(({ root }) => root));
  }

  readAll(batch) {
    return Promise.all(this.#fields.map((fields) => fields.readAll(batch)));
  }

  choices(batch) {
    return this.#fields.map((fields) => fields.choice(batch)).filter((choice) => Object.keys(choice).length > 1);
  }
}
