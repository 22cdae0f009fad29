// SPDX-License-Identifier: Apache-2.0
// The demo page: MoveNet on a photograph, through the package's public functions.
import { drawPicture, drawSkeleton, isSure } from './draw.js';
import { fitIntoSquare, MODEL_SIDE, mapToPicture, readKeypoints } from './movenet.js';

const MODEL_URL = '/models/movenet-lightning.json';
const PHOTOGRAPH_URL = 'images/astronaut.png';
const REPEATS = 20;

const element = (id) => document.getElementById(id);
const status = element('status');

/** The public functions, the model and the picture, as far as they are there. */
const state = { tf: null, model: null, picture: null };

function showStatus(text) {
  status.classList.remove('failed');
  status.textContent = text;
}

function showError(error) {
  console.error(error);
  status.classList.add('failed');
  status.textContent = error.message;
}

/** Runs one step, so that an error says which one failed. */
async function attempt(what, action) {
  try {
    return await action();
  } catch (error) {
    throw new Error(`${what}: ${error.message}`, { cause: error });
  }
}

const milliseconds = (value) => (value < 100 ? `${value.toFixed(1)} ms` : `${Math.round(value)} ms`);

function showTimes(times) {
  element('times').replaceChildren(
    ...Object.entries(times).map(([name, value]) => {
      const group = document.createElement('div');
      const term = document.createElement('dt');
      const description = document.createElement('dd');
      term.textContent = name;
      description.textContent = value;
      group.append(term, description);
      return group;
    }),
  );
}

function showKeypoints(keypoints, picture) {
  element('keypoints').replaceChildren(
    ...keypoints.map((point) => {
      const row = document.createElement('tr');
      if (!isSure(point)) row.className = 'unsure';
      const cells = [point.name, Math.round(point.x * picture.width), Math.round(point.y * picture.height)];
      for (const text of [...cells, point.score.toFixed(2)]) row.insertCell().textContent = text;
      return row;
    }),
  );
}

/** The picture fitted into the model's square, as pixels. */
function toPixels(picture, fit) {
  const canvas = new OffscreenCanvas(MODEL_SIDE, MODEL_SIDE);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.imageSmoothingQuality = 'high';
  context.drawImage(picture, fit.left, fit.top, fit.width, fit.height);
  return context.getImageData(0, 0, MODEL_SIDE, MODEL_SIDE);
}

/** Keypoint values as the model gives them; no tensor is left over. */
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

/** Lets the browser paint what was written into the page. */
const nextPaint = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));

async function run() {
  const { picture } = state;
  const fit = fitIntoSquare(picture.width, picture.height);
  setControls(false);
  showStatus('Predicting…');
  await nextPaint();
  await attempt('The prediction failed', () => {
    const pixels = toPixels(picture, fit);
    const times = [];
    let values;
    for (let i = 0; i < REPEATS; ++i) {
      const start = performance.now();
      values = predict(state, pixels);
      times.push(performance.now() - start);
    }
    state.times.first ??= times[0];
    times.sort((a, b) => a - b);
    const keypoints = mapToPicture(readKeypoints(values), fit);
    drawSkeleton(element('picture'), picture, keypoints);
    showKeypoints(keypoints, picture);
    showTimes({
      'load model': milliseconds(state.times.load),
      'first prediction': milliseconds(state.times.first),
      [`median of ${REPEATS}`]: milliseconds(times[REPEATS / 2]),
    });
    const sure = keypoints.filter(isSure).length;
    showStatus(`Found ${sure} of ${keypoints.length} joints.`);
  }).finally(() => setControls(true));
}

async function load() {
  const [tf, picture] = await Promise.all([
    attempt('The library could not be loaded (is it built?)', async () => {
      const library = await import('../dist/index.js');
      await library.ready();
      return library;
    }),
    attempt('The photograph could not be loaded', async () => {
      const response = await fetch(PHOTOGRAPH_URL);
      if (!response.ok) throw new Error(`${PHOTOGRAPH_URL}: HTTP status ${response.status}`);
      return createImageBitmap(await response.blob());
    }),
  ]);
  Object.assign(state, { tf, picture });
  drawPicture(element('picture'), picture);
  const start = performance.now();
  const onProgress = (fraction) => showStatus(`Loading the model… ${Math.round(fraction * 100)} %`);
  state.model = await attempt('The model could not be loaded', () => tf.loadGraphModel(MODEL_URL, { onProgress }));
  state.times = { load: performance.now() - start };
}

async function choosePicture(file) {
  await attempt('This file is not a picture that the browser can read', async () => {
    state.picture = await createImageBitmap(file);
  });
  element('caption').textContent = file.name;
  await run();
}

element('again').addEventListener('click', () => run().catch(showError));
element('file').addEventListener('change', ({ target }) => {
  if (target.files[0]) choosePicture(target.files[0]).catch(showError);
});

load().then(run).catch(showError);
