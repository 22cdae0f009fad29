// SPDX-License-Identifier: Apache-2.0
// Which tests of TensorFlow.js do not apply to tfwasm, or fail, and why.

/** [files, names of tests (all if absent), reason] */
const NOT_APPLICABLE = [
  [/^(kernel_registry|profiler|tape|types|debug_mode|flags|environment)$/, undefined, 'internals of TensorFlow.js'],
  [/^(device_util|hash_util|jasmine_util|test_util|worker)$/, undefined, 'internals of TensorFlow.js'],
  [/^(backends|platforms)\//, undefined, 'backends and platforms'],
  [/^ops\/(axis|broadcast|concat|conv|dropout|slice)_util$/, undefined, 'helpers of backends'],
  [/^ops\/(operation|rand)$/, undefined, 'internals of TensorFlow.js'],
  [
    /^io\/(progress|router_registry|http|browser_files|indexed_db|local_storage|model_management|passthrough|weights_loader)$/,
    undefined,
    'needs a browser',
  ],
];

/** Failures: [files, names, reason] */
const FAILURES = [];

/**
 * Why a test, or a file as a whole (without `name`), does not apply or fails.
 *
 * @returns {{text: string, isNotApplicable: boolean} | undefined}
 */
export function reasonOf({ file, name }) {
  const matches = ([files, names]) => files.test(file) && (name === undefined ? !names : names?.test(name));
  const notApplicable = NOT_APPLICABLE.find(matches);
  if (notApplicable) return { text: notApplicable[2], isNotApplicable: true };
  const failure = name === undefined ? undefined : FAILURES.find(matches);
  return failure && { text: failure[2], isNotApplicable: false };
}
