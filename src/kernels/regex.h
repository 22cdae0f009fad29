// SPDX-License-Identifier: Apache-2.0
// Regular expressions with the syntax and meaning of RE2: leftmost match, preferring what is
// written first, in time linear in the text, over UTF-8. Not supported, and refused: Unicode
// classes (\p), \C, and ignoring the case of letters that are not ASCII.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/code_ranges.h"

namespace tfwasm {

enum class RegexOp : uint8_t {
  kRanges,  // consumes a code point that is in ranges [x, x + y)
  kSplit,   // goes on at x, or else at y
  kJump,    // goes on at x
  kSave,    // notes the position in slot x
  kAssert,  // goes on if the assertion x holds
  kMatch,
};

enum class RegexAssert : uint8_t { kTextBegin, kTextEnd, kLineBegin, kLineEnd, kWord, kNoWord };

// Where x and y are places in the program they are relative to the instruction, so that a part of
// a program can be moved and repeated as it is.
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

// Throws E_ATTR when the pattern is malformed, not supported or too large.
RegexProgram CompileRegex(std::string_view pattern);

class RegexMatcher {
 public:
  // Finds the whole match and the first `groups` groups; no more than the program has.
  RegexMatcher(const RegexProgram& program, int groups);

  // Looks for a match in [begin, text.size()). What lies before `begin` counts for assertions.
  bool Find(std::string_view text, size_t begin);
  // Of the last match; group 0 is all of it. What took no part in it is empty.
  std::string_view group(int i) const;
  size_t match_begin() const { return static_cast<size_t>(match_[0]); }
  size_t match_end() const { return static_cast<size_t>(match_[1]); }

 private:
  // The places in the program at which the match may stand, the preferred ones first, each with
  // the positions it noted on its way.
  struct Threads {
    std::vector<int32_t> places;
    std::vector<int32_t> positions;  // `slots_` for each place in the program
    std::vector<uint32_t> visited;   // the generation in which a place was last added
    uint32_t generation = 0;
  };
  struct Pending {
    int32_t place;  // or ~slot, to be set back to `position`
    int32_t position;
  };

  void Clear(Threads& threads) const;
  void Add(Threads& threads, int32_t place, size_t position);
  bool Holds(RegexAssert assertion, size_t position) const;
  // Moves the threads over `code`; true when one of them has matched.
  bool Step(uint32_t code, size_t position, size_t next);

  const RegexProgram* program_;
  size_t slots_;
  std::string_view text_;
  std::vector<int32_t> match_;
  std::vector<int32_t> current_;  // the positions of the thread that is being added
  std::vector<Pending> pending_;
  Threads threads_;
  Threads next_threads_;
};

// Stands for a byte that does not begin a well-formed code point; no range has it.
inline constexpr uint32_t kBadCode = 0xffffffff;

// The code point at the front of `text`, which is not empty, and how many bytes it takes.
struct CodePoint {
  uint32_t code;
  size_t size;
};
CodePoint DecodeUtf8(std::string_view text);

}  // namespace tfwasm
