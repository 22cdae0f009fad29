// SPDX-License-Identifier: Apache-2.0
// The card "Run": feeds the open model, runs it a few times and shows results and times.
import { moveFocus, setEnabled } from '../common/buttons.js';
import { element, facts, make, nextPaint, showError, smallButton } from '../common/dom.js';
import { formatTime } from '../common/format.js';
import { loadLibrary } from '../common/library.js';
import { PIXEL_RANGES } from '../common/picture/image.js';
import { median } from '../common/quantiles.js';
import { sampleOf } from '../common/samples.js';
import { InputForm } from './input-form.js';
import { resultCard } from './results.js';
import { learnShapes } from './shapes.js';

/** The time limit for repeated runs. */
const PATIENCE_MS = 5000;

/** @param {import('../app.js').App} app */
export function setUpRunPanel(app) {
  return new RunPanel(app);
}

class RunPanel {
  #app;
  /** @type {InputForm[]} */
  #forms = [];
  #stopped = false;
  #busy = false;
  /** The time of the first run since the model was opened. */
  #first = null;

  constructor(app) {
    this.#app = app;
    app.on('opened', () => this.#open(app.current));
    app.on('closed', () => this.#release());
    app.on('compute-node', (name) => this.#compute(name));
    element('run-form').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#run();
    });
    element('run-stop').addEventListener('click', () => {
      this.#stopped = true;
    });
  }

  #release() {
    this.#stopped = true;
    for (const form of this.#forms) form.release();
    this.#forms = [];
  }

  /** @param {import('../open/source.js').OpenedModel} opened */
  #open(opened) {
    this.#release();
    this.#first = null;
    const { model, artifacts, url } = opened;
    element('run').hidden = !model;
    element('run-results').replaceChildren(make('p', { class: 'empty' }, 'Results appear here.'));
    element('run-times').replaceChildren();
    element('run-fed').replaceChildren();
    element('run-wanted').value = '';
    element('run-status').textContent = '';
    showError(element('run-error'), null);
    if (!model) return;
    const range = url && sampleOf(url)?.range;
    this.#forms = model.inputs.map(
      (info, index) => new InputForm({ info, key: model.inputNodes[index], id: `input-${index}`, range }),
    );
    element('run-inputs').replaceChildren(...this.#forms.map(({ root }) => root));
    if (this.#forms.length === 0) {
      element('run-inputs').replaceChildren(make('p', { class: 'hint' }, 'This model takes no inputs.'));
    }
    const names = (artifacts.modelTopology.node ?? []).map(({ name }) => new Option(name));
    element('node-names').replaceChildren(...names);
  }

  /** Adds any value of the graph to the fetches. */
  #compute(name) {
    element('run-wanted').value = name;
    // Shows what later runs compute.
    element('run-wanted').closest('details').open = true;
    element('run').scrollIntoView({ block: 'start' });
    element('run-start').focus({ preventScroll: true });
    this.#run();
  }

  async #run() {
    const opened = this.#app.current;
    if (this.#busy || !opened?.model) return;
    const error = element('run-error');
    showError(error, null);
    this.#setBusy(true);
    try {
      const tf = await loadLibrary();
      const inputs = await this.#gatherInputs(tf);
      try {
        await this.#runWith(tf, opened, inputs);
      } finally {
        tf.dispose(inputs.map(({ tensor }) => tensor));
      }
    } catch (problem) {
      element('run-status').textContent = 'The run failed.';
      showError(error, problem);
    } finally {
      this.#setBusy(false);
    }
  }

  async #gatherInputs(tf) {
    const inputs = [];
    for (const [index, form] of this.#forms.entries()) {
      try {
        inputs.push(await form.toInput(tf));
      } catch (error) {
        tf.dispose(inputs.map(({ tensor }) => tensor));
        const name = this.#app.current?.model?.inputNodes[index];
        throw new Error(`${name}: ${error.message}`, { cause: error });
      }
    }
    return inputs;
  }

  async #runWith(tf, opened, inputs) {
    const { model } = opened;
    const wanted = element('run-wanted')
      .value.split(',')
      .map((name) => name.trim())
      .filter(Boolean);
    const names = wanted.length > 0 ? wanted : [...model.outputNodes];
    const feeds = inputs.map(({ tensor }) => tensor);
    const times = [];
    const repeats = Math.max(1, Math.floor(element('run-repeats').valueAsNumber) || 1);
    const begin = performance.now();
    for (let run = 0; run <= repeats && !this.#stopped; ++run) {
      // The first run includes planning. Of the later ones, only some let the page paint.
      element('run-status').textContent = `Running… ${run} of ${repeats}`;
      if (run < 2 || performance.now() - begin > 100) await nextPaint();
      if (this.#app.current !== opened) return;
      const start = performance.now();
      const results = [model.execute(feeds, names)].flat();
      const values = await Promise.all(results.map((tensor) => tensor.data()));
      times.push(performance.now() - start);
      if (run === 0) {
        this.#show({ names, results, values, inputs });
        this.#showFed();
      }
      tf.dispose(results);
      if (run > 0 && performance.now() - begin > PATIENCE_MS) break;
    }
    element('run-status').textContent = this.#stopped ? 'Stopped.' : 'Done.';
    if (times.length === 0) return;
    this.#first ??= times[0];
    this.#showTimes(times.slice(1));
    this.#learnShapes(tf, opened, feeds);
  }

  #show({ names, results, values, inputs }) {
    const fed = inputs.find(({ picture }) => picture);
    const seen = fed && { picture: fed.picture, place: fed.place, side: fed.tensor.shape.slice(-3) };
    element('run-results').replaceChildren(
      ...results.map(({ dtype, shape }, index) =>
        resultCard({ name: names[index], dtype, shape, values: values[index] }, seen),
      ),
    );
  }

  /** Says which pixel values pictures were fed as. A model rarely tells which ones it expects. */
  #showFed() {
    const pictures = this.#forms.flatMap((form) => (form.picture ? [form.picture] : []));
    const notes = pictures.map((picture) => {
      const others = Object.keys(PIXEL_RANGES).filter((name) => name !== picture.pixels);
      const again = (name) => () => {
        picture.pixels = name;
        this.#run();
      };
      return make(
        'div',
        { class: 'row fed' },
        make('span', {}, `Pixel values were ${picture.pixels}.`),
        ...others.map((name) => smallButton(`Run with ${name}`, again(name))),
      );
    });
    moveFocus(element('run-fed'), element('run-start'));
    element('run-fed').replaceChildren(...notes);
  }

  #showTimes(times) {
    const later = times.length > 0 ? formatTime(median(times)) : 'not run';
    element('run-times').replaceChildren(
      facts([
        ['First run', formatTime(this.#first)],
        [times.length === 1 ? 'Second run' : `Median of ${times.length} more`, later],
        ...(times.length > 1 ? [['Fastest', formatTime(Math.min(...times))]] : []),
      ]),
    );
  }

  #learnShapes(tf, opened, feeds) {
    if (this.#stopped || opened.shapes.size > 0) return;
    learnShapes(tf, opened, feeds);
    this.#app.tell('ran');
  }

  #setBusy(busy) {
    this.#busy = busy;
    this.#stopped = busy ? false : this.#stopped;
    setEnabled(element('run-start'), !busy);
    if (!busy) moveFocus(element('run-stop'), element('run-start'));
    element('run-stop').hidden = !busy;
  }
}
