// SPDX-License-Identifier: Apache-2.0
// The objects with weights of a model, from its config: what a program that knows the layers would describe. Shapes are
// computed for the layers of Keras 3, else they are those in the file, and the names are compared.

const BATCH_NORMALIZATION = ['gamma', 'beta', 'moving_mean', 'moving_variance'];
const RECURRENT = ['kernel', 'recurrent_kernel', 'bias'];

/** The variables of classes, in order. Those that the config switches off are left out. */
const VARIABLES = {
  BatchNormalization: BATCH_NORMALIZATION,
  Conv1D: ['kernel', 'bias'],
  Conv2D: ['kernel', 'bias'],
  Conv2DTranspose: ['kernel', 'bias'],
  Conv3D: ['kernel', 'bias'],
  Dense: ['kernel', 'bias'],
  DepthwiseConv2D: ['depthwise_kernel', 'bias'],
  Embedding: ['embeddings'],
  LocallyConnected2D: ['kernel', 'bias'],
  PReLU: ['alpha'],
  SeparableConv2D: ['depthwise_kernel', 'pointwise_kernel', 'bias'],
};

/** Layers whose variables are in a cell. */
const CELLS = ['LSTM', 'SimpleRNN', 'GRU', 'ConvLSTM2D'];

const KERAS_1 = { Convolution1D: 'Conv1D', Convolution2D: 'Conv2D' };
const SWITCHES = { bias: ['use_bias', 'bias'], gamma: ['scale'], beta: ['center'] };

export function layersOf({ config }) {
  return Array.isArray(config) ? config : config.layers;
}

/** `shapeOf(holder name, variable name)` is asked for each variable, in creation order. */
export function modelHolder(model, shapeOf, trainable = true) {
  const name = model.config.name ?? 'model';
  const isTrainable = trainable && model.config.trainable !== false;
  return {
    className: model.class_name === 'Model' ? 'Functional' : model.class_name,
    name,
    variables: [],
    children: [['layers', layersOf(model).map((layer) => layerHolder(layer, shapeOf, isTrainable))]],
  };
}

function layerHolder(entry, shapeOf, parentTrainable) {
  const { config } = entry;
  const className = KERAS_1[entry.class_name] ?? entry.class_name;
  const name = config.name ?? entry.name;
  const trainable = parentTrainable && config.trainable !== false;
  if (['Sequential', 'Model', 'Functional'].includes(className)) return modelHolder(entry, shapeOf, trainable);
  if (className === 'TimeDistributed') {
    return { className, name, variables: [], children: [['layer', layerHolder(config.layer, shapeOf, trainable)]] };
  }
  if (className === 'Bidirectional') {
    const inner = config.layer;
    const child = (way) => ({ ...inner, config: { ...inner.config, name: `${way}_${inner.config.name}` } });
    const children = ['forward', 'backward'].map((way) => [
      `${way}_layer`,
      layerHolder(child(way), shapeOf, trainable),
    ]);
    return { className, name, variables: [], children };
  }
  const variables = (owner, names) =>
    names
      .filter((variable) => !SWITCHES[variable]?.some((key) => config[key] === false))
      .map((variable) => ({
        name: variable,
        shape: shapeOf(owner, variable, config),
        dtype: 'float32',
        trainable: trainable && !variable.startsWith('moving_'),
      }));
  if (CELLS.includes(className)) {
    const cell = { className: `${className}Cell`, name: `${name}_cell`, children: [] };
    cell.variables = variables(name, RECURRENT);
    return { className, name, variables: [], children: [['cell', cell]] };
  }
  return { className, name, variables: variables(name, VARIABLES[className] ?? []), children: [] };
}

/** All holders, the model first. */
export function allHolders(holder) {
  return [holder, ...holder.children.flatMap(([, child]) => [child].flat().flatMap(allHolders))];
}

/** All variables with the names of their holders. */
export function allVariables(root) {
  return allHolders(root).flatMap(({ name, variables }) => variables.map((variable) => ({ holder: name, variable })));
}

/**
 * The shapes of the weights of a model of Keras 3 that is a chain of layers: `shapeOf` for modelHolder.
 */
export function shapesOfChain(model) {
  const shapes = new Map();
  let features;
  for (const entry of layersOf(model)) {
    const { class_name: className, config } = entry;
    const inner = className === 'TimeDistributed' ? config.layer : entry;
    const units = inner.config.units;
    if (className === 'InputLayer') features = (config.batch_shape ?? config.batch_input_shape).at(-1);
    const gates = { LSTM: 4, SimpleRNN: 1 }[className] ?? 1;
    shapes.set(inner.config.name, {
      kernel: [features, gates * units],
      recurrent_kernel: [units, gates * units],
      bias: [gates * units],
      ...Object.fromEntries(BATCH_NORMALIZATION.map((name) => [name, [features]])),
    });
    if (units !== undefined) features = units;
  }
  return (holder, variable) => shapes.get(holder)[variable];
}
