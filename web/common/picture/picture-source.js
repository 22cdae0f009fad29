// SPDX-License-Identifier: Apache-2.0
// Form fields to choose a picture: the sample photograph, a file, or the camera.
import { attempt, make, options, smallButton } from '../dom.js';
import { mayHaveCamera, startCamera, stopCamera } from './camera.js';
import { PIXEL_RANGES, placePicture, toTensor } from './image.js';
import { loadPhotograph, PHOTOGRAPH_CAPTION, readPicture } from './pictures.js';

const FITS = { contain: 'whole picture, with bars', cover: 'fill, cut the edges', stretch: 'stretch' };

export class PictureSource {
  #picture = null;
  #canvas = make('canvas', { role: 'img', 'aria-label': 'The picture that is fed' });
  #video = make('video', { muted: true, playsInline: true, hidden: true, 'aria-label': 'What the camera sees' });
  #caption = make('span', { class: 'hint' });
  #error = make('p', { class: 'error', role: 'alert', hidden: true });
  #camera;
  #fit;
  #range;

  /** @param {{id: string, range?: readonly number[]}} options range: the model's usual input range. */
  constructor({ id, range }) {
    this.#fit = make('select', { id: `${id}-fit` }, ...options(FITS));
    const ranges = Object.keys(PIXEL_RANGES);
    this.#range = make('select', { id: `${id}-pixels` }, ...ranges.map((text) => new Option(text)));
    const known = ranges.find((text) => String(PIXEL_RANGES[text]) === String(range));
    if (known) this.#range.value = known;
    const file = make('input', {
      type: 'file',
      accept: 'image/*',
      onchange: ({ target }) => this.#take(target.files[0]),
    });
    this.#camera = smallButton('Camera', () => this.#toggleCamera());
    const figure = make(
      'figure',
      { class: 'picture' },
      this.#canvas,
      this.#video,
      make('figcaption', {}, this.#caption),
    );
    this.root = make(
      'div',
      { class: 'picture-source' },
      figure,
      make(
        'div',
        {},
        make(
          'div',
          { class: 'row' },
          make('label', { class: 'button secondary small' }, 'Choose a picture', file),
          smallButton('Sample photograph', () => this.#useSample()),
          mayHaveCamera() && this.#camera,
        ),
        make('p', { class: 'hint' }, 'Or drop a picture on it.'),
        make(
          'div',
          { class: 'row' },
          make('label', { class: 'grow' }, 'Fit', this.#fit),
          make('label', { class: 'grow' }, 'Pixel values', this.#range),
        ),
        this.#error,
      ),
    );
    this.#acceptDrops(figure);
  }

  /** Shows the sample photograph if no picture is chosen. */
  async prepare() {
    if (!this.#picture) await this.#useSample();
  }

  /** The name of the range of pixel values: a key of PIXEL_RANGES. */
  get pixels() {
    return this.#range.value;
  }

  set pixels(name) {
    this.#range.value = name;
  }

  /** Stops the camera. */
  release() {
    this.#stopCamera();
  }

  /**
   * The tensor for the picture, and the picture, for results that are drawn over it.
   *
   * @returns {{tensor: import('../../../dist/index.js').Tensor, picture: ImageBitmap, place: object}}
   */
  async toInput(tf, shape, dtype) {
    await this.prepare();
    const picture = this.#video.srcObject ? await createImageBitmap(this.#video) : this.#picture;
    if (!picture) throw new Error('Choose a picture first.');
    const [height, width] = shape.slice(-3);
    const place = placePicture(picture, width, height, this.#fit.value);
    const range = PIXEL_RANGES[this.#range.value];
    return { tensor: toTensor(tf, picture, { shape, dtype, range, place }), picture, place };
  }

  async #useSample() {
    await this.#attempt(async () => {
      this.#show(await loadPhotograph(), PHOTOGRAPH_CAPTION);
    });
  }

  async #take(file) {
    if (!file) return;
    await this.#attempt(async () => {
      this.#show(await readPicture(file), file.name);
    });
  }

  #attempt(action) {
    this.#stopCamera();
    return attempt(this.#error, null, action);
  }

  #show(picture, caption) {
    this.#picture = picture;
    Object.assign(this.#canvas, { width: picture.width, height: picture.height });
    this.#canvas.getContext('2d').drawImage(picture, 0, 0);
    this.#caption.textContent = caption;
  }

  async #toggleCamera() {
    const running = Boolean(this.#video.srcObject);
    await this.#attempt(async () => {
      if (running) return;
      await startCamera(this.#video);
      this.#canvas.hidden = true;
      this.#video.hidden = false;
      this.#camera.textContent = 'Stop the camera';
      this.#caption.textContent = 'Every run takes the frame that is shown.';
    });
  }

  #stopCamera() {
    if (!this.#video.srcObject) return;
    stopCamera(this.#video);
    this.#canvas.hidden = false;
    this.#video.hidden = true;
    this.#camera.textContent = 'Camera';
    this.#caption.textContent = '';
  }

  #acceptDrops(place) {
    const show = (isOver) => place.classList.toggle('over', isOver);
    place.addEventListener('dragover', (event) => {
      event.preventDefault();
      show(true);
    });
    place.addEventListener('dragleave', () => show(false));
    place.addEventListener('drop', (event) => {
      event.preventDefault();
      show(false);
      this.#take(event.dataTransfer?.files[0]);
    });
  }
}
