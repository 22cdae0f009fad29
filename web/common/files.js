// SPDX-License-Identifier: Apache-2.0
// Finds models in chosen or dropped files.
import { describeForeign } from './foreign-formats.js';

/** A limit for folders dropped by mistake. */
const MAX_FILES = 20000;

/**
 * All dropped files, including those in folders.
 *
 * @param {DataTransfer} transfer
 * @returns {Promise<File[]>}
 */
export async function droppedFiles(transfer) {
  // The entries must be read synchronously, before the first await.
  const entries = Array.from(transfer.items, (item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (entries.length === 0) return Array.from(transfer.files);
  const files = [];
  const waiting = [...entries];
  while (waiting.length > 0 && files.length < MAX_FILES) {
    const entry = waiting.pop();
    if (entry.isFile) files.push(await new Promise((resolve, reject) => entry.file(resolve, reject)));
    else waiting.push(...(await readFolder(entry)));
  }
  return files;
}

async function readFolder(folder) {
  const reader = folder.createReader();
  const entries = [];
  for (;;) {
    // Returns entries in batches. An empty batch is the end.
    const part = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (part.length === 0) return entries;
    entries.push(...part);
  }
}

const baseName = (path) => path.split(/[\\/]/).at(-1);

/**
 * @typedef {object} FoundModel
 * @property {string} name
 * @property {File[]} files model.json and its weight files.
 * @property {string[]} missing Names of weight files that are not among the files.
 *
 * The models among files, each with its weight files. Ignores other files. A single JSON file always counts as a model,
 * so that loading reports errors.
 *
 * @param {readonly File[]} files
 * @returns {Promise<FoundModel[]>} At least one. Rejects with an Error with a message for users.
 */
export async function findModels(files) {
  const jsonFiles = files.filter(({ name }) => /\.json$/i.test(name));
  if (jsonFiles.length === 0) throw new Error(whyNoModel(files));
  const models = (await Promise.all(jsonFiles.map((json) => readModel(json, files)))).filter(Boolean);
  if (models.length > 0) return models;
  if (jsonFiles.length === 1) return [{ name: nameOf(jsonFiles[0]), files: [jsonFiles[0]], missing: [] }];
  throw new Error('None of the .json files is a model: modelTopology and weightsManifest are missing.');
}

function whyNoModel(files) {
  if (files.length === 0) return 'No file was chosen.';
  for (const { name } of files) {
    const foreign = describeForeign(name);
    if (foreign) return foreign;
  }
  const onlyWeights = files.every(({ name }) => /\.bin$/i.test(name));
  return onlyWeights
    ? `There is no .json file among these: ${files[0].name} has weights only. Choose the model.json together with it.`
    : 'There is no .json file among these. Choose the model.json together with its .bin files.';
}

/** Says which weight files are missing. @param {FoundModel} model */
export function describeMissing({ files: [json], missing }) {
  const [what, are] = missing.length === 1 ? ['the weight file', 'is'] : [`${missing.length} weight files`, 'are'];
  return (
    `${json.name} names ${what} ${missing.join(', ')}, which ${are} not among the files. ` +
    'Choose or drop all of them together.'
  );
}

async function readModel(json, files) {
  let model;
  try {
    model = JSON.parse(await json.text());
  } catch {
    return null;
  }
  if (!model?.modelTopology || !Array.isArray(model.weightsManifest)) return null;
  const paths = model.weightsManifest.flatMap((group) => group?.paths ?? []);
  const wanted = [...new Set(paths.map((path) => baseName(String(path))))];
  const near = files.filter((file) => file !== json && folderOf(file).startsWith(folderOf(json)));
  const found = wanted.map((name) => findWeights(name, near, wanted.length === 1));
  return {
    name: nameOf(json),
    files: [json, ...found.filter(Boolean)],
    missing: wanted.filter((_, index) => !found[index]),
  };
}

/** "weights (1).bin" -> "weights.bin": browsers number downloads whose name is taken. */
const withoutNumber = (name) => name.replace(/\s*\(\d+\)(?=\.[^.]*$|$)/, '');

/** The file with this name, perhaps renamed by a browser. The only .bin file counts as the only file of weights. */
function findWeights(name, files, isOnly) {
  const exact = files.filter((file) => baseName(file.name) === name);
  if (exact.length > 0) return exact[0];
  const numbered = files.find((file) => withoutNumber(baseName(file.name)) === name);
  const binaries = files.filter((file) => /\.bin$/i.test(file.name));
  const renamed = numbered ?? (isOnly && binaries.length === 1 ? binaries[0] : undefined);
  return renamed && new File([renamed], name);
}

const folderOf = ({ webkitRelativePath = '' }) => webkitRelativePath.slice(0, webkitRelativePath.lastIndexOf('/') + 1);

function nameOf({ name, webkitRelativePath = '' }) {
  const base = name.replace(/\.json$/i, '');
  const folder = webkitRelativePath.split('/').at(-2);
  return base === 'model' && folder ? folder : base;
}
