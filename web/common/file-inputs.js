// SPDX-License-Identifier: Apache-2.0
// Ways to provide files: the inputs "files" and "folder", and drops anywhere on the page, for which "drop-zone" is
// highlighted.
import { element } from './dom.js';
import { droppedFiles } from './files.js';

/** @param {(files: Promise<File[]>) => void} take Called with chosen or dropped files. */
export function watchFileInputs(take) {
  for (const id of ['files', 'folder']) {
    element(id).addEventListener('change', ({ target }) => {
      const files = Array.from(target.files);
      // So that the same files can be chosen again, e.g. after a change.
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
    // Pictures have their own drop zone.
    if (event.defaultPrevented || !event.dataTransfer) return;
    event.preventDefault();
    take(droppedFiles(event.dataTransfer));
  });
}
