// SPDX-License-Identifier: Apache-2.0
// The form "Save this model".
import { attempt, element, options } from '../common/dom.js';
import { formatBytes } from '../common/format.js';
import { loadLibrary } from '../common/library.js';
import { confirmed } from './dialogs.js';
import { checkName, listStored, MEDIA, OTHER_TARGETS } from './media.js';

/** @param {import('../app.js').App} app */
export function setUpSaveForm(app) {
  const medium = element('save-medium');
  medium.replaceChildren(...options({ ...MEDIA, ...OTHER_TARGETS }));
  medium.addEventListener('change', showFields);
  app.on('opened', () => {
    element('save').hidden = !app.current.model;
    element('save-name').value = app.current.name;
    element('save-status').textContent = '';
    element('save-error').hidden = true;
  });
  element('save-form').addEventListener('submit', (event) => {
    event.preventDefault();
    attempt(element('save-error'), element('save-button'), () => save(app));
  });
  showFields();
}

function showFields() {
  const sends = element('save-medium').value === 'http';
  element('save-name-field').hidden = sends;
  element('save-url-field').hidden = !sends;
  element('save-button').textContent = { downloads: 'Download', http: 'Send' }[element('save-medium').value] ?? 'Save';
}

function target() {
  const medium = element('save-medium').value;
  if (medium !== 'http') return `${medium}://${checkName(element('save-name').value)}`;
  const url = element('save-url').value.trim();
  if (url === '') throw new Error('Type the URL that takes the model.');
  return new URL(url, document.baseURI).href;
}

async function save(app) {
  const { current } = app;
  const url = target();
  const status = element('save-status');
  status.textContent = '';
  const tf = await loadLibrary();
  if (Object.keys(MEDIA).some((scheme) => url.startsWith(`${scheme}://`)) && !(await mayReplace(tf, url))) return;
  status.textContent = 'Saving…';
  try {
    const { modelArtifactsInfo: info } = await current.model.save(url);
    const size = formatBytes((info.modelTopologyBytes ?? 0) + (info.weightDataBytes ?? 0));
    status.textContent = url.startsWith('downloads://')
      ? 'Handed to the browser as two files: the model and its weights.'
      : `Saved to ${url}, ${size}.`;
    app.tell('stored');
  } catch (error) {
    status.textContent = '';
    throw error;
  }
}

async function mayReplace(tf, url) {
  if (!(await listStored(tf)).some((model) => model.url === url)) return true;
  return confirmed({
    title: 'Replace the stored model?',
    text: `There is a model ${url} already. The new one takes its place.`,
    action: 'Replace',
  });
}
