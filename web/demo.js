// SPDX-License-Identifier: Apache-2.0
// The demo at the top of the page: MoveNet on a photograph, using the package's public API.
import { moveFocus, setEnabled } from './common/buttons.js';
import { element, factItems, make, nextPaint } from './common/dom.js';
import { formatTime } from './common/format.js';
import { drawPicture, drawSkeleton, isSure } from './draw.js';
import { loadLibrary } from './common/library.js';
import { drawPixels, placePicture } from './common/picture/image.js';
import { loadPhotograph, readPicture } from './common/picture/pictures.js';
import { median } from './common/quantiles.js';
import { openModel } from './open/source.js';
import { MODEL_SIDE, mapToPicture, readKeypoints } from './movenet.js';
import { CDN_FOLDER, hasLocalSamples, LOCAL_FOLDER, sampleUrl } from './common/samples.js';

const MODEL_NAME = 'movenet-lightning';
const REPEATS = 20;

const status = element('status');

/** Ends what the demo is doing when it is hidden. */
let end = new AbortController();

/** What has been loaded: the model as opened, the photograph or the user's picture. */
const state = { opened: null, picture: null, times: {} };

function showStatus(text, fraction) {
  status.classList.remove('failed');
  status.textContent = fraction === undefined ? text : `${text} ${Math.round(100 * fraction)} %`;
}

function showFailure(error) {
  if (error.name === 'AbortError') return;
  console.warn(error);
  status.classList.add('failed');
  status.textContent = error.message;
}

/** Runs a step. Errors say which step failed. */
async function attempt(what, action) {
  try {
    return await action();
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Error(`${what}: ${error.message}`, { cause: error });
  }
}

function showTimes(times) {
  const texts = Object.entries(times).map(([name, time]) => [name, formatTime(time)]);
  element('times').replaceChildren(...factItems(texts));
}

function showKeypoints(keypoints, picture) {
  element('keypoints').replaceChildren(
    ...keypoints.map((point) => {
      const [x, y] = [Math.round(point.x * picture.width), Math.round(point.y * picture.height)];
      const cells = [point.name, x, y, point.score.toFixed(2)].map((text) => make('td', {}, text));
      return make('tr', { class: !isSure(point) && 'unsure' }, ...cells);
    }),
  );
}

/** The model's keypoint values. Frees all tensors. */
function predict(tf, model, pixels) {
  return tf.tidy(() => {
    const image = tf.browser.fromPixels(pixels);
    const batch = tf.tensor4d(image.dataSync(), [1, ...image.shape], 'int32');
    return model.predict(batch).dataSync();
  });
}

async function run() {
  const { signal } = end;
  signal.throwIfAborted();
  const { picture } = state;
  const fit = placePicture(picture, MODEL_SIDE, MODEL_SIDE, 'contain');
  setEnabled(element('again'), false);
  showStatus('Predicting…');
  await nextPaint();
  signal.throwIfAborted();
  const tf = await loadLibrary();
  await attempt('The prediction failed', () => {
    const pixels = drawPixels(picture, MODEL_SIDE, MODEL_SIDE, fit);
    const times = [];
    let values;
    for (let i = 0; i < REPEATS; ++i) {
      const start = performance.now();
      values = predict(tf, state.opened.model, pixels);
      times.push(performance.now() - start);
    }
    state.times.first ??= times[0];
    const keypoints = mapToPicture(readKeypoints(values), fit);
    drawSkeleton(element('picture'), picture, keypoints);
    showKeypoints(keypoints, picture);
    showTimes({
      'load model': state.times.load,
      'first prediction': state.times.first,
      [`median of ${REPEATS}`]: median(times),
    });
    const sure = keypoints.filter(isSure).length;
    showStatus(`Found ${sure} of ${keypoints.length} joints.`);
  }).finally(() => setEnabled(element('again'), true));
}

async function load(folder) {
  const { signal } = end;
  const drawn = showPhotograph();
  // Reported below.
  drawn.catch(() => {});
  await loadLibrary((...step) => signal.aborted || showStatus(...step));
  await drawn;
  const source = { name: MODEL_NAME, url: sampleUrl(MODEL_NAME, folder) };
  state.opened = await attempt('The model could not be loaded', async () => {
    const opened = await openModel(source, { signal, progress: showStatus });
    if (opened.problem) throw opened.problem;
    if (!signal.aborted) return opened;
    opened.model.dispose();
    throw signal.reason;
  });
  state.times = { load: state.opened.loadTime };
  element('file').disabled = false;
  setEnabled(element('look-inside'), true);
}

async function showPhotograph() {
  state.picture ??= await loadPhotograph();
  drawPicture(element('picture'), state.picture);
}

async function choosePicture(file) {
  state.picture = await readPicture(file);
  element('caption').textContent = file.name;
  await run();
}

/** Hides the demo when a model is opened. Frees the demo's model, unless it is that one. */
function hide(current) {
  element('demo').hidden = true;
  end.abort();
  if (state.opened === current) return;
  state.opened?.model.dispose();
  state.opened = null;
}

/** @param {(folder: string) => Promise<void>} start Loads and runs the model, which is there or on a CDN. */
async function show(start) {
  end = new AbortController();
  element('demo').hidden = false;
  setEnabled(element('again'), state.opened !== null);
  if (state.opened) return;
  element('file').disabled = true;
  setEnabled(element('look-inside'), false);
  await startSomehow(start, end.signal);
}

/**
 * Sets the demo up, hidden. It comes back when a model is closed.
 *
 * @param {import('./app.js').App} app
 * @returns {() => Promise<void>} Shows it.
 */
export function setUpDemo(app) {
  element('demo').hidden = true;
  element('again').addEventListener('click', () => run().catch(showFailure));
  element('file').addEventListener('change', ({ target }) => {
    if (target.files[0]) choosePicture(target.files[0]).catch(showFailure);
    target.value = '';
  });
  element('look-inside').addEventListener('click', () => app.show(state.opened, { isShared: true }));
  const start = (folder) => load(folder).then(run).catch(showFailure);
  app.on('opened', () => hide(app.current));
  app.on('closed', () => show(start));
  return () => show(start);
}

/** Starts immediately if the model is on this host, else on the user's request. */
async function startSomehow(start, signal) {
  const isHere = await hasLocalSamples();
  if (signal.aborted) return;
  if (isHere) {
    start(LOCAL_FOLDER);
    return;
  }
  const button = element('demo-cdn');
  showStatus('The model of this example is not on this host; cdn.jsdelivr.net has it (4.8 MB).');
  button.hidden = false;
  button.onclick = () => {
    moveFocus(button, element('demo-title'));
    button.hidden = true;
    start(CDN_FOLDER);
  };
}
