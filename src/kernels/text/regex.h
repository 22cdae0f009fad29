// SPDX-License-Identifier: Apache-2.0
// Regular expressions with RE2's syntax and semantics: leftmost match, earlier alternatives
// preferred, linear time, UTF-8. Not supported (E_ATTR): Unicode classes (\p), \C, and
// case-insensitive matching of non-ASCII letters.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/text/code_ranges.h"

namespace tfwasm {

enum class RegexOp : uint8_t {
  kRanges,  // consumes a code point in ranges [x, x + y)
  kSplit,   // continues at x, or else at y
  kJump,    // continues at x
  kSave,    // stores the position in slot x
  kAssert,  // continues if assertion x holds
  kMatch,
};

enum class RegexAssert : uint8_t { kTextBegin, kTextEnd, kLineBegin, kLineEnd, kWord, kNoWord };

// Jump targets x and y are relative to the instruction, so that parts of a program can be moved and
// copied.
struct RegexInstruction {
  RegexOp op;
  int32_t x = 0;
  int32_t y = 0;
};

struct RegexProgram {
  std::vector<RegexInstruction> code;
  CodeRanges ranges;
  int groups = 0;  // without the whole match
};

// Throws E_ATTR if the pattern is malformed, unsupported or too large.
RegexProgram CompileRegex(std::string_view pattern);

class RegexMatcher {
 public:
  // Finds the whole match and the first `groups` groups, at most those of the program.
  RegexMatcher(const RegexProgram& program, int groups);

  // Searches [begin, text.size()). Assertions also see the text before `begin`.
  bool Find(std::string_view text, size_t begin);
  // A group of the last match. Group 0 is the whole match. A group that did not take part is empty.
  std::string_view group(int i) const;
  size_t match_begin() const { return static_cast<size_t>(match_[0]); }
  size_t match_end() const { return static_cast<size_t>(match_[1]); }

 private:
  // The states that the match may be in, preferred ones first, each with its saved positions.
  struct Threads {
    std::vector<int32_t> places;
    std::vector<int32_t> positions;  // `slots_` per state
    std::vector<uint32_t> visited;   // the generation in which a state was last added
    uint32_t generation = 0;
  };
  struct Pending {
    int32_t place;  // or ~slot, to restore `position`
    int32_t position;
  };

  void Clear(Threads& threads) const;
  void Add(Threads& threads, int32_t place, size_t position);
  bool Holds(RegexAssert assertion, size_t position) const;
  // Advances the threads over `code`. Returns true if one of them has matched.
  bool Step(uint32_t code, size_t position, size_t next);

  const RegexProgram* program_;
  size_t slots_;
  std::string_view text_;
  std::vector<int32_t> match_;
  std::vector<int32_t> current_;  // positions of the thread that is being added
  std::vector<Pending> pending_;
  Threads threads_;
  Threads next_threads_;
};

// Represents a byte that is not valid UTF-8. In no range.
inline constexpr uint32_t kBadCode = 0xffffffff;

// The code point at the front of `text`, which must not be empty, and its length in bytes.
struct CodePoint {
  uint32_t code;
  size_t size;
};
CodePoint DecodeUtf8(std::string_view text);

}  // namespace tfwasm
