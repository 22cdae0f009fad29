// SPDX-License-Identifier: Apache-2.0
// What all parts of the pages do with elements.

/** The element with this id. */
export const element = (id) => document.getElementById(id);

/**
 * Makes an element. Properties are set as such, but `class`, `for`, `aria-…`, `data-…` and others with
 * a dash as attributes; `on…` as listeners. undefined, null and false are left out.
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

/** Makes an element of SVG; everything is an attribute. */
export function makeSvg(tag, attributes = {}, ...children) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** What a select offers. @param {Record<string, string>} texts By value. */
export const options = (texts) => Object.entries(texts).map(([value, text]) => new Option(text, value));

/** A small button that does not submit the form that it is in. */
export const smallButton = (text, onclick) =>
  make('button', { type: 'button', class: 'secondary small', onclick }, text);

/** The parts of a dl.facts: names with values, as tiles. @param {[string, string | Node][]} entries */
export const factItems = (entries) =>
  entries.map(([name, value]) => make('div', {}, make('dt', {}, name), make('dd', {}, value)));

/** A list of names with values. @param {[string, string | Node][]} entries */
export const facts = (entries) => make('dl', { class: 'facts' }, ...factItems(entries));

/** Shows an error in words in a p.error, or clears it. Aborted actions are no errors. */
export function showError(place, error) {
  if (error?.name === 'AbortError') return;
  if (error) console.warn(error);
  place.textContent = error ? describeError(error) : '';
  place.hidden = !error;
}

/** What happened, for people: the message with a capital letter, and the code for reports. */
export function describeError(error) {
  const text = String(error?.message ?? error);
  // Not the name of a file.
  const sentence = /^[a-z]+[ ,]/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
  const whole = /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
  return error?.code && typeof error.code === 'string' ? `${whole} (${error.code})` : whole;
}

/** Lets the browser paint what was written into the page. */
export const nextPaint = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));

/**
 * Runs an action for a form or a button: its errors go to `place`, and what starts it is disabled
 * while it is going on.
 */
export async function attempt(place, trigger, action) {
  showError(place, null);
  const disabled = trigger && !trigger.disabled;
  if (disabled) trigger.disabled = true;
  try {
    return await action();
  } catch (error) {
    showError(place, error);
    return undefined;
  } finally {
    if (disabled) trigger.disabled = false;
  }
}
