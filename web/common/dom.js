// SPDX-License-Identifier: Apache-2.0
// DOM helpers for all parts of the pages.
import { isEnabled, setEnabled } from './buttons.js';

/** The element with this id. */
export const element = (id) => document.getElementById(id);

/**
 * Creates an element. Sets properties; `class`, `for`, and names with a dash as attributes; `on…` as listeners. Skips
 * undefined, null and false.
 *
 * @param {string} tag
 * @param {Record<string, unknown>} [properties]
 * @param {...(Node | string | number | null | undefined | false)} children
 */
export function make(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else if (name === 'class' || name === 'for' || name.includes('-')) made.setAttribute(name, value);
    else made[name] = value;
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

/** Creates an SVG element. Everything is an attribute. */
export function makeSvg(tag, attributes = {}, ...children) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** The options of a select. @param {Record<string, string>} texts By value. */
export const options = (texts) => Object.entries(texts).map(([value, text]) => new Option(text, value));

/** A small button that does not submit its form. */
export const smallButton = (text, onclick) =>
  make('button', { type: 'button', class: 'secondary small', onclick }, text);

/** The items of a dl.facts: names and values, as tiles. @param {[string, string | Node][]} entries */
export const factItems = (entries) =>
  entries.map(([name, value]) => make('div', {}, make('dt', {}, name), make('dd', {}, value)));

/** A list of names and values. @param {[string, string | Node][]} entries */
export const facts = (entries) => make('dl', { class: 'facts' }, ...factItems(entries));

/** Marks a field as wrong until its value changes, and moves the focus there. */
export function markInvalid(field) {
  field.setAttribute('aria-invalid', 'true');
  field.addEventListener('input', () => field.removeAttribute('aria-invalid'), { once: true });
  field.focus();
}

/** Shows an error in a p.error, or clears it. Ignores aborted actions. */
export function showError(place, error) {
  if (error?.name === 'AbortError') return;
  if (error) console.warn(error);
  place.textContent = error ? describeError(error) : '';
  place.hidden = !error;
}

/** An error as text: the message with a capital letter, and the code. */
export function describeError(error) {
  const text = String(error?.message ?? error);
  // Not if it starts with a file name.
  const sentence = /^[a-z]+[ ,]/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
  const whole = /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
  return error?.code && typeof error.code === 'string' ? `${whole} (${error.code})` : whole;
}

/** Waits until the browser has painted the current content. */
export const nextPaint = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));

/**
 * Runs the action of a form or button. Shows errors in `place`. The trigger takes no clicks during the action, and keeps
 * the focus.
 */
export async function attempt(place, trigger, action) {
  if (trigger && !isEnabled(trigger)) return undefined;
  showError(place, null);
  if (trigger) setEnabled(trigger, false);
  try {
    return await action();
  } catch (error) {
    showError(place, error);
    return undefined;
  } finally {
    if (trigger) setEnabled(trigger, true);
  }
}
