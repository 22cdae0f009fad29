// SPDX-License-Identifier: Apache-2.0
// The playground: puts its parts together. Each part owns one card of index.html and hears of the
// others through the events of App; a new part is a card, a module and a line here.
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

// The page shows the cards of a model only while one is open. Before the parts fill them: what is
// hidden has no size.
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

/** The address of the page leads to the model, where it can. */
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
