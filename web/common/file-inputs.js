// SPDX-License-Identifier: Apache-2.0
// Where a visitor gives files: the inputs "files" and "folder", and drops anywhere on the page, for
// which "drop-zone" lights up.
import { element } from './dom.js';
import { droppedFiles } from './files.js';

/** @param {(files: Promise<File[]>) => void} take Called with what was chosen or dropped. */
export function watchFileInputs(take) {
  for (const id of ['files', 'folder']) {
    element(id).addEventListener('change', ({ target }) => {
      const files = Array.from(target.files);
      // The same files can be chosen again, say after a change on the disk.
      target.value = '';
      if (files.length > 0) take(Promise.resolve(files));
    });
  }
  watchDrops(element('drop-zone'), take);
}

function watchDrops(zone, take) {
  for (const type of ['dragover', 'dragenter']) {
    document.addEventListener(type, (event) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      zone.classList.add('over');
    });
  }
  document.addEventListener('dragleave', (event) => {
    if (!event.relatedTarget) zone.classList.remove('over');
  });
  document.addEventListener('drop', (event) => {
    zone.classList.remove('over');
    // Pictures have a place of their own.
    if (event.defaultPrevented || !event.dataTransfer) return;
    event.preventDefault();
    take(droppedFiles(event.dataTransfer));
  });
}
