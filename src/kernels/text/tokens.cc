// SPDX-License-Identifier: Apache-2.0
#include "kernels/text/tokens.h"

#include <algorithm>

#include "core/ascii.h"
#include "core/error.h"
#include "kernels/text/regex.h"

namespace tfwasm {

namespace {

// The n-grams of one text; more would not fit into memory.
constexpr int64_t kMostBytes = 1 << 28;

bool IsPunctuation(char c) {
  return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') ||
         (c >= '{' && c <= '~');
}

void SplitCharacters(std::string_view text, std::vector<std::string>& tokens) {
  for (size_t begin = 0; begin < text.size();) {
    const size_t size = DecodeUtf8(text.substr(begin)).size;
    tokens.emplace_back(text.substr(begin, size));
    begin += size;
  }
}

std::vector<std::string> NGrams(const std::vector<std::string>& tokens,
                                const std::vector<int64_t>& widths) {
  std::vector<std::string> all;
  int64_t bytes = 0;
  for (const int64_t width : widths) {
    const auto count = static_cast<size_t>(width);
    for (size_t first = 0; first + count <= tokens.size(); ++first) {
      std::string& joined = all.emplace_back(tokens[first]);
      for (size_t i = 1; i < count; ++i) (joined += ' ') += tokens[first + i];
      bytes += static_cast<int64_t>(joined.size());
      if (bytes > kMostBytes) Throw(Code::kLimit, "the n-grams of a text are too long");
    }
  }
  return all;
}

}  // namespace

void SplitLikePython(std::string_view text, std::string_view separator, int64_t most,
                     std::vector<std::string_view>& parts) {
  constexpr std::string_view kSpace = " \t\n\v\f\r";
  size_t begin = separator.empty() ? text.find_first_not_of(kSpace) : 0;
  while (begin != std::string_view::npos) {
    const size_t end = most == 0           ? std::string_view::npos
                       : separator.empty() ? text.find_first_of(kSpace, begin)
                                           : text.find(separator, begin);
    --most;
    parts.push_back(text.substr(begin, end - begin));
    if (end == std::string_view::npos) return;
    begin = separator.empty() ? text.find_first_not_of(kSpace, end) : end + separator.size();
  }
}

std::vector<std::string> Tokenizer::Run(const std::string* texts, int64_t count) const {
  std::vector<std::string> tokens;
  std::vector<std::string_view> parts;
  for (int64_t i = 0; i < count; ++i) {
    std::string text = texts[i];
    if (is_lowered) std::transform(text.begin(), text.end(), text.begin(), ToLower);
    if (drops_punctuation) std::erase_if(text, IsPunctuation);
    if (split == TokenSplit::kNone) {
      tokens.push_back(std::move(text));
    } else if (split == TokenSplit::kCharacter) {
      SplitCharacters(text, tokens);
    } else {
      parts.clear();
      SplitLikePython(text, {}, -1, parts);
      tokens.insert(tokens.end(), parts.begin(), parts.end());
    }
  }
  return widths.empty() ? tokens : NGrams(tokens, widths);
}

}  // namespace tfwasm
