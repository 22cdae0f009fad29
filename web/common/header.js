// SPDX-License-Identifier: Apache-2.0
// The header of a page: links to other pages, theme switch, and a skip link.
//
//   <script type="module" src="header.js" blocking="render"></script>
//   <header data-page="Playground"></header>
//   <main id="main">
import { make } from './dom.js';
import { PAGES } from './pages.js';
import { themeSwitch } from './theme.js';

/** @param {HTMLElement} header */
function fillHeader(header) {
  const icon = make('img', { src: new URL('icon.svg', import.meta.url).href, alt: '' });
  const links = PAGES.map(({ title, url }) =>
    make('a', { href: url, 'aria-current': title === header.dataset.page && 'page' }, title),
  );
  header.before(make('a', { class: 'skip-link', href: '#main' }, 'Skip to the content'));
  header.append(
    make('a', { class: 'brand', href: PAGES[0].url }, icon, 'tfwasm'),
    make('nav', { 'aria-label': 'Pages' }, ...links),
    make('label', { class: 'theme' }, 'Theme ', themeSwitch()),
  );
}

fillHeader(document.querySelector('body > header'));
