// SPDX-License-Identifier: Apache-2.0
// Draws a picture with a skeleton.
import { BONES, MINIMUM_SCORE } from './movenet.js';

const BONE_COLOR = '#ffffff';
const SHADOW_COLOR = '#00000099';
// Left and right differ in hue and in lightness.
const JOINT_COLORS = { left: '#22b8ff', right: '#ffb020', middle: '#ff5d8f' };

/**
 * @param {HTMLCanvasElement} canvas Gets the picture's size.
 * @param {ImageBitmap} picture
 * @returns {CanvasRenderingContext2D} for drawing over it.
 */
export function drawPicture(canvas, picture) {
  canvas.width = picture.width;
  canvas.height = picture.height;
  const context = canvas.getContext('2d');
  context.drawImage(picture, 0, 0);
  return context;
}

/**
 * @param {HTMLCanvasElement} canvas Gets the picture's size.
 * @param {ImageBitmap} picture
 * @param {{name: string, x: number, y: number, score: number}[]} keypoints x and y are relative to the picture's size.
 */
export function drawSkeleton(canvas, picture, keypoints) {
  const context = drawPicture(canvas, picture);
  const unit = Math.max(canvas.width, canvas.height) / 128;
  const at = ({ x, y }) => [x * canvas.width, y * canvas.height];
  context.lineCap = 'round';
  for (const [color, width] of [
    [SHADOW_COLOR, unit * 1.4],
    [BONE_COLOR, unit * 0.8],
  ]) {
    context.strokeStyle = color;
    context.lineWidth = width;
    context.beginPath();
    for (const [from, to] of BONES) {
      if (!isSure(keypoints[from]) || !isSure(keypoints[to])) continue;
      context.moveTo(...at(keypoints[from]));
      context.lineTo(...at(keypoints[to]));
    }
    context.stroke();
  }
  context.strokeStyle = SHADOW_COLOR;
  context.lineWidth = unit * 0.3;
  for (const point of keypoints.filter(isSure)) {
    context.fillStyle = JOINT_COLORS[point.name.split(' ')[0]] ?? JOINT_COLORS.middle;
    context.beginPath();
    context.arc(...at(point), unit * 1.3, 0, 2 * Math.PI);
    context.fill();
    context.stroke();
  }
}

/** Whether a keypoint is reliable enough to draw. */
export function isSure({ score }) {
  return score >= MINIMUM_SCORE;
}
