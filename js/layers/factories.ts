// SPDX-License-Identifier: Apache-2.0
// `tf.layers`: a function for each layer.
import { type AdaptableLayer, makeBuiltIn, type VocabularyLayer } from './adaptable-layer.js';
import type { BuiltInLayer, BuiltInLayerArgs } from './built-in-layer.js';

export type LayerFactory = (args?: BuiltInLayerArgs) => BuiltInLayer;

/** The factories of layers of the core. "conv2dTranspose" makes a Conv2DTranspose. */
const NAMES = [
  ...['dense', 'activation', 'identity', 'flatten', 'reshape', 'permute', 'repeatVector', 'embedding', 'masking'],
  ...['einsumDense', 'reversibleEmbedding', 'activityRegularization'],
  ...['reLU', 'leakyReLU', 'thresholdedReLU', 'softmax'],
  ...['conv1d', 'conv2d', 'conv3d', 'conv1dTranspose', 'conv2dTranspose', 'conv3dTranspose'],
  ...['depthwiseConv1d', 'depthwiseConv2d', 'separableConv1d', 'separableConv2d'],
  ...['locallyConnected1d', 'locallyConnected2d'],
  ...['maxPooling1d', 'maxPooling2d', 'maxPooling3d', 'averagePooling1d', 'averagePooling2d', 'averagePooling3d'],
  ...['globalMaxPooling1d', 'globalMaxPooling2d', 'globalMaxPooling3d'],
  ...['globalAveragePooling1d', 'globalAveragePooling2d', 'globalAveragePooling3d'],
  ...['adaptiveAveragePooling1d', 'adaptiveAveragePooling2d', 'adaptiveAveragePooling3d'],
  ...['adaptiveMaxPooling1d', 'adaptiveMaxPooling2d', 'adaptiveMaxPooling3d'],
  ...['cropping1D', 'cropping2D', 'cropping3D', 'zeroPadding1d', 'zeroPadding2d', 'zeroPadding3d'],
  ...['upSampling1d', 'upSampling2d', 'upSampling3d'],
  ...['add', 'subtract', 'multiply', 'average', 'maximum', 'minimum', 'concatenate', 'dot'],
  ...['batchNormalization', 'layerNormalization', 'groupNormalization', 'unitNormalization', 'normalization'],
  ...['dropout', 'spatialDropout1d', 'spatialDropout2d', 'spatialDropout3d'],
  ...['gaussianNoise', 'gaussianDropout', 'alphaDropout'],
  ...['attention', 'additiveAttention', 'multiHeadAttention', 'groupQueryAttention'],
  ...['stringLookup', 'integerLookup', 'textVectorization', 'discretization'],
  ...['categoryEncoding', 'hashing', 'hashedCrossing', 'melSpectrogram'],
  ...['rescaling', 'resizing', 'centerCrop', 'autoContrast', 'solarization', 'equalization'],
  ...['randomFlip', 'randomCrop', 'randomTranslation', 'randomRotation', 'randomZoom', 'randomHeight', 'randomWidth'],
  ...['randomShear', 'randomPerspective', 'randomErasing', 'randomGaussianBlur', 'randomBrightness', 'randomContrast'],
  ...['randomSaturation', 'randomHue', 'randomColorJitter', 'randomColorDegeneration', 'randomGrayscale'],
  ...['randomSharpness', 'randomPosterization', 'randomInvert'],
] as const;

/** Factories whose classes are spelled differently, and other names of factories. */
const OTHER_NAMES = {
  elu: 'ELU',
  prelu: 'PReLU',
  rmsNormalization: 'RMSNormalization',
  stftSpectrogram: 'STFTSpectrogram',
  avgPool1d: 'AveragePooling1D',
  avgPool2d: 'AveragePooling2D',
  avgPool3d: 'AveragePooling3D',
  avgPooling1d: 'AveragePooling1D',
  avgPooling2d: 'AveragePooling2D',
  avgPooling3d: 'AveragePooling3D',
  maxPool1d: 'MaxPooling1D',
  maxPool2d: 'MaxPooling2D',
  globalMaxPool1d: 'GlobalMaxPooling1D',
  globalMaxPool2d: 'GlobalMaxPooling2D',
} as const;

type FactoryName = (typeof NAMES)[number] | keyof typeof OTHER_NAMES;

/** Factories whose layers have methods of their own. */
interface AdaptableFactories {
  stringLookup: (args?: BuiltInLayerArgs) => VocabularyLayer;
  integerLookup: (args?: BuiltInLayerArgs) => VocabularyLayer;
  textVectorization: (args?: BuiltInLayerArgs) => VocabularyLayer;
  normalization: (args?: BuiltInLayerArgs) => AdaptableLayer;
  discretization: (args?: BuiltInLayerArgs) => AdaptableLayer;
}

const classOf = (name: string) => name.charAt(0).toUpperCase() + name.slice(1).replace(/(\d)d/, '$1D');

const factoryOf =
  (className: string): LayerFactory =>
  (args) =>
    makeBuiltIn(className, args);

export const builtInFactories = Object.fromEntries([
  ...NAMES.map((name) => [name, factoryOf(classOf(name))]),
  ...Object.entries(OTHER_NAMES).map(([name, className]) => [name, factoryOf(className)]),
]) as Omit<Record<FactoryName, LayerFactory>, keyof AdaptableFactories> & AdaptableFactories;
