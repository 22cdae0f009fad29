// SPDX-License-Identifier: Apache-2.0
// Light or dark theme: the system's, or the user's choice on either page. The choice is stored, and set as the
// attribute data-theme of <html>, which style.css uses.
import { make, options } from './dom.js';

const KEY = 'tfwasm-theme';
const THEMES = { auto: 'as system', light: 'light', dark: 'dark' };

/** The stored choice. Storage may be blocked. */
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
    // Then the choice lasts until the page is closed.
  }
  // Canvases must be redrawn.
  document.dispatchEvent(new CustomEvent('themechange'));
}

/** A select for the theme. */
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
