// SPDX-License-Identifier: Apache-2.0
// Buttons to copy and download a result.
import { make, smallButton } from '../web/common/dom.js';
import { toCsv, toMarkdown } from './report.js';

function download(name, type, text) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  make('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

const fileName = ({ model, date }, extension) =>
  `benchmark-${model.name.replace(/[^\w.-]+/g, '-').slice(0, 60)}-${date.slice(0, 19).replace(/[:T]/g, '-')}.${extension}`;

export function exportButtons(result) {
  const said = make('span', { class: 'hint', role: 'status' });
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(toMarkdown(result));
      said.textContent = 'Copied.';
    } catch {
      said.textContent = 'The browser did not allow to copy; here it is as a file.';
      download(fileName(result, 'md'), 'text/markdown', toMarkdown(result));
    }
  };
  return make(
    'p',
    { class: 'row' },
    smallButton('Copy as Markdown', copy),
    smallButton('Download JSON', () =>
      download(fileName(result, 'json'), 'application/json', `${JSON.stringify(result, null, 2)}\n`),
    ),
    smallButton('Download CSV', () => download(fileName(result, 'csv'), 'text/csv', toCsv(result))),
    said,
  );
}
