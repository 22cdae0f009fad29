// SPDX-License-Identifier: Apache-2.0
import * as tf from 'tfwasm';

import { predict, report, settings } from '../predict.js';

report(predict(tf, settings()));
