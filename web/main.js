// SPDX-License-Identifier: Apache-2.0
// The playground: sets up its parts. Each part has one card of index.html; parts communicate through the events of App.
// A new part needs a card, a module and a line here.
import { App } from './app.js';
import { hideDemo, setUpDemo } from './demo.js';
import { element } from './common/dom.js';
import { setUpGraphPanel } from './graph/panel.js';
import { setUpModelPanel } from './model/panel.js';
import { openUrl, setUpOpenPanel } from './open/panel.js';
import { setUpRunPanel } from './run/panel.js';
import { setUpStoragePanel } from './storage/panel.js';
import { setUpSaveForm } from './storage/save-form.js';

const app = new App();

// The cards of a model are visible only while one is open. Runs before the parts fill them, since hidden elements have
// no size.
app.on('opened', () => {
  hideDemo();
  element('model').hidden = false;
  rememberModel(app.current.url);
});
app.on('closed', () => {
  element('model').hidden = true;
  rememberModel(undefined);
  element('open-title').focus();
});

setUpOpenPanel(app);
setUpModelPanel(app);
setUpGraphPanel(app);
setUpRunPanel(app);
setUpSaveForm(app);
setUpStoragePanel(app);
setUpDemo(app);

app.on('opened', () => {
  element('model').scrollIntoView({ block: 'start' });
  element('model-name').focus({ preventScroll: true });
});

/** Puts the model's URL into the page's address, if it has one. */
function rememberModel(url) {
  const address = new URL(location.href);
  if (url) address.searchParams.set('model', url);
  else address.searchParams.delete('model');
  history.replaceState(null, '', address);
}

const asked = new URLSearchParams(location.search).get('model');
if (asked) {
  hideDemo();
  try {
    openUrl(app, asked);
  } catch (error) {
    app.tell('failed', error);
  }
}
