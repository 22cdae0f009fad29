// SPDX-License-Identifier: Apache-2.0
// Splits texts into tokens.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tfwasm {

// Adds the parts of a text to `parts`, like Python's str.split(): at a separator, at most `most`
// times unless it is negative, or, if that is empty, at runs of white space.
void SplitLikePython(std::string_view text, std::string_view separator, int64_t most,
                     std::vector<std::string_view>& parts);

enum class TokenSplit : uint8_t { kNone, kWhitespace, kCharacter };

// What happens to a text before its tokens are looked up. Only ASCII letters and ASCII punctuation
// are changed, as in TensorFlow.
struct Tokenizer {
  bool is_lowered = false;
  bool drops_punctuation = false;
  TokenSplit split = TokenSplit::kNone;
  std::vector<int64_t> widths = {};  // of n-grams; empty for the tokens themselves

  // The tokens of `count` texts, which belong to one example.
  std::vector<std::string> Run(const std::string* texts, int64_t count) const;
};

}  // namespace tfwasm
