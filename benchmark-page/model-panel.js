// SPDX-License-Identifier: Apache-2.0
// The card "Model": select a sample, an address or files; shows the model's properties.
import { element, facts, make, showError } from '../web/common/dom.js';
import { formatBytes, formatCount, formatShape } from '../web/common/format.js';
import { watchFileInputs } from '../web/common/file-inputs.js';
import { describeMissing, findModels } from '../web/common/files.js';
import { explainNetworkError } from '../web/common/network-errors.js';
import { CDN_FOLDER, LOCAL_FOLDER, SAMPLES, sampleOptions } from '../web/common/samples.js';
import { chooseModel, describe } from './plan.js';

/**
 * @typedef {object} ChosenModel
 * @property {string} name
 * @property {string | null} address The address for links; null for files.
 * @property {import('./sources.js').Source} source
 * @property {readonly number[]} [range]
 * @property {import('./sources.js').ModelInfo} info
 */

export class ModelPanel {
  #onChange;
  #current = null;
  #looking = null;
  #samplesFolder = LOCAL_FOLDER;

  /** @param {(model: ChosenModel | null) => void} onChange */
  constructor(onChange) {
    this.#onChange = onChange;
    const sample = element('sample');
    sample.append(new Option('choose…', ''), ...sampleOptions());
    sample.addEventListener('change', () => sample.value !== '' && this.open(sample.value));
    element('sample-form').addEventListener('submit', (event) => event.preventDefault());
    element('url-form').addEventListener('submit', (event) => {
      event.preventDefault();
      this.open(element('url').value);
    });
    watchFileInputs((files) => this.#openFiles(files));
  }

  get current() {
    return this.#current;
  }

  /** Sets where the sample models are; null if they are not available. */
  setSamples(place) {
    this.#samplesFolder = place === 'cdn' ? CDN_FOLDER : LOCAL_FOLDER;
    element('sample').disabled = place === null;
  }

  /** @param {string} text Name of a sample, or an address. */
  open(text) {
    return this.#look(() => ({ ...chooseModel(text, this.#samplesFolder), address: text.trim() }));
  }

  /** @param {Promise<File[]>} files */
  #openFiles(files) {
    return this.#look(async () => {
      const models = await findModels(await files);
      if (models.length > 1) {
        throw new Error(`These are ${models.length} models: ${models.map(({ name }) => name).join(', ')}. Choose one.`);
      }
      const [{ name, files: parts, missing }] = models;
      if (missing.length > 0) throw new Error(describeMissing(models[0]));
      return { name, address: null, source: { kind: 'files', files: parts } };
    });
  }

  /** Describes the model that `choose` returns. A later call overrides an unfinished one. */
  async #look(choose) {
    this.#looking?.abort();
    const looking = new AbortController();
    this.#looking = looking;
    const [status, error] = [element('model-status'), element('model-error')];
    showError(error, null);
    this.#set(null);
    status.textContent = 'Looking at the model…';
    try {
      const chosen = await choose();
      element('sample').value = SAMPLES.some(({ name }) => name === chosen.address) ? chosen.address : '';
      if (element('sample').value === '') element('url').value = chosen.address ?? '';
      const info = await describe(chosen.source, looking.signal);
      if (looking.signal.aborted) return;
      status.textContent = '';
      this.#set({ ...chosen, info });
    } catch (problem) {
      if (looking.signal.aborted) return;
      status.textContent = '';
      showError(error, explainNetworkError(problem));
    }
  }

  #set(model) {
    this.#current = model;
    element('model-facts').replaceChildren(...(model ? [modelFacts(model)] : []));
    this.#onChange(model);
  }
}

const endpoint = ({ name, dtype, shape }) =>
  make('li', {}, make('code', {}, name), ` ${dtype ?? 'any dtype'} ${formatShape(shape)}`);

function modelFacts({ name, info }) {
  const list = (endpoints) => make('ul', { class: 'endpoints' }, ...endpoints.map(endpoint));
  return make(
    'div',
    {},
    facts([
      ['Model', name],
      ['Size', formatBytes(info.bytes)],
      ['Nodes', formatCount(info.nodes)],
    ]),
    make(
      'details',
      {},
      make('summary', {}, `Inputs (${info.inputs.length}) and outputs (${info.outputs.length})`),
      make(
        'div',
        { class: 'columns' },
        make('div', {}, make('h3', {}, 'Inputs'), list(info.inputs)),
        make('div', {}, make('h3', {}, 'Outputs'), list(info.outputs)),
      ),
    ),
  );
}
