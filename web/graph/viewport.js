// SPDX-License-Identifier: Apache-2.0
// Pan and zoom of a drawing by mouse, wheel, touch and keyboard.

const MIN_SCALE = 0.03;
const MAX_SCALE = 4;
const STEP = 1.3;
/** The movement in pixels up to which a press is a click. */
const CLICK_SLACK = 5;
/** The smallest zoom at which text is readable. */
const READABLE = 0.75;

export class Viewport {
  #svg;
  #scene = null;
  #size = { width: 1, height: 1 };
  #view = { x: 0, y: 0, scale: 1 };
  /** Pressed pointers, by id. */
  #pointers = new Map();
  #moved = 0;

  /** @param {SVGSVGElement} svg */
  constructor(svg) {
    this.#svg = svg;
    svg.addEventListener('pointerdown', (event) => this.#onDown(event));
    svg.addEventListener('pointermove', (event) => this.#onMove(event));
    for (const type of ['pointerup', 'pointercancel', 'pointerleave']) {
      svg.addEventListener(type, (event) => this.#pointers.delete(event.pointerId));
    }
    // The end of a drag is not a click.
    svg.addEventListener('click', (event) => this.#moved > CLICK_SLACK && event.stopPropagation(), { capture: true });
    svg.addEventListener('wheel', (event) => this.#onWheel(event), { passive: false });
    // One finger scrolls the page. Two fingers belong to the drawing.
    for (const type of ['touchstart', 'touchmove']) {
      svg.addEventListener(type, (event) => event.touches.length > 1 && event.preventDefault(), { passive: false });
    }
    svg.addEventListener('keydown', (event) => this.#onKey(event));
  }

  /** Shows a new drawing. @param {SVGGElement} scene */
  show(scene, { width, height }) {
    this.#scene = scene;
    this.#size = { width, height };
  }

  get scale() {
    return this.#view.scale;
  }

  /** Fits the whole drawing. */
  fit() {
    const { clientWidth, clientHeight } = this.#svg;
    const scale = Math.min(clientWidth / this.#size.width, clientHeight / this.#size.height, 1.25);
    this.#set({
      scale,
      x: (clientWidth - this.#size.width * scale) / 2,
      y: (clientHeight - this.#size.height * scale) / 2,
    });
  }

  /** Fits the whole drawing if it is readable, else shows this box at the top. */
  open(box) {
    this.fit();
    if (this.#view.scale >= READABLE || !box) return;
    const scale = Math.min(1, Math.max(READABLE, this.#svg.clientWidth / this.#size.width));
    this.#set({ scale, x: this.#svg.clientWidth / 2 - box.x * scale, y: 24 - (box.y - box.height / 2) * scale });
  }

  /** Centers a box at a readable size. */
  center(box) {
    const scale = Math.max(this.#view.scale, READABLE);
    const { clientWidth, clientHeight } = this.#svg;
    this.#set({ scale, x: clientWidth / 2 - box.x * scale, y: clientHeight / 2 - box.y * scale });
  }

  /** Scrolls to a box unless it is visible. */
  reveal(box) {
    const { x, y, scale } = this.#view;
    const [left, top] = [x + (box.x - box.width / 2) * scale, y + (box.y - box.height / 2) * scale];
    const inside =
      left >= 0 &&
      top >= 0 &&
      left + box.width * scale <= this.#svg.clientWidth &&
      top + box.height * scale <= this.#svg.clientHeight;
    if (!inside || scale < READABLE / 2) this.center(box);
  }

  /** @param {number} steps Positive to zoom in. */
  zoom(steps) {
    this.#zoomAt(STEP ** steps, this.#svg.clientWidth / 2, this.#svg.clientHeight / 2);
  }

  #zoomAt(factor, atX, atY) {
    const { x, y, scale } = this.#view;
    const next = Math.min(MAX_SCALE, Math.max(MIN_SCALE, scale * factor));
    const ratio = next / scale;
    this.#set({ scale: next, x: atX - (atX - x) * ratio, y: atY - (atY - y) * ratio });
  }

  #pan(dx, dy) {
    this.#set({ ...this.#view, x: this.#view.x + dx, y: this.#view.y + dy });
  }

  #set(view) {
    // Keeps a part of the drawing visible.
    const margin = 60;
    const { clientWidth, clientHeight } = this.#svg;
    const clamp = (value, size, room) => Math.min(room - margin, Math.max(margin - size * view.scale, value));
    this.#view = {
      scale: view.scale,
      x: clamp(view.x, this.#size.width, clientWidth),
      y: clamp(view.y, this.#size.height, clientHeight),
    };
    const { x, y, scale } = this.#view;
    this.#scene?.setAttribute('transform', `translate(${x.toFixed(2)} ${y.toFixed(2)}) scale(${scale.toFixed(4)})`);
  }

  #onDown(event) {
    if (event.button !== 0) return;
    if (this.#pointers.size === 0) this.#moved = 0;
    this.#pointers.set(event.pointerId, [event.clientX, event.clientY]);
  }

  #onMove(event) {
    const last = this.#pointers.get(event.pointerId);
    if (!last || !this.#scene) return;
    const now = [event.clientX, event.clientY];
    const others = [...this.#pointers].filter(([id]) => id !== event.pointerId).map(([, place]) => place);
    this.#pointers.set(event.pointerId, now);
    this.#moved += Math.hypot(now[0] - last[0], now[1] - last[1]);
    if (others.length === 0 && event.pointerType === 'touch') return;
    // Not before it is a drag: with pointer capture, clicks would go to the svg instead of the node.
    if (this.#moved > CLICK_SLACK) this.#svg.setPointerCapture?.(event.pointerId);
    if (others.length === 0) {
      this.#pan(now[0] - last[0], now[1] - last[1]);
      return;
    }
    // The point between the fingers moves half as far as one of them.
    this.#pan((now[0] - last[0]) / 2, (now[1] - last[1]) / 2);
    const distance = ([x, y]) => Math.hypot(x - others[0][0], y - others[0][1]);
    const { left, top } = this.#svg.getBoundingClientRect();
    const factor = distance(now) / Math.max(distance(last), 1);
    this.#zoomAt(factor, (now[0] + others[0][0]) / 2 - left, (now[1] + others[0][1]) / 2 - top);
  }

  /** The wheel scrolls the page unless the drawing has the focus or Ctrl is pressed. */
  #onWheel(event) {
    if (!event.ctrlKey && !event.metaKey && !this.#svg.contains(document.activeElement)) return;
    event.preventDefault();
    const { left, top } = this.#svg.getBoundingClientRect();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 20 : 1;
    const delta = Math.max(-200, Math.min(200, event.deltaY * lines));
    this.#zoomAt(Math.exp(-delta * (event.ctrlKey ? 0.008 : 0.002)), event.clientX - left, event.clientY - top);
  }

  #onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const pan = 60;
    const action = {
      '+': () => this.zoom(1),
      '=': () => this.zoom(1),
      '-': () => this.zoom(-1),
      0: () => this.fit(),
      // Arrows alone go from node to node.
      ...(event.shiftKey && {
        ArrowLeft: () => this.#pan(pan, 0),
        ArrowRight: () => this.#pan(-pan, 0),
        ArrowUp: () => this.#pan(0, pan),
        ArrowDown: () => this.#pan(0, -pan),
      }),
    }[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  }
}
