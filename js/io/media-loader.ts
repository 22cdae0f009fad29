// SPDX-License-Identifier: Apache-2.0
// Loads media.js, which lies beside index.js, once something in it is needed.
import { describeError, TfwasmError } from '../core/errors.js';
import * as shared from '../shared-with-media.js';

type Media = typeof import('../storage-media.js');

let loading: Promise<Media> | undefined;

/** Throws E_FILE when it cannot be loaded; the next call tries again. */
export function loadMedia(): Promise<Media> {
  loading ??= import('../storage-media.js').then(
    (media) => {
      media.connect(shared);
      return media;
    },
    (error) => {
      loading = undefined;
      throw new TfwasmError(
        'E_FILE',
        `cannot load media.js, which has to be beside the index.js of tfwasm: ${describeError(error)}`,
        { cause: error },
      );
    },
  );
  return loading;
}
