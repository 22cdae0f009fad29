// SPDX-License-Identifier: Apache-2.0
// Layers that learn from data before a model is trained: vocabularies, statistics, bins.
import { loadBundle } from '../core/bundles.js';
import { TfwasmError } from '../core/errors.js';
import type { DataType } from '../tensor/dtype.js';
import { Tensor } from '../tensor/tensor.js';
import type { TensorLike } from '../tensor/values.js';
import { BuiltInLayer, type BuiltInLayerArgs } from './built-in-layer.js';
import type { Config } from './config.js';

/** A batch of examples. */
export type AdaptBatch = Tensor | TensorLike;

/** Data to adapt to: all examples, or batches of them. */
export type AdaptData = AdaptBatch | AsyncIterable<AdaptBatch> | Iterable<AdaptBatch>;

/** Options of adapt(). */
export interface AdaptArgs {
  /** The most batches that are taken from an iterable. Default: all. */
  steps?: number;
}

/** What adapt.js exports for layers. */
interface Adapting {
  adapt(layer: AdaptableLayer, data: AdaptData, args: AdaptArgs): Promise<void>;
}

/** Normalization, Discretization, and the base of layers with vocabularies. */
export class AdaptableLayer extends BuiltInLayer {
  /**
   * Learns from data what the layer needs: the vocabulary, the mean and the variance, or the boundaries of bins. What
   * it learned before is forgotten.
   *
   * ```js
   * const layer = tf.layers.textVectorization({ outputMode: 'multi_hot' });
   * await layer.adapt(['the cat sat', 'the dog']);
   * layer.getVocabulary(); // ['[UNK]', 'the', 'sat', 'dog', 'cat']
   * ```
   *
   * @param data A tensor or an array with all examples, or an iterable of batches, which may be asynchronous.
   * @throws E_LAYER if the layer was made with what it would learn; E_SHAPE or E_DTYPE if the data do not fit.
   */
  async adapt(data: AdaptData, args: AdaptArgs = {}): Promise<void> {
    const { adapt } = (await loadBundle('adapt.js')) as Adapting;
    await adapt(this, data, args);
  }

  /** @internal Sets what was learned. */
  learn(learned: Config): void {
    this.reconfigure(learned);
  }
}

const isList = (value: unknown): value is (string | number)[] => Array.isArray(value);

/** StringLookup, IntegerLookup and TextVectorization. */
export class VocabularyLayer extends AdaptableLayer {
  #isAdapted: boolean;

  constructor(className: string, args: BuiltInLayerArgs = {}, generation = 2) {
    super(className, args, generation);
    this.#isAdapted = args['vocabularyIsAdapted'] === true || !isList(args['vocabulary']);
  }

  /** @internal Whether the layer was made without a vocabulary. Keras stores what it has now in a file of its own. */
  get isAdapted(): boolean {
    return this.#isAdapted;
  }

  /** @internal The output has the length of the longest text. */
  override shapeNeedsValues(): boolean {
    const { output_mode, output_sequence_length } = this.coreConfig;
    return this.getClassName() === 'TextVectorization' && output_mode === 'int' && output_sequence_length === null;
  }

  /** @internal The terms in front of others: that of the mask, if it has an index, and those of unknown terms. */
  get specialTerms(): (string | number)[] {
    const isText = this.getClassName() === 'TextVectorization';
    const { mask_token, oov_token, output_mode, num_oov_indices } = this.coreConfig;
    const mask = isText ? '' : mask_token;
    const unknown = Array<unknown>(isText ? 1 : (num_oov_indices as number)).fill(isText ? '[UNK]' : oov_token);
    return (mask !== null && output_mode === 'int' ? [mask, ...unknown] : unknown) as (string | number)[];
  }

  /**
   * The terms by their indices; empty if there are none yet.
   *
   * @param includeSpecialTokens Whether to list those in front: the mask, and what unknown terms become. Default: true.
   */
  getVocabulary(includeSpecialTokens = true): (string | number)[] {
    const given = this.coreConfig['vocabulary'];
    if (!isList(given) || given.length === 0) return [];
    const special = this.specialTerms;
    const isWhole = special.length > 0 && special.every((term, i) => given[i] === term);
    const terms = isWhole ? given.slice(special.length) : [...given];
    return includeSpecialTokens ? [...special, ...terms] : terms;
  }

  /** @internal The inverse document frequency of every index, as Keras stores it; undefined if there are none. */
  get idfByIndex(): Record<string, number[]> | undefined {
    const given = this.coreConfig['idf_weights'] as number[] | null | undefined;
    if (!given) return undefined;
    const front = this.vocabularySize() - given.length;
    const mean = given.reduce((sum, weight) => sum + weight, 0) / given.length;
    return { idf_weights: [...Array<number>(front).fill(mean), ...given] };
  }

  /** The number of indices; 0 if there is no vocabulary yet. */
  vocabularySize(): number {
    return this.getVocabulary().length;
  }

  /**
   * Replaces the vocabulary. It may begin with the terms that getVocabulary() has in front.
   *
   * @param idfWeights The inverse document frequency of each term; for outputMode 'tf_idf' only.
   * @throws E_LAYER if a term occurs twice, or there are more than maxTokens.
   */
  setVocabulary(vocabulary: readonly (string | number)[] | Tensor, idfWeights?: readonly number[] | Tensor): void {
    const listOf = (values: readonly unknown[] | Tensor) => [
      ...(values instanceof Tensor ? values.dataSync() : values),
    ];
    const terms = listOf(vocabulary);
    if (terms.length === 0) throw new TfwasmError('E_LAYER', `${this.name}: a vocabulary must not be empty`);
    this.learn({ vocabulary: terms, idf_weights: idfWeights ? listOf(idfWeights) : null });
  }
}

const CLASSES: Readonly<Record<string, typeof BuiltInLayer>> = {
  Normalization: AdaptableLayer,
  Discretization: AdaptableLayer,
  StringLookup: VocabularyLayer,
  IntegerLookup: VocabularyLayer,
  TextVectorization: VocabularyLayer,
};

/** The dtypes that Keras requires of layers whose output is a number, and those of their inputs. */
const DTYPES: Readonly<Record<string, readonly [dtype: DataType, input?: DataType]>> = {
  TextVectorization: ['string', 'string'],
  StringLookup: ['int32', 'string'],
  IntegerLookup: ['int32', 'int32'],
  Discretization: ['int32', 'float32'],
  Hashing: ['int32'],
  HashedCrossing: ['int32'],
};

function withDtypes(className: string, args: BuiltInLayerArgs): BuiltInLayerArgs {
  const [dtype, input] = (Object.hasOwn(DTYPES, className) && DTYPES[className]) || [];
  if (!dtype) return args;
  const isNumber = dtype === 'string' || (args['outputMode'] ?? 'int') === 'int';
  return { ...(input && { inputDType: input }), ...args, ...(isNumber && { dtype }) };
}

/** A layer of the core, by the name of its class. */
export function makeBuiltIn(className: string, args: BuiltInLayerArgs = {}, generation = 2): BuiltInLayer {
  const Class = (Object.hasOwn(CLASSES, className) && CLASSES[className]) || BuiltInLayer;
  return new Class(className, withDtypes(className, args), generation);
}
