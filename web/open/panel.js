// SPDX-License-Identifier: Apache-2.0
// The card "Open a model": a sample, a URL, or files.
import { attempt, element, showError, smallButton } from '../common/dom.js';
import { CDN_FOLDER, hasLocalSamples, LOCAL_FOLDER, sampleOptions, sampleUrl } from '../common/samples.js';
import { watchFileInputs } from '../common/file-inputs.js';
import { findModels } from '../common/files.js';
import { moveFocus } from '../common/buttons.js';
import { nameOfUrl, resolveUrl } from '../common/model-url.js';

/** @param {import('../app.js').App} app */
export function setUpOpenPanel(app) {
  const error = element('open-error');
  const tryTo = (action) => attempt(error, null, action);
  setUpSamples(app);
  element('url-form').addEventListener('submit', (event) => {
    event.preventDefault();
    tryTo(() => openUrl(app, element('url').value));
  });
  watchFileInputs((files) => tryTo(async () => openFiles(app, await files)));
  showProgress(app, error);
}

function openUrl(app, text) {
  const url = resolveUrl(text);
  return app.open({ name: nameOfUrl(url), url });
}

async function setUpSamples(app) {
  const select = element('sample');
  const fromCdn = element('from-cdn');
  select.replaceChildren(...sampleOptions());
  select.value = 'movenet-lightning';
  element('sample-form').addEventListener('submit', (event) => {
    event.preventDefault();
    const name = select.value;
    app.open({ name, url: sampleUrl(name, fromCdn.checked ? CDN_FOLDER : LOCAL_FOLDER) });
  });
  if (await hasLocalSamples()) return;
  const button = element('open-sample');
  element('sample-elsewhere').hidden = false;
  button.disabled = true;
  fromCdn.addEventListener('change', () => {
    button.disabled = !fromCdn.checked;
  });
}

async function openFiles(app, files) {
  const choice = element('file-choice');
  choice.hidden = true;
  const models = await findModels(files);
  if (models.length === 1) return app.open(models[0]);
  // Several models: the user chooses.
  const list = element('file-models');
  list.replaceChildren(...models.map((model) => smallButton(model.name, () => app.open(model))));
  choice.hidden = false;
  list.querySelector('button').focus();
}

/** Shows the progress of opening a model, and errors. */
function showProgress(app, error) {
  const box = element('opening');
  const bar = element('opening-progress');
  const status = element('opening-status');
  app.on('opening', ({ name, text, fraction }) => {
    showError(error, null);
    if (box.hidden) before = document.activeElement;
    box.hidden = false;
    status.textContent = `${name}: ${text}${fraction === undefined ? '' : ` ${Math.round(fraction * 100)} %`}`;
    if (fraction === undefined) bar.removeAttribute('value');
    else bar.value = fraction;
  });
  /** What had the focus before, e.g. the button that was pressed. */
  let before = null;
  const end = () => {
    moveFocus(box, before?.isConnected ? before : element('open-title'));
    box.hidden = true;
  };
  app.on('opened', end);
  app.on('closed', end);
  app.on('failed', (problem) => {
    end();
    showError(error, problem);
    if (problem.name !== 'AbortError') error.scrollIntoView({ block: 'nearest' });
  });
  element('opening-cancel').addEventListener('click', () => app.cancel());
}
