// SPDX-License-Identifier: Apache-2.0
import { TfwasmError } from '../core/errors.js';
import type { FileTree, GraphInputFormat } from './types.js';

/** The format of a model, by its files. Throws E_FILE if they are of no known format. */
export async function formatOf(files: FileTree): Promise<GraphInputFormat> {
  const paths = Object.keys(files);
  if (files['tfhub_module.pb']) return 'tf_hub';
  if (files['saved_model.pb'] || files['saved_model.pbtxt']) return 'tf_saved_model';
  if (files['model.json']) return 'tfjs_graph_model';
  if (paths.length === 1) return 'tf_frozen_model';
  throw new TfwasmError(
    'E_FILE',
    `the files are of no format that can be converted to a graph model: ${paths.slice(0, 8).join(', ') || 'there are none'}`,
  );
}
