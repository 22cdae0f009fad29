// SPDX-License-Identifier: Apache-2.0
// Compiles a pattern in one pass, without a syntax tree: the item read last is at the end of the
// program, where repetitions wrap or copy it.
#include <algorithm>
#include <cstddef>
#include <limits>

#include "kernels/text/code_ranges.h"
#include "kernels/text/pattern_reader.h"
#include "kernels/text/regex.h"

namespace tfwasm {

namespace {

constexpr size_t kMostInstructions = 20000;
constexpr size_t kMostDepth = 1000;
constexpr int64_t kMostRepetitions = 1000;  // as RE2

struct Flags {
  bool ignores_case = false;       // i
  bool dot_takes_newline = false;  // s
  bool is_multiline = false;       // m
  bool is_ungreedy = false;        // U
};

// An open group, or the whole pattern.
struct Group {
  int number = 0;  // 0: does not capture
  size_t begin = 0;
  size_t branch = 0;          // start of the current alternative
  std::vector<size_t> jumps;  // at the ends of the earlier alternatives
  Flags outer;                // flags to restore
};

class Compiler : private PatternReader {
 public:
  using PatternReader::PatternReader;

  RegexProgram Run() {
    groups_.emplace_back();
    while (!rest().empty()) ReadItem();
    if (groups_.size() > 1) Fail("a parenthesis is not closed");
    JoinAlternatives();
    Emit(RegexOp::kMatch);
    return std::move(program_);
  }

 private:
  size_t end() const { return program_.code.size(); }

  void CheckSize(size_t more) const {
    if (end() + more > kMostInstructions) Fail("it is too large");
  }
  void Emit(RegexOp op, int64_t x = 0, int64_t y = 0) { Insert(end(), op, x, y); }
  void Insert(size_t place, RegexOp op, int64_t x, int64_t y) {
    CheckSize(1);
    program_.code.insert(program_.code.begin() + static_cast<std::ptrdiff_t>(place),
                         {op, static_cast<int32_t>(x), static_cast<int32_t>(y)});
  }

  // Emits code for one code point in `ranges`.
  void EmitRanges(const CodeRanges& ranges) {
    Emit(RegexOp::kRanges, static_cast<int64_t>(program_.ranges.size()),
         static_cast<int64_t>(ranges.size()));
    Append(program_.ranges, ranges);
  }

  void EmitLiteral(uint32_t code) {
    CodeRanges ranges = {{code, code}};
    if (flags_.ignores_case) {
      if (code > 0x7f) Fail("(?i) is supported for ASCII only");
      AddOtherCase(ranges);
    }
    EmitRanges(ranges);
  }

  void EmitAssert(RegexAssert assertion) {
    Emit(RegexOp::kAssert, static_cast<int64_t>(assertion));
  }

  // Reads an item and its repetition.
  void ReadItem() {
    const size_t begin = end();
    if (Take("(")) return OpenGroup();
    if (Take("|")) return EndAlternative();
    if (Take(")")) {
      CloseGroup();
    } else if (Take("\\Q")) {
      return ReadQuoted();
    } else {
      ReadAtom();
      item_ = begin;
    }
    ReadRepetition();
  }

  void ReadQuoted() {
    item_ = kNoItem;
    while (!rest().empty() && !Take("\\E")) {
      item_ = end();
      EmitLiteral(TakeCode());
    }
    ReadRepetition();
  }

  void ReadAtom() {
    if (Take(".")) {
      CodeRanges ranges = {{'\n', '\n'}};
      if (flags_.dot_takes_newline) ranges.clear();
      return EmitRanges(Complement(ranges));
    }
    if (Take("^")) {
      return EmitAssert(flags_.is_multiline ? RegexAssert::kLineBegin : RegexAssert::kTextBegin);
    }
    if (Take("$")) {
      return EmitAssert(flags_.is_multiline ? RegexAssert::kLineEnd : RegexAssert::kTextEnd);
    }
    if (Take("\\A")) return EmitAssert(RegexAssert::kTextBegin);
    if (Take("\\z")) return EmitAssert(RegexAssert::kTextEnd);
    if (Take("\\b")) return EmitAssert(RegexAssert::kWord);
    if (Take("\\B")) return EmitAssert(RegexAssert::kNoWord);
    if (Take("[")) return ReadClass();
    for (const char c : {'*', '+', '?'}) {
      if (rest()[0] == c) Fail("there is nothing to repeat");
    }
    CodeRanges ranges;
    if (ReadNamedClass(ranges)) return EmitRanges(ranges);
    EmitLiteral(ReadCode());
  }

