// SPDX-License-Identifier: Apache-2.0
// The sample models: where they come from, and what a program has to know to feed them.
import { PUBLIC_MODELS } from './models.js';

/** Beside the page under `npm start`. */
export const LOCAL_FOLDER = new URL('../../models/', import.meta.url).href;

/** Asked only when the visitor says so. */
export const CDN_FOLDER = 'https://cdn.jsdelivr.net/npm/@vladmandic/human@3.3.6/models/';

/** What they do, from small to large. */
const PURPOSES = {
  blazeface: 'Face detection',
  liveness: 'Is the face alive?',
  emotion: 'Emotion of a face',
  antispoof: 'Is the face a picture?',
  facemesh: 'Points of a face',
  'handlandmark-lite': 'Points of a hand',
  iris: 'Points of an eye',
  centernet: 'Object detection',
  'movenet-lightning': 'Body pose',
  faceres: 'Age, gender and likeness of a face',
};

/** @type {{name: string, purpose: string, range: readonly [number, number]}[]} */
export const SAMPLES = Object.entries(PURPOSES)
  .filter(([name]) => Object.hasOwn(PUBLIC_MODELS, name))
  .map(([name, purpose]) => ({ name, purpose, range: PUBLIC_MODELS[name].range }));

/** What a select of samples offers. */
export const sampleOptions = () => SAMPLES.map(({ name, purpose }) => new Option(`${purpose} (${name})`, name));

/** @returns {string} the URL of a sample's model.json. */
export const sampleUrl = (name, folder = LOCAL_FOLDER) => `${folder}${name}.json`;

/** The sample behind a URL, if it is one. */
export function sampleOf(url) {
  return SAMPLES.find(({ name }) => url === sampleUrl(name) || url === sampleUrl(name, CDN_FOLDER));
}

let asked;

/** Whether this host has the samples. One small request tells. */
export function hasLocalSamples() {
  asked ??= askForSamples();
  return asked;
}

async function askForSamples() {
  try {
    const response = await fetch(sampleUrl('models'));
    // A list of what is there; some hosts answer every request with a page.
    return response.ok && typeof (await response.json()) === 'object';
  } catch {
    return false;
  }
}
