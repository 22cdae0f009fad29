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

/** The class of <html> while files are dragged over the page. */
const DROPPING = 'dropping';

function watchDrops(zone, take) {
  const show = (isOver) => {
    zone.classList.toggle('over', isOver);
    document.documentElement.classList.toggle(DROPPING, isOver);
  };
  for (const type of ['dragover', 'dragenter']) {
    document.addEventListener(type, (event) => {
      // Pictures have their own drop zone, which shows itself.
      const isOver = !event.defaultPrevented && Boolean(event.dataTransfer?.types.includes('Files'));
      show(isOver);
      if (isOver) event.preventDefault();
    });
  }
  document.addEventListener('dragleave', (event) => {
    if (!event.relatedTarget) show(false);
  });
  document.addEventListener('drop', (event) => {
    show(false);
    if (event.defaultPrevented || !event.dataTransfer) return;
    event.preventDefault();
    // What becomes of the drop is shown there.
    zone.closest('section').scrollIntoView({ block: 'nearest' });
    take(droppedFiles(event.dataTransfer));
  });
}