  // Reads \d and similar classes.
  bool ReadNamedClass(CodeRanges& ranges) {
    if (rest().size() < 2 || rest()[0] != '\\') return false;
    const char name = rest()[1];
    const auto lower = static_cast<char>(name | 32);
    if (!FindClass({&lower, 1}, name != lower, ranges)) return false;
    at += 2;
    return true;
  }

  // Reads a code point, literal or escaped.
  uint32_t ReadCode() {
    if (!Take("\\")) return TakeCode();
    const char c = TakeByte();
    constexpr std::string_view kNames = "ntrfva";
    constexpr std::string_view kCodes = "\n\t\r\f\v\a";
    const size_t control = kNames.find(c);
    if (control != std::string_view::npos) return static_cast<uint8_t>(kCodes[control]);
    if (c == 'x') return ReadHex();
    // Octal. 1 to 7 need another digit: \1 alone would be a backreference.
    if (c == '0' || (c >= '1' && c <= '7' && AtDigit('7'))) {
      auto code = static_cast<uint32_t>(c - '0');
      for (int i = 0; i < 2 && AtDigit('7'); ++i) {
        code = code * 8 + static_cast<uint32_t>(TakeByte() - '0');
      }
      return code;
    }
    const bool is_letter = HexDigit(c) >= 0 || ((c | 32) >= 'a' && (c | 32) <= 'z');
    if (is_letter || static_cast<uint8_t>(c) > 0x7f) Fail("an escape is not known or supported");
    return static_cast<uint8_t>(c);
  }

  uint32_t ReadHex() {
    const bool has_braces = Take("{");
    uint32_t code = 0;
    for (int digits = 0; has_braces ? !Take("}") || digits == 0 : digits < 2; ++digits) {
      const int digit = HexDigit(TakeByte());
      code = code * 16 + static_cast<uint32_t>(digit);
      if (digit < 0 || code > kLastCode) Fail("a hexadecimal escape is malformed");
    }
    return code;
  }

  // Called after the opening bracket.
  void ReadClass() {
    const bool is_negated = Take("^");
    CodeRanges ranges;
    for (bool is_first = true; is_first || !Take("]"); is_first = false) {
      if (rest().empty()) Fail("a bracket is not closed");
      if (Take("[:")) {
        ReadPosixClass(ranges);
        continue;
      }
      if (ReadNamedClass(ranges)) continue;
      const uint32_t first = ReadCode();
      uint32_t last = first;
      const bool has_end = rest().size() > 1 && rest()[0] == '-' && rest()[1] != ']';
      if (has_end) {
        ++at;
        last = ReadCode();
      }
      if (last < first) Fail("a range is reversed");
      ranges.push_back({first, last});
    }
    if (flags_.ignores_case) {
      for (const CodeRange& range : ranges) {
        if (range.first > 0x7f) Fail("(?i) is supported for ASCII only");
      }
      AddOtherCase(ranges);
    }
    EmitRanges(is_negated ? Complement(ranges) : ranges);
  }

  void ReadPosixClass(CodeRanges& ranges) {
    const bool is_negated = Take("^");
    const size_t length = rest().find(":]");
    // Single letters are classes with a backslash, not POSIX classes.
    if (length == std::string_view::npos || length < 2 ||
        !FindClass(rest().substr(0, length), is_negated, ranges)) {
      Fail("a class is not known");
    }
    at += length + 2;
  }

  // Called after the opening parenthesis.
  void OpenGroup() {
    if (groups_.size() > kMostDepth) Fail("it is nested too deeply");
    Group group;
    group.outer = flags_;
    const bool is_named = Take("?P<") || Take("?<");
    if (is_named) {
      const size_t length = rest().find('>');
      if (length == std::string_view::npos || length == 0) Fail("the name of a group is malformed");
      at += length + 1;
    } else if (Take("?")) {
      if (!ReadFlags()) return;
      group.number = -1;
    }
    group.begin = end();
    group.number = group.number < 0 ? 0 : ++program_.groups;
    if (group.number > 0) Emit(RegexOp::kSave, 2 * int64_t{group.number});
    group.branch = end();
    groups_.push_back(std::move(group));
  }

