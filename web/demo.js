// SPDX-License-Identifier: Apache-2.0
// The demo at the top of the page: MoveNet on a photograph, using the package's public API.
import { element, factItems, make, nextPaint } from './common/dom.js';
import { formatTime } from './common/format.js';
import { drawPicture, drawSkeleton, isSure } from './draw.js';
import { loadLibrary } from './common/library.js';
import { drawPixels, placePicture } from './common/picture/image.js';
import { loadPhotograph, readPicture } from './common/picture/pictures.js';
import { median } from './common/quantiles.js';
import { MODEL_SIDE, mapToPicture, readKeypoints } from './movenet.js';
import { CDN_FOLDER, hasLocalSamples, LOCAL_FOLDER, sampleUrl } from './common/samples.js';

const MODEL_NAME = 'movenet-lightning';
const REPEATS = 20;

const status = element('status');

/** Aborts the demo, also while it is loading. */
const end = new AbortController();

/** The package, the model and the picture, once loaded. */
const state = { tf: null, model: null, picture: null };

function showStatus(text) {
  status.classList.remove('failed');
  status.textContent = text;
}

function showFailure(error) {
  if (end.signal.aborted) return;
  console.warn(error);
  status.classList.add('failed');
  status.textContent = error.message;
}

/** Runs a step. Errors say which step failed. */
async function attempt(what, action) {
  try {
    return await action();
  } catch (error) {
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
function predict({ tf, model }, pixels) {
  return tf.tidy(() => {
    const image = tf.browser.fromPixels(pixels);
    const batch = tf.tensor4d(image.dataSync(), [1, ...image.shape], 'int32');
    return model.predict(batch).dataSync();
  });
}

function setControls(enabled) {
  for (const id of ['again', 'file']) element(id).disabled = !enabled;
}

async function run() {
  end.signal.throwIfAborted();
  const { picture } = state;
  const fit = placePicture(picture, MODEL_SIDE, MODEL_SIDE, 'contain');
  setControls(false);
  showStatus('Predicting…');
  await nextPaint();
  end.signal.throwIfAborted();
  await attempt('The prediction failed', () => {
    const pixels = drawPixels(picture, MODEL_SIDE, MODEL_SIDE, fit);
    const times = [];
    let values;
    for (let i = 0; i < REPEATS; ++i) {
      const start = performance.now();
      values = predict(state, pixels);
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
  }).finally(() => setControls(true));
}

async function load(folder) {
  const [tf, picture] = await Promise.all([loadLibrary(), loadPhotograph()]);
  Object.assign(state, { tf, picture });
  drawPicture(element('picture'), picture);
  const start = performance.now();
  const onProgress = (fraction) => showStatus(`Loading the model… ${Math.round(fraction * 100)} %`);
  state.model = await attempt('The model could not be loaded', () =>
    tf.loadGraphModel(sampleUrl(MODEL_NAME, folder), { onProgress }),
  );
  state.times = { load: performance.now() - start };
}

async function choosePicture(file) {
  state.picture = await readPicture(file);
  element('caption').textContent = file.name;
  await run();
}

/** Removes the demo and frees its model, when another model is opened. */
export function hideDemo() {
  element('demo').hidden = true;
  end.abort();
  state.model?.dispose();
  state.model = null;
}

/** @param {import('./app.js').App} app */
export function setUpDemo(app) {
  element('again').addEventListener('click', () => run().catch(showFailure));
  element('file').addEventListener('change', ({ target }) => {
    if (target.files[0]) choosePicture(target.files[0]).catch(showFailure);
  });
  const start = (folder) => {
    element('look-inside').onclick = () => app.open({ name: MODEL_NAME, url: sampleUrl(MODEL_NAME, folder) });
    element('look-inside').disabled = false;
    load(folder).then(run).catch(showFailure);
  };
  if (!new URLSearchParams(location.search).has('model')) startSomehow(start);
}

/** Starts immediately if the model is on this host, else on the user's request. */
async function startSomehow(start) {
  if (await hasLocalSamples()) {
    start(LOCAL_FOLDER);
    return;
  }
  const button = element('demo-cdn');
  showStatus('The model of this example is not on this host; cdn.jsdelivr.net has it (4.8 MB).');
  button.hidden = false;
  button.addEventListener('click', () => {
    button.hidden = true;
    start(CDN_FOLDER);
  });
}
