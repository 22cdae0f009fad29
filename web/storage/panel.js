// SPDX-License-Identifier: Apache-2.0
// The card "Stored models": lists and manages models in the browser's storage.
import { moveFocus } from '../common/buttons.js';
import { attempt, element, make } from '../common/dom.js';
import { formatBytes, formatDate } from '../common/format.js';
import { loadLibrary } from '../common/library.js';
import { askForPlace, confirmed } from './dialogs.js';
import { checkName, listStored, MEDIA, readQuota } from './media.js';

/** @param {import('../app.js').App} app */
export function setUpStoragePanel(app) {
  const error = element('storage-error');
  const refresh = () => attempt(error, null, showStored);
  let refreshed = Promise.resolve();

  async function showStored() {
    const tf = await loadLibrary();
    const stored = await listStored(tf);
    element('stored-table').hidden = stored.length === 0;
    element('stored-empty').hidden = stored.length > 0;
    element('stored').replaceChildren(...stored.map((model) => storedRow(tf, model)));
    await showQuota();
  }

  /** Performs an action of a row. Then puts the focus on the same button of the model's row, or of the next row. */
  async function act(button, action, tf, model) {
    const { action: name } = button.dataset;
    const { sectionRowIndex: index } = button.closest('tr');
    const url = (await attempt(error, button, () => action(tf, model))) ?? model.url;
    await refreshed;
    if (document.activeElement !== document.body) return;
    const rows = Array.from(element('stored').rows);
    const row = rows.find((candidate) => candidate.dataset.url === url) ?? rows[Math.min(index, rows.length - 1)];
    (row?.querySelector(`[data-action="${name}"]`) ?? element('storage-title')).focus();
  }

  function storedRow(tf, model) {
    const { url, name, scheme, date, bytes } = model;
    const button = (text, action) =>
      make(
        'button',
        {
          type: 'button',
          class: 'secondary small',
          'aria-label': `${text} ${name} (${MEDIA[scheme] ?? scheme})`,
          'data-action': text,
          onclick: ({ currentTarget }) => act(currentTarget, action, tf, model),
        },
        text,
      );
    return make(
      'tr',
      { 'data-url': url, role: 'row' },
      make('th', { scope: 'row', role: 'rowheader', class: 'long' }, name),
      make('td', { role: 'cell' }, scheme),
      make('td', { role: 'cell', class: 'number' }, formatBytes(bytes)),
      make('td', { role: 'cell', class: 'date' }, formatDate(date)),
      make(
        'td',
        { role: 'cell' },
        make(
          'div',
          { class: 'row actions' },
          button('Open', (_, stored) => openStored(stored)),
          button('Copy', copy),
          button('Rename', rename),
          button('Download', download),
          button('Delete', remove),
        ),
      ),
    );
  }

  async function openStored({ url, name }) {
    await app.open({ name, url });
    if (app.current?.url === url) element('model').scrollIntoView({ block: 'start' });
  }

  async function checkFree(tf, url) {
    if ((await listStored(tf)).some((model) => model.url === url)) {
      throw new Error(`There is a model ${url} already. Choose another name, or delete it first.`);
    }
  }

  function copy(tf, { url, name, scheme }) {
    return askForPlace({
      title: `Copy ${name}`,
      action: 'Copy',
      name,
      medium: Object.keys(MEDIA).find((other) => other !== scheme),
      media: MEDIA,
      perform: (medium, newName) => transfer(tf, 'copyModel', url, `${medium}://${checkName(newName)}`),
    });
  }

  /** @returns {Promise<string>} The URL where the model is then. */
  async function rename(tf, { url, name, scheme }) {
    let now = url;
    await askForPlace({
      title: `Rename ${name}`,
      action: 'Rename',
      name,
      medium: scheme,
      media: { [scheme]: MEDIA[scheme] ?? scheme },
      perform: async (medium, newName) => {
        const to = `${medium}://${checkName(newName)}`;
        await transfer(tf, 'moveModel', url, to);
        now = to;
        if (app.current?.url === url) app.moved(to, checkName(newName));
      },
    });
    return now;
  }

  async function transfer(tf, how, from, to) {
    await checkFree(tf, to);
    await tf.io[how](from, to);
    tell(how === 'moveModel' ? `${from} is now ${to}.` : `Copied to ${to}.`);
  }

  async function download(tf, { url, name }) {
    // Slashes would mean folders, which downloads cannot have.
    await tf.io.copyModel(url, `downloads://${name.replaceAll('/', '-')}`);
    element('storage-status').textContent = `${name} was handed to the browser as two files.`;
  }

  async function remove(tf, { url, name, scheme }) {
    const sure = await confirmed({
      title: `Delete ${name}?`,
      text: `The model in ${MEDIA[scheme] ?? scheme} will be gone. This cannot be undone.`,
      action: 'Delete',
    });
    if (!sure) return;
    await tf.io.removeModel(url);
    if (app.current?.url === url) app.moved(undefined);
    tell(`${url} was deleted.`);
  }

  function tell(text) {
    element('storage-status').textContent = text;
    app.tell('stored');
  }

  element('storage-refresh').addEventListener('click', refresh);
  element('storage-persist').addEventListener('click', ({ currentTarget }) => attempt(error, currentTarget, persist));
  app.on('stored', () => {
    refreshed = refresh();
  });
  refresh();
}

async function persist() {
  const granted = await navigator.storage.persist();
  element('storage-status').textContent = granted
    ? 'The browser will keep what is stored here until you delete it.'
    : 'The browser did not promise it: it may clear what is stored here when it needs room.';
  await showQuota();
}

async function showQuota() {
  const quota = await readQuota();
  element('quota').hidden = quota === null;
  if (quota === null) return;
  const { usage, quota: room, persisted } = quota;
  element('quota-text').textContent = `${formatBytes(usage)} of ${formatBytes(room)} used by this site`;
  element('quota-meter').max = Math.max(room, 1);
  element('quota-meter').value = usage;
  const badge = element('quota-persisted');
  badge.textContent = persisted ? 'kept for good' : 'may be cleared by the browser';
  badge.classList.toggle('good', persisted);
  if (persisted) moveFocus(element('storage-persist'), element('storage-title'));
  element('storage-persist').hidden = persisted;
}
