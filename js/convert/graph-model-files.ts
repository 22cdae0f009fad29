// SPDX-License-Identifier: Apache-2.0
// Graph models as input.
import { check, describeError, TfwasmError } from '../core/errors.js';
import { checkManifest } from '../io/manifest.js';
import type { ModelJSON, Signature } from '../io/types.js';
import type { ConvertFile, FileTree } from './types.js';

/** What a model that is written anew keeps. */
export interface KeptParts {
  /** Text of JSON, '' if absent. */
  initializerSignature: string;
  generatedBy?: string | undefined;
}

/** The files that src/convert/graph_model.h expects, and what is not converted. */
export interface GraphModelFiles extends KeptParts {
  files: FileTree;
  metadata: { [key: string]: unknown };
}

/** Splits model.json into its parts. Throws E_JSON, E_MANIFEST or E_FILE. */
export async function splitGraphModel(tree: FileTree): Promise<GraphModelFiles> {
  const json = await readModelJson(tree);
  const manifest = json.weightsManifest ?? [];
  checkManifest(manifest);
  const { signature, ...metadata } = json.userDefinedMetadata ?? {};
  const files: FileTree = {
    topology: textFile(json.modelTopology),
    signature: textFile((signature as Signature | undefined) ?? json.signature),
    initializer: textFile(json.modelInitializer),
    specs: textFile(manifest.flatMap(({ weights }) => weights)),
  };
  for (const [index, path] of manifest.flatMap(({ paths }) => paths).entries()) {
    const file = tree[path];
    if (!file) throw new TfwasmError('E_FILE', `the model has no file ${path}`);
    files[`weights/${index}`] = file;
  }
  const generatedBy = typeof json.generatedBy === 'string' ? json.generatedBy : undefined;
  return { files, initializerSignature: textOf(json.initializerSignature), generatedBy, metadata };
}

async function readModelJson(tree: FileTree): Promise<ModelJSON> {
  const file = tree['model.json'] as ConvertFile;
  const bytes = await file.read(0, file.size);
  try {
    const json = JSON.parse(new TextDecoder().decode(bytes));
    check(json.format !== 'layers-model', 'the model is a layers model, not a graph model', 'E_FILE');
    check(typeof json.modelTopology === 'object', 'model.json has no modelTopology', 'E_JSON');
    return json;
  } catch (error) {
    if (error instanceof TfwasmError) throw error;
    throw new TfwasmError('E_JSON', `model.json is no JSON: ${describeError(error)}`, { cause: error });
  }
}

const textOf = (part: unknown) => (part === undefined ? '' : JSON.stringify(part));

function textFile(part: unknown): ConvertFile {
  const bytes = new TextEncoder().encode(textOf(part));
  return { size: bytes.length, read: async (offset, length) => bytes.subarray(offset, offset + length) };
}
