// SPDX-License-Identifier: Apache-2.0
// Patterns of names, as in Python's fnmatch.

/** Any number of characters, or one character that fits. */
type Token = 'any' | ((character: string) => boolean);

/**
 * Whether names fit a pattern: `*`, `?`, `[abc]`, `[a-c]`, `[!abc]`. Case matters, and `*` crosses "/". Takes time in
 * proportion to the lengths of both.
 */
export function compilePattern(pattern: string): (name: string) => boolean {
  const tokens = readTokens(Array.from(pattern));
  return (name) => matches(tokens, Array.from(name));
}

function readTokens(pattern: readonly string[]): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length; ++at) {
    const character = pattern[at] as string;
    // A "]" right after the "[" or "[!" is one of the characters.
    const end = character === '[' ? pattern.indexOf(']', at + (pattern[at + 1] === '!' ? 3 : 2)) : -1;
    if (character === '*') tokens.push('any');
    else if (character === '?') tokens.push(() => true);
    else if (end < 0) tokens.push((other) => other === character);
    else {
      tokens.push(oneOf(pattern.slice(at + 1, end)));
      at = end;
    }
  }
  return tokens;
}

function oneOf(characters: readonly string[]): (character: string) => boolean {
  const isNegated = characters[0] === '!';
  const set = isNegated ? characters.slice(1) : characters;
  const ranges: [string, string][] = [];
  for (let at = 0; at < set.length; ++at) {
    const first = set[at] as string;
    const isRange = set[at + 1] === '-' && at + 2 < set.length;
    ranges.push([first, isRange ? (set[at + 2] as string) : first]);
    if (isRange) at += 2;
  }
  return (character) => ranges.some(([first, last]) => first <= character && character <= last) !== isNegated;
}

function matches(tokens: readonly Token[], name: readonly string[]): boolean {
  let [token, at] = [0, 0];
  // Where the last '*' was, and what it has taken: it takes more if the rest does not fit.
  let [lastAny, taken] = [-1, 0];
  while (at < name.length) {
    const current = tokens[token];
    if (current === 'any') {
      [lastAny, taken] = [token, at];
      token += 1;
    } else if (current?.(name[at] as string)) {
      token += 1;
      at += 1;
    } else if (lastAny >= 0) {
      taken += 1;
      [token, at] = [lastAny + 1, taken];
    } else {
      return false;
    }
  }
  return tokens.slice(token).every((rest) => rest === 'any');
}
