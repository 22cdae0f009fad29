// SPDX-License-Identifier: Apache-2.0
// Sound of a microphone, as spectrograms and waveforms. The browser computes the Fourier transforms.
import { type Rank, type Tensor, type Tensor2D, type Tensor3D, type TensorContainer, tensor } from '../../common.js';
import { check, TfwasmError } from '../../core/errors.js';
import type { MicrophoneConfig } from '../types.js';
import { deviceError, openDevice, stopTracks } from './devices.js';
import { DONE, LazyIterator } from './lazy-iterator.js';

/** Opens a microphone. Throws E_INPUT or E_DEVICE. */
export async function openMicrophone(config: MicrophoneConfig): Promise<MicrophoneIterator> {
  const iterator = new MicrophoneIterator(config);
  await iterator.start();
  return iterator;
}

interface Recorder {
  stream: MediaStream;
  context: AudioContext;
  analyser: AnalyserNode;
}

/** The frames of an element, and the end of the recording. */
interface Recording {
  frequencies: Float32Array[];
  samples: Float32Array[];
  end(): void;
}

/** Records for the length of a spectrogram at each call of `next()`. */
export class MicrophoneIterator extends LazyIterator<TensorContainer> {
  readonly #config: MicrophoneConfig;
  readonly #fftSize: number;
  readonly #frequencies: number;
  readonly #frames: number;
  readonly #hasSpectrogram: boolean;
  readonly #hasWaveform: boolean;
  #recorder: Recorder | undefined;
  readonly #recordings = new Set<Recording>();

  /** @internal Use tf.data.microphone(). */
  constructor(config: MicrophoneConfig) {
    super('microphone', async () => DONE);
    this.#config = config;
    this.#fftSize = config.fftSize ?? 1024;
    this.#frequencies = config.columnTruncateLength ?? this.#fftSize;
    this.#frames = config.numFramesPerSpectrogram ?? 43;
    this.#hasSpectrogram = config.includeSpectrogram !== false;
    this.#hasWaveform = config.includeWaveform === true;
    this.#check();
  }

  #check(): void {
    check(
      Number.isInteger(Math.log2(this.#fftSize)) && this.#fftSize >= 2 ** 4 && this.#fftSize <= 2 ** 14,
      `Invalid fftSize: it must be a power of 2 between 2 to 4 and 2 to 14, but got ${this.#fftSize}`,
    );
    check(
      Number.isInteger(this.#frequencies) && this.#frequencies > 0 && this.#frequencies <= this.#fftSize,
      `columnTruncateLength has to be an integer from 1 to fftSize, got ${this.#frequencies}`,
    );
    check(
      Number.isInteger(this.#frames) && this.#frames > 0,
      `numFramesPerSpectrogram has to be a positive integer, got ${this.#frames}`,
    );
    check(
      this.#hasSpectrogram || this.#hasWaveform,
      'Both includeSpectrogram and includeWaveform are false. At least one type of data should be returned.',
    );
  }

  /** Opens the microphone, again after `stop()`. Throws E_DEVICE. */
  async start(): Promise<void> {
    this.stop();
    const { audioTrackConstraints, sampleRateHz, smoothingTimeConstant = 0 } = this.#config;
    const stream = await openDevice('microphone', { audio: audioTrackConstraints ?? true, video: false });
    let context: AudioContext | undefined;
    try {
      context = new AudioContext(sampleRateHz === undefined ? {} : { sampleRate: sampleRateHz });
      const analyser = context.createAnalyser();
      // It gives half as many frequencies.
      analyser.fftSize = this.#fftSize * 2;
      analyser.smoothingTimeConstant = smoothingTimeConstant;
      context.createMediaStreamSource(stream).connect(analyser);
      await context.resume();
      this.#recorder = { stream, context, analyser };
    } catch (error) {
      stopTracks(stream);
      await context?.close();
      throw deviceError('microphone', error);
    }
  }

  /**
   * Records. Gives {spectrogram, waveform}, which belong to the caller: [frames, frequencies, 1] in decibels, and
   * [samples, 1]; undefined if not included. If there is less sound, zeros are in front.
   */
  override async next(): Promise<IteratorResult<TensorContainer>> {
    if (!this.#recorder) return DONE;
    const { frequencies, samples } = await this.#record(this.#recorder);
    const spectrogram = this.#hasSpectrogram ? toTensor(frequencies, [this.#frames, this.#frequencies, 1]) : undefined;
    const waveform = this.#hasWaveform ? toTensor(samples, [this.#frames * this.#fftSize, 1]) : undefined;
    return { value: { spectrogram, waveform }, done: false };
  }

  /** Records, as `next()`; null after `stop()`. */
  async capture(): Promise<{ spectrogram: Tensor3D; waveform: Tensor2D }> {
    return (await this.next()).value;
  }

  /** Takes a frame whenever one is full. Ends early while the microphone gives nothing. */
  #record({ analyser }: Recorder): Promise<Recording> {
    const spectrum = new Float32Array(this.#fftSize);
    const wave = new Float32Array(this.#fftSize);
    return new Promise((resolve) => {
      const takeFrame = () => {
        if (this.#hasSpectrogram) {
          analyser.getFloatFrequencyData(spectrum);
          if (spectrum[0] === Number.NEGATIVE_INFINITY) return recording.end();
          recording.frequencies.push(spectrum.slice(0, this.#frequencies));
        }
        if (this.#hasWaveform) {
          analyser.getFloatTimeDomainData(wave);
          recording.samples.push(wave.slice());
        }
        if (Math.max(recording.frequencies.length, recording.samples.length) === this.#frames) recording.end();
      };
      const timer = setInterval(takeFrame, (this.#fftSize / this.getSampleRate()) * 1000);
      const end = () => {
        clearInterval(timer);
        this.#recordings.delete(recording);
        resolve(recording);
      };
      const recording: Recording = { frequencies: [], samples: [], end };
      this.#recordings.add(recording);
    });
  }

  /** Samples per second. */
  getSampleRate(): number {
    return this.#recorder?.context.sampleRate ?? this.#config.sampleRateHz ?? Number.NaN;
  }

  /** Switches the microphone off. Recordings end. */
  stop(): void {
    if (!this.#recorder) return;
    const { stream, context, analyser } = this.#recorder;
    this.#recorder = undefined;
    for (const recording of this.#recordings) recording.end();
    analyser.disconnect();
    context.close();
    stopTracks(stream);
  }

  override async return(): Promise<IteratorResult<TensorContainer>> {
    this.stop();
    return DONE;
  }

  /** Throws E_INPUT: a microphone does not end. */
  override toArray(): never {
    throw new TfwasmError('E_INPUT', 'Can not convert infinite audio stream to array.');
  }
}

function toTensor(frames: readonly Float32Array[], shape: number[]): Tensor {
  const values = new Float32Array(shape.reduce((size, dimension) => size * dimension, 1));
  let at = values.length - frames.reduce((length, frame) => length + frame.length, 0);
  for (const frame of frames) {
    values.set(frame, at);
    at += frame.length;
  }
  return tensor<Rank>(values, shape);
}
