// SPDX-License-Identifier: Apache-2.0
// Writes saved_model.pb for tests.
import { shape, TYPES } from './graph-def.mjs';
import { bytes, concat, entry, int, message } from './proto.mjs';

const tensorInfo = ({ name, type, dims }) => concat(bytes(1, name), int(2, TYPES[type]), message(3, shape(dims)));

/** A SignatureDef: {inputs: {key: {name, type, dims}}, outputs: ...}. */
const signatureDef = ({ inputs, outputs }) =>
  concat(
    Object.entries(inputs).map(([key, info]) => entry(1, key, tensorInfo(info))),
    Object.entries(outputs).map(([key, info]) => entry(2, key, tensorInfo(info))),
    bytes(3, 'tensorflow/serving/predict'),
  );

/** A MetaGraphDef. `assets`: [{tensor, name}]; `mainOp`: the node that initializes the model. */
export const metaGraph = ({ graph, signatures, tags = ['serve'], restoreOp, assets = [], mainOp }) =>
  concat(
    message(
      1,
      tags.map((tag) => bytes(4, tag)),
      bytes(5, '2.15.0'),
    ),
    bytes(2, graph),
    restoreOp ? message(3, bytes(3, restoreOp)) : [],
    mainOp ? entry(4, 'saved_model_main_op', message(1, bytes(1, mainOp))) : [],
    Object.entries(signatures).map(([key, signature]) => entry(5, key, signatureDef(signature))),
    assets.map(({ tensor, name }) => message(6, message(1, bytes(1, tensor)), bytes(2, name))),
  );

/** The bytes of saved_model.pb. */
export const savedModel = (...metaGraphs) =>
  concat(
    int(1, 1),
    metaGraphs.map((meta) => message(2, meta)),
  );
