// SPDX-License-Identifier: Apache-2.0
import * as tf from '/node_modules/tfwasm/dist/index.js';

import { predict } from '/predict.js';

addEventListener('message', async ({ data }) => {
  postMessage(await predict(tf, data).catch((error) => ({ error: error.stack })));
});