  // Reads flags. Returns true if ':' ends them, which opens a group; false if ')' does: they apply
  // to the rest of the current group.
  bool ReadFlags() {
    bool value = true;
    for (;;) {
      const char c = TakeByte();
      if (c == ':') return true;
      if (c == ')') {
        item_ = kNoItem;
        return false;
      }
      if (c == '-') {
        value = false;
      } else if (c == 'i') {
        flags_.ignores_case = value;
      } else if (c == 's') {
        flags_.dot_takes_newline = value;
      } else if (c == 'm') {
        flags_.is_multiline = value;
      } else if (c == 'U') {
        flags_.is_ungreedy = value;
      } else {
        Fail("a group begins with an unknown flag");
      }
    }
  }

  // Inserts a split to the next alternative before this one, and a jump to the end of the group
  // after it.
  void EndAlternative() {
    Group& group = groups_.back();
    const auto size = static_cast<int64_t>(end() - group.branch);
    Insert(group.branch, RegexOp::kSplit, 1, size + 2);
    group.jumps.push_back(end());
    Emit(RegexOp::kJump);
    group.branch = end();
  }

  void JoinAlternatives() {
    for (const size_t jump : groups_.back().jumps) {
      program_.code[jump].x = static_cast<int32_t>(end() - jump);
    }
  }

  void CloseGroup() {
    if (groups_.size() == 1) Fail("a parenthesis is closed that was not opened");
    JoinAlternatives();
    const Group& group = groups_.back();
    if (group.number > 0) Emit(RegexOp::kSave, 2 * int64_t{group.number} + 1);
    flags_ = group.outer;
    item_ = group.begin;
    groups_.pop_back();
  }

  // Reads the repetition of the current item; at most one is allowed.
  void ReadRepetition() {
    int64_t least = 0;
    int64_t most = kNoLimit;
    if (item_ == kNoItem || !ReadCounts(least, most)) return;
    const bool is_lazy = Take("?") != flags_.is_ungreedy;
    Repeat(least, most, is_lazy);
    const size_t here = at;
    if (ReadCounts(least, most)) {
      at = here;
      Fail("a repetition is repeated");
    }
  }

  bool ReadCounts(int64_t& least, int64_t& most) {
    least = 0;
    most = kNoLimit;
    if (Take("*")) return true;
    if (Take("+")) {
      least = 1;
      return true;
    }
    if (Take("?")) {
      most = 1;
      return true;
    }
    // Braces that are not a repetition are literal.
    const size_t begin = at;
    if (Take("{") && TakeNumber(kMostRepetitions + 1, least)) {
      most = least;
      if (Take(",") && !TakeNumber(kMostRepetitions + 1, most)) most = kNoLimit;
      if (Take("}")) {
        if (std::max(least, most == kNoLimit ? 0 : most) > kMostRepetitions) {
          Fail("a repetition count exceeds 1000");
        }
        if (most < least) Fail("the counts of a repetition are reversed");
        return true;
      }
    }
    at = begin;
    return false;
  }

  void Repeat(int64_t least, int64_t most, bool is_lazy) {
    const std::vector<RegexInstruction> item(
        program_.code.begin() + static_cast<std::ptrdiff_t>(item_), program_.code.end());
    const auto size = static_cast<int64_t>(item.size());
    program_.code.resize(item_);
    const auto append_item = [&] {
      CheckSize(item.size());
      program_.code.insert(program_.code.end(), item.begin(), item.end());
    };
    const auto split = [&](int64_t into, int64_t past) {
      Emit(RegexOp::kSplit, is_lazy ? past : into, is_lazy ? into : past);
    };
    for (int64_t i = 0; i < least; ++i) append_item();
    if (most == kNoLimit) {
      if (least > 0) return split(-size, 1);
      split(1, size + 2);
      append_item();
      return Emit(RegexOp::kJump, -size - 1);
    }
    for (int64_t left = most - least; left > 0; --left) {
      split(1, left * (size + 1));
      append_item();
    }
  }

  static constexpr int64_t kNoLimit = std::numeric_limits<int64_t>::max();
  static constexpr size_t kNoItem = std::numeric_limits<size_t>::max();

  Flags flags_;
  RegexProgram program_;
  std::vector<Group> groups_;
  size_t item_ = kNoItem;  // the start of the current item
};

}  // namespace

RegexProgram CompileRegex(std::string_view pattern) { return Compiler(pattern).Run(); }

}  // namespace tfwasm
