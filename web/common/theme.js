// SPDX-License-Identifier: Apache-2.0
// Light or dark: as the system says, or as the visitor chose on either page. The choice is in the
// attribute data-theme of <html>, which style.css reads, and remembered.
import { make, options } from './dom.js';

const KEY = 'tfwasm-theme';
const THEMES = { auto: 'as system', light: 'light', dark: 'dark' };

/** The remembered choice; storage may be forbidden. */
function rememberedTheme() {
  try {
    const theme = localStorage.getItem(KEY);
    return Object.hasOwn(THEMES, theme) ? theme : 'auto';
  } catch {
    return 'auto';
  }
}

function setTheme(theme) {
  if (theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  try {
    if (theme === 'auto') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // It holds until the page is closed.
  }
  // Canvases do not follow a stylesheet by themselves.
  document.dispatchEvent(new CustomEvent('themechange'));
}

/** A select of themes. */
export function themeSwitch() {
  const select = make(
    'select',
    { 'data-theme-switch': '', onchange: ({ target }) => setTheme(target.value) },
    ...options(THEMES),
  );
  select.value = rememberedTheme();
  return select;
}

setTheme(rememberedTheme());
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  document.dispatchEvent(new CustomEvent('themechange'));
});
