// SPDX-License-Identifier: Apache-2.0
// The factories of recurrent layers, and of layers around other layers.
import { Bidirectional, type BidirectionalArgs } from './bidirectional.js';
import type { BuiltInLayerArgs } from './built-in-layer.js';
import { callableClass } from './callable-class.js';
import type { Config } from './config.js';
import { RecurrentCell, RecurrentLayer } from './recurrent-layer.js';
import { addLayerMaker } from './registry.js';
import { RNN, type RNNArgs } from './rnn.js';
import { RNNCell, StackedRNNCells, type StackedRNNCellsArgs } from './rnn-cell.js';
import { SpectralNormalization, type SpectralNormalizationArgs } from './spectral-normalization.js';
import { TimeDistributed, type WrapperArgs } from './wrapper.js';

for (const name of ['LSTM', 'GRU', 'SimpleRNN', 'ConvLSTM1D', 'ConvLSTM2D', 'ConvLSTM3D']) {
  addLayerMaker(name, (config, { generation }) => new RecurrentLayer(name, config, generation));
}
for (const name of ['LSTMCell', 'GRUCell', 'SimpleRNNCell', 'ConvLSTM2DCell']) {
  addLayerMaker(name, (config, { generation }) => new RecurrentCell(name, config, generation));
}

/** Classes of old versions of Keras: others with these options. */
const OLD_NAMES: [name: string, className: string, options: Config][] = [
  ['UnifiedLSTM', 'LSTM', {}],
  ['UnifiedGRU', 'GRU', {}],
  ['CuDNNLSTM', 'LSTM', { recurrentActivation: 'sigmoid' }],
  ['CuDNNGRU', 'GRU', { recurrentActivation: 'sigmoid', resetAfter: true }],
];
for (const [name, className, options] of OLD_NAMES) {
  addLayerMaker(name, (config, { generation }) => new RecurrentLayer(className, { ...config, ...options }, generation));
}

addLayerMaker('Bidirectional', (config, context) => new Bidirectional(config as unknown as BidirectionalArgs, context));
addLayerMaker('RNN', (config, context) => new RNN(config as unknown as RNNArgs, context));
addLayerMaker('TimeDistributed', (config, context) => new TimeDistributed(config as unknown as WrapperArgs, context));
addLayerMaker(
  'SpectralNormalization',
  (config, context) => new SpectralNormalization(config as unknown as SpectralNormalizationArgs, context),
);
// Keras leaves the option out if it is false.
addLayerMaker('StackedRNNCells', (config, context) => {
  return new StackedRNNCells({ reverseStateOrder: false, ...config } as unknown as StackedRNNCellsArgs, context);
});

const layerOf = (className: string) => (args: BuiltInLayerArgs) => new RecurrentLayer(className, args);
const cellOf = (className: string) => (args: BuiltInLayerArgs) => new RecurrentCell(className, args);

export const recurrentFactories = {
  lstm: layerOf('LSTM'),
  gru: layerOf('GRU'),
  simpleRNN: layerOf('SimpleRNN'),
  convLstm1d: layerOf('ConvLSTM1D'),
  convLstm2d: layerOf('ConvLSTM2D'),
  convLstm3d: layerOf('ConvLSTM3D'),
  lstmCell: cellOf('LSTMCell'),
  gruCell: cellOf('GRUCell'),
  simpleRNNCell: cellOf('SimpleRNNCell'),
  convLstm2dCell: cellOf('ConvLSTM2DCell'),
  rnn: (args: RNNArgs) => new RNN(args),
  stackedRNNCells: (args: StackedRNNCellsArgs) => new StackedRNNCells(args),
  bidirectional: (args: BidirectionalArgs) => new Bidirectional(args),
  timeDistributed: (args: WrapperArgs) => new TimeDistributed(args),
  spectralNormalization: (args: SpectralNormalizationArgs) => new SpectralNormalization(args),
  RNN: callableClass(RNN),
  RNNCell: callableClass(RNNCell),
};
