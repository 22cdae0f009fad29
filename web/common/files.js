// SPDX-License-Identifier: Apache-2.0
// Finds models in chosen or dropped files.

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
 * The models among files, each with its weight files. Ignores other files. A single JSON file always counts as a model,
 * so that loading reports errors.
 *
 * @param {readonly File[]} files
 * @returns {Promise<{name: string, files: File[]}[]>}
 */
export async function findModels(files) {
  const jsonFiles = files.filter(({ name }) => /\.json$/i.test(name));
  if (jsonFiles.length === 0) {
    throw new Error(
      files.length === 0
        ? 'No file was chosen.'
        : 'There is no .json file among these. Choose the model.json together with its .bin files.',
    );
  }
  const models = (await Promise.all(jsonFiles.map((json) => readModel(json, files)))).filter(Boolean);
  if (models.length > 0) return models;
  if (jsonFiles.length === 1) return [{ name: nameOf(jsonFiles[0]), files: [jsonFiles[0]] }];
  throw new Error('None of the .json files is a model: modelTopology and weightsManifest are missing.');
}

async function readModel(json, files) {
  let model;
  try {
    model = JSON.parse(await json.text());
  } catch {
    return null;
  }
  if (!model?.modelTopology || !Array.isArray(model.weightsManifest)) return null;
  const wanted = new Set(
    model.weightsManifest.flatMap(({ paths }) => paths ?? []).map((path) => baseName(String(path))),
  );
  const folder = folderOf(json);
  const weights = files.filter((file) => wanted.has(baseName(file.name)) && folderOf(file).startsWith(folder));
  return { name: nameOf(json), files: [json, ...weights] };
}

const folderOf = ({ webkitRelativePath = '' }) => webkitRelativePath.slice(0, webkitRelativePath.lastIndexOf('/') + 1);

function nameOf({ name, webkitRelativePath = '' }) {
  const base = name.replace(/\.json$/i, '');
  const folder = webkitRelativePath.split('/').at(-2);
  return base === 'model' && folder ? folder : base;
}
