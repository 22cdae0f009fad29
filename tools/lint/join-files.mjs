// SPDX-License-Identifier: Apache-2.0
// Finds C++ sources that can be compiled as one.

/**
 * Forms groups of at most `most` sources without common declarations. Works on the text (clang-format starts
 * declarations of a namespace at the beginning of a line), so some groups do not compile.
 *
 * @param {Map<string, string>} texts Source texts by name.
 * @returns {string[][]} Groups of names.
 */
export function joinFiles(texts, most) {
  const groups = [];
  for (const [file, text] of texts) {
    const names = declaredNames(text);
    const fits = (group) => group.files.length < most && [...names].every((name) => !group.names.has(name));
    let group = groups.find(fits);
    if (!group) {
      group = { files: [], names: new Set() };
      groups.push(group);
    }
    group.files.push(file);
    for (const name of names) group.names.add(name);
  }
  return groups.map(({ files }) => files);
}

/** The names that `text` declares in namespaces, and its macros. Excludes members defined outside of their class. */
export function declaredNames(text) {
  const names = new Set();
  for (const line of text.split('\n')) {
    const name = declaredName(line);
    if (name) names.add(name);
  }
  return names;
}

function declaredName(line) {
  const special = /^(?:#define|using) (\w+)/.exec(line);
  if (special) return special[1] === 'namespace' ? undefined : special[1];
  if (!/^[A-Za-z_]/.test(line) || /^(namespace|template|extern)\b/.test(line)) return undefined;
  // The part before parameters, an initializer, a body or the end.
  let head = line.split(/[({;=]/)[0];
  for (let before; before !== head; ) {
    before = head;
    head = head.replace(/<[^<>]*>/g, '');
  }
  head = head.split(/<| : |\bfinal\b/)[0].trim();
  return /(?:^|[\s*&])(\w+)(?:\[.*)?$/.exec(head)?.[1];
}
