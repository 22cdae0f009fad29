// SPDX-License-Identifier: Apache-2.0
import * as tf from 'tfwasm';

import { predict } from '../predict.js';

const [modelUrl, threads] = process.argv.slice(2);
console.log(JSON.stringify(await predict(tf, { modelUrl, threads: Number(threads) })));
