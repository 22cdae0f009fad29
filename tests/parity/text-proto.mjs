// SPDX-License-Identifier: Apache-2.0
// Converts a GraphDef in protobuf's text format to its JSON format.

const TOKEN = /\s*(?:#[^\n]*\n\s*)*(?:("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|([\w.+-]+)|([{}:,[\]<>;]))/gy;

/** Repeated fields; all others are singular. */
const REPEATED = new Set(['node', 'input', 'dim', 'function', 'node_def', 'input_arg', 'output_arg', 'control_output']);
/** Maps, written as entries with key and value. */
const MAPS = new Set(['attr', 'ret']);
/** Fields of bytes. */
const BYTES = new Set(['s', 'tensor_content', 'string_val']);

export function readTextGraph(text) {
  const tokens = [...text.matchAll(TOKEN)].map(([, string, word, mark]) => ({ string, word, mark }));
  let position = 0;
  const peek = () => tokens[position] ?? {};
  const next = () => {
    if (position === tokens.length) throw new Error('the text ends in the middle of a message');
    return tokens[position++];
  };

  function message(parent) {
    const result = {};
    while (position < tokens.length && peek().mark !== '}') {
      const name = next().word;
      if (peek().mark === ':') next();
      if (peek().mark === '[') {
        next();
        while (peek().mark !== ']') {
          store(result, name, value(name), parent);
          if (peek().mark === ',') next();
        }
        next();
      } else {
        store(result, name, value(name), parent);
      }
    }
    return result;
  }

  function value(name) {
    const token = next();
    if (token.mark === '{') {
      const result = message(name);
      next();
      return result;
    }
    if (token.string) {
      const bytes = unescapeBytes(token.string.slice(1, -1));
      return BYTES.has(name) ? bytes.toString('base64') : bytes.toString();
    }
    if (token.word === 'true' || token.word === 'false') return token.word === 'true';
    if (token.word === 'inf') return 'Infinity';
    if (token.word === '-inf') return '-Infinity';
    return token.word === 'nan' ? 'NaN' : token.word;
  }

  return message('');
}

function store(result, name, value, parent) {
  if (MAPS.has(name) && value?.key !== undefined) {
    result[name] ??= {};
    result[name][value.key] = value.value;
  } else if (REPEATED.has(name) || name.endsWith('_val') || parent === 'list') {
    result[name] ??= [];
    result[name].push(value);
  } else {
    result[name] = value;
  }
}

const ESCAPES = { n: 10, t: 9, r: 13, a: 7, b: 8, f: 12, v: 11 };

function unescapeBytes(text) {
  const bytes = [];
  for (const [, escaped, plain] of text.matchAll(/\\(x[0-9a-fA-F]{1,2}|[0-7]{1,3}|.)|([^\\]+)/gs)) {
    if (plain !== undefined) bytes.push(...Buffer.from(plain));
    else if (/^x/.test(escaped)) bytes.push(Number.parseInt(escaped.slice(1), 16));
    else if (/^[0-7]/.test(escaped)) bytes.push(Number.parseInt(escaped, 8));
    else bytes.push(ESCAPES[escaped] ?? escaped.charCodeAt(0));
  }
  return Buffer.from(bytes);
}
