// SPDX-License-Identifier: Apache-2.0
// Finds the shapes of intermediate values by a run.

/** The memory limit for all values of a run together. */
const MAX_BYTES = 256 << 20;

/** Ops whose values are not tensors, or may be dead. */
const NOT_FETCHED =
  /^(NoOp|Assert|Print)$|TensorList|TensorArray|HashTable|^(Ref)?(Switch|Merge|Enter|Exit|NextIteration)$/;

/**
 * Fills `opened.shapes`: from a profile, which has the nodes of the optimized graph, and then by fetching nodes that
 * were fused into others.
 *
 * @param {import('../open/source.js').OpenedModel} opened
 */
export function learnShapes(tf, { model, artifacts, shapes }, feeds) {
  const { result, kernels } = model.profile(feeds);
  tf.dispose(result);
  for (const { node, outputShapes } of kernels) shapes.set(node, outputShapes);
  const nodes = artifacts.modelTopology.node ?? [];
  const missing = nodes.filter(({ name, op }) => op !== 'Const' && !op.startsWith('Placeholder') && !shapes.has(name));
  const bytes = kernels.reduce((sum, { bytesAdded }) => sum + bytesAdded, 0);
  const expected = (bytes / Math.max(kernels.length, 1)) * missing.length;
  if (missing.length === 0 || expected > MAX_BYTES || nodes.some(({ op }) => NOT_FETCHED.test(op))) return;
  const names = missing.map(({ name }) => name);
  try {
    const values = [model.execute(feeds, names)].flat();
    for (const [index, { shape }] of values.entries()) shapes.set(names[index], [shape]);
    tf.dispose(values);
  } catch (error) {
    // Optional information: nodes that cannot be fetched keep their declared shape.
    console.info(error);
  }
}
