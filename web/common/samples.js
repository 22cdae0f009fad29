// SPDX-License-Identifier: Apache-2.0
// The sample models: their locations and input ranges.
import { PUBLIC_MODELS } from './models.js';

/** Served next to the page by `npm start`. */
export const LOCAL_FOLDER = new URL('../../models/', import.meta.url).href;

/** Used only if the user allows it. */
export const CDN_FOLDER = 'https://cdn.jsdelivr.net/npm/@vladmandic/human@3.3.6/models/';

/** Their purposes, from the smallest model to the largest. */
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

/** The options of a select of samples. */
export const sampleOptions = () => SAMPLES.map(({ name, purpose }) => new Option(`${purpose} (${name})`, name));

/** @returns {string} the URL of a sample's model.json. */
export const sampleUrl = (name, folder = LOCAL_FOLDER) => `${folder}${name}.json`;

/** The sample with this URL, if there is one. */
export function sampleOf(url) {
  return SAMPLES.find(({ name }) => url === sampleUrl(name) || url === sampleUrl(name, CDN_FOLDER));
}

let asked;

/** Whether this host has the samples, by a small request. */
export function hasLocalSamples() {
  asked ??= askForSamples();
  return asked;
}

async function askForSamples() {
  try {
    const response = await fetch(sampleUrl('models'));
    // Checks for JSON: some hosts answer every request with an HTML page.
    return response.ok && typeof (await response.json()) === 'object';
  } catch {
    return false;
  }
}
