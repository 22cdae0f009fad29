// SPDX-License-Identifier: Apache-2.0
// Simulates all threads of the program in lockstep (Pike's VM).
#include <algorithm>

#include "kernels/text/regex.h"

namespace tfwasm {

namespace {

bool IsWordByte(std::string_view text, size_t position) {
  if (position >= text.size()) return false;
  const char c = text[position];
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool Has(const RegexProgram& program, const RegexInstruction& instruction, uint32_t code) {
  const CodeRange* range = program.ranges.data() + instruction.x;
  for (int32_t i = 0; i < instruction.y; ++i) {
    if (code >= range[i].first && code <= range[i].last) return true;
  }
  return false;
}

}  // namespace

CodePoint DecodeUtf8(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint32_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < size) return {kBadCode, 1};
  uint32_t code = lead & (0x7fu >> size);
  for (size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {kBadCode, 1};
    code = code << 6 | (byte(i) & 0x3f);
  }
  constexpr uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool is_surrogate = code >= 0xd800 && code <= 0xdfff;
  if (code < kLeast[size] || code > kLastCode || is_surrogate) return {kBadCode, 1};
  return {code, size};
}

RegexMatcher::RegexMatcher(const RegexProgram& program, int groups)
    : program_(&program), slots_(2 * (static_cast<size_t>(groups) + 1)), match_(slots_, -1) {
  for (Threads* threads : {&threads_, &next_threads_}) {
    threads->visited.resize(program.code.size());
    threads->positions.resize(program.code.size() * slots_);
  }
}

std::string_view RegexMatcher::group(int i) const {
  const auto slot = 2 * static_cast<size_t>(i);
  if (match_[slot] < 0 || match_[slot + 1] < 0) return {};
  const auto begin = static_cast<size_t>(match_[slot]);
  return text_.substr(begin, static_cast<size_t>(match_[slot + 1]) - begin);
}

void RegexMatcher::Clear(Threads& threads) const {
  threads.places.clear();
  if (++threads.generation != 0) return;
  std::fill(threads.visited.begin(), threads.visited.end(), 0u);
  threads.generation = 1;
}

bool RegexMatcher::Holds(RegexAssert assertion, size_t position) const {
  const bool at_begin = position == 0;
  const bool at_end = position == text_.size();
  const bool before = !at_begin && IsWordByte(text_, position - 1);
  const bool is_boundary = before != IsWordByte(text_, position);
  switch (assertion) {
    case RegexAssert::kTextBegin:
      return at_begin;
    case RegexAssert::kTextEnd:
      return at_end;
    case RegexAssert::kLineBegin:
      return at_begin || text_[position - 1] == '\n';
    case RegexAssert::kLineEnd:
      return at_end || text_[position] == '\n';
    case RegexAssert::kWord:
      return is_boundary;
    case RegexAssert::kNoWord:
      return !is_boundary;
  }
  return false;
}

// Follows all instructions that consume no input.
void RegexMatcher::Add(Threads& threads, int32_t place, size_t position) {
  pending_.push_back({place, 0});
  while (!pending_.empty()) {
    const Pending pending = pending_.back();
    pending_.pop_back();
    if (pending.place < 0) {
      current_[static_cast<size_t>(~pending.place)] = pending.position;
      continue;
    }
    const auto at = static_cast<size_t>(pending.place);
    if (threads.visited[at] == threads.generation) continue;
    threads.visited[at] = threads.generation;
    const RegexInstruction& instruction = program_->code[at];
    switch (instruction.op) {
      case RegexOp::kJump:
        pending_.push_back({pending.place + instruction.x, 0});
        break;
      case RegexOp::kSplit:
        pending_.push_back({pending.place + instruction.y, 0});
        pending_.push_back({pending.place + instruction.x, 0});
        break;
      case RegexOp::kAssert:
        if (Holds(static_cast<RegexAssert>(instruction.x), position)) {
          pending_.push_back({pending.place + 1, 0});
        }
        break;
      case RegexOp::kSave:
        if (static_cast<size_t>(instruction.x) < slots_) {
          int32_t& slot = current_[static_cast<size_t>(instruction.x)];
          pending_.push_back({~instruction.x, slot});
          slot = static_cast<int32_t>(position);
        }
        pending_.push_back({pending.place + 1, 0});
        break;
      case RegexOp::kRanges:
      case RegexOp::kMatch:
        threads.places.push_back(pending.place);
        std::copy(current_.begin(), current_.end(), threads.positions.data() + at * slots_);
        break;
    }
  }
}

bool RegexMatcher::Step(uint32_t code, size_t position, size_t next) {
  Clear(next_threads_);
  bool matched = false;
  for (const int32_t place : threads_.places) {
    const RegexInstruction& instruction = program_->code[static_cast<size_t>(place)];
    const int32_t* noted = threads_.positions.data() + static_cast<size_t>(place) * slots_;
    if (instruction.op == RegexOp::kMatch) {
      match_.assign(noted, noted + slots_);
      match_[1] = static_cast<int32_t>(position);
      matched = true;
      break;  // the remaining threads are less preferred
    }
    if (!Has(*program_, instruction, code)) continue;
    current_.assign(noted, noted + slots_);
    Add(next_threads_, place + 1, next);
  }
  std::swap(threads_, next_threads_);
  return matched;
}

bool RegexMatcher::Find(std::string_view text, size_t begin) {
  text_ = text;
  bool found = false;
  Clear(threads_);
  for (size_t position = begin;;) {
    if (!found) {
      current_.assign(slots_, -1);
      current_[0] = static_cast<int32_t>(position);
      Add(threads_, 0, position);
    }
    const bool at_end = position == text.size();
    const CodePoint point = at_end ? CodePoint{kBadCode, 0} : DecodeUtf8(text.substr(position));
    found |= Step(point.code, position, position + point.size);
    if (at_end || (found && threads_.places.empty())) return found;
    position += point.size;
  }
}

}  // namespace tfwasm
