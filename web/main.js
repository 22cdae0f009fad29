// SPDX-License-Identifier: Apache-2.0
// The playground: sets up its parts. Each part has one card of index.html; parts communicate through the events of App.
// A new part needs a card, a module and a line here.
import { App } from './app.js';
import { setUpDemo } from './demo.js';
import { element } from './common/dom.js';
import { setUpGraphPanel } from './graph/panel.js';
import { setUpHistory } from './history.js';
import { setUpModelPanel } from './model/panel.js';
import { setUpOpenPanel } from './open/panel.js';
import { setUpRunPanel } from './run/panel.js';
import { setUpStoragePanel } from './storage/panel.js';
import { setUpSaveForm } from './storage/save-form.js';

const app = new App();

// The cards of a model are visible only while one is open. Runs before the parts fill them, since hidden elements have
// no size.
app.on('opened', () => {
  element('model').hidden = false;
});
app.on('closed', () => {
  element('model').hidden = true;
  element('open-title').focus();
});

setUpOpenPanel(app);
setUpModelPanel(app);
setUpGraphPanel(app);
setUpRunPanel(app);
setUpSaveForm(app);
setUpStoragePanel(app);
const startDemo = setUpDemo(app);

app.on('opened', () => {
  element('model').scrollIntoView({ block: 'start' });
  element('model-name').focus({ preventScroll: true });
});

const opensModel = setUpHistory(app);
if (!opensModel) startDemo();
