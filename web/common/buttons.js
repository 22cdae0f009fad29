// SPDX-License-Identifier: Apache-2.0
// Buttons that do not take clicks for a while. `disabled` would move the focus to the page, and keyboard users would
// have to start from the top.

/** Whether a button takes clicks, also those that Enter in a field of its form makes. */
export const isEnabled = (button) => button.getAttribute('aria-disabled') !== 'true';

/** Enables or disables a button. It keeps the focus. */
export function setEnabled(button, enabled) {
  if (enabled) button.removeAttribute('aria-disabled');
  else button.setAttribute('aria-disabled', 'true');
}

/** Moves the focus before `from` is hidden or removed, if the focus is in it. */
export function moveFocus(from, to) {
  if (from.contains(document.activeElement)) to.focus({ preventScroll: true });
}

document.addEventListener(
  'click',
  (event) => {
    if (!event.target.closest?.('button[aria-disabled="true"]')) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  },
  { capture: true },
);
