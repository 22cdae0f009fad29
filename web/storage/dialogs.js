// SPDX-License-Identifier: Apache-2.0
// Dialogs: confirmation, and choice of a medium and a name.
import { attempt, make, options } from '../common/dom.js';

/** Shows a dialog until it is closed, then restores the focus. */
function show(dialog) {
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue);
    });
  });
}

function cancelButton(dialog) {
  return make('button', { type: 'button', class: 'secondary', onclick: () => dialog.close('') }, 'Cancel');
}

/**
 * Asks for confirmation of an irreversible action.
 *
 * @returns {Promise<boolean>}
 */
export async function confirmed({ title, text, action }) {
  const dialog = make('dialog', { 'aria-labelledby': 'dialog-title' });
  dialog.append(
    make('h2', { id: 'dialog-title' }, title),
    make('p', {}, text),
    make(
      'div',
      { class: 'row dialog-actions' },
      cancelButton(dialog),
      make('button', { type: 'button', class: 'danger', onclick: () => dialog.close('yes') }, action),
    ),
  );
  return (await show(dialog)) === 'yes';
}

/**
 * Asks for a medium and a name, and performs an action with them. If that fails, the dialog stays open and shows the
 * error.
 *
 * @param {object} options
 * @param {string} options.title
 * @param {string} options.action The text of the button.
 * @param {string} options.name The default name.
 * @param {string} options.medium The default medium.
 * @param {Record<string, string>} options.media The choices; a single one is not shown.
 * @param {(medium: string, name: string) => Promise<void>} options.perform
 */
export async function askForPlace({ title, action, name, medium, media, perform }) {
  const dialog = make('dialog', { 'aria-labelledby': 'dialog-title' });
  const select = make('select', { id: 'dialog-medium' }, ...options(media));
  select.value = medium;
  const field = make('input', { id: 'dialog-name', value: name, autocomplete: 'off', required: true });
  const error = make('p', { class: 'error', role: 'alert', hidden: true });
  const button = make('button', { type: 'submit' }, action);
  const submit = (event) => {
    event.preventDefault();
    attempt(error, button, async () => {
      await perform(select.value, field.value);
      dialog.close('done');
    });
  };
  dialog.append(
    make('h2', { id: 'dialog-title' }, title),
    make(
      'form',
      { onsubmit: submit, class: 'stack' },
      Object.keys(media).length > 1 && make('label', {}, 'Where', select),
      make('label', {}, 'Name', field),
      error,
      make('div', { class: 'row dialog-actions' }, cancelButton(dialog), button),
    ),
  );
  const shown = show(dialog);
  field.select();
  await shown;
}
