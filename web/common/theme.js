// SPDX-License-Identifier: Apache-2.0
// Light or dark: as the system says, or as the visitor chose on either page. The choice is in the
// attribute data-theme of <html>, which style.css reads, and remembered.
//
//   <script type="module" src="theme.js" blocking="render"></script>
//   <label class="theme">Theme <select data-theme-switch></select></label>

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

function fillSwitch(select) {
  select.replaceChildren(...Object.entries(THEMES).map(([value, text]) => new Option(text, value)));
  select.value = rememberedTheme();
  select.addEventListener('change', () => setTheme(select.value));
}

setTheme(rememberedTheme());
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  document.dispatchEvent(new CustomEvent('themechange'));
});
const fillSwitches = () => document.querySelectorAll('select[data-theme-switch]').forEach(fillSwitch);
if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', fillSwitches);
else fillSwitches();
