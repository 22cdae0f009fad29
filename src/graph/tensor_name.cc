// SPDX-License-Identifier: Apache-2.0
#include "graph/tensor_name.h"

#include <charconv>

namespace tfwasm {

namespace {

constexpr int kMaxIndex = 65535;

std::optional<int> ParseIndex(std::string_view text) {
  int index = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, index);
  if (error != std::errc() || stop != end || index < 0 || index > kMaxIndex) return std::nullopt;
  return index;
}

// Whether the text is an output name rather than an index.
bool IsOutputName(std::string_view text) {
  const char c = text.empty() ? '\0' : text.front();
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

}  // namespace

std::optional<TensorName> ParseTensorName(std::string_view text) {
  const size_t first = text.find(':');
  TensorName name{.node = text.substr(0, first)};
  if (name.node.empty()) return std::nullopt;
  if (first == std::string_view::npos) return name;

  std::string_view rest = text.substr(first + 1);
  if (IsOutputName(rest)) {
    const size_t second = rest.find(':');
    name.output_name = rest.substr(0, second);
    if (second == std::string_view::npos) return name;
    rest.remove_prefix(second + 1);
  }
  const auto index = ParseIndex(rest);
  if (!index) return std::nullopt;
  name.index = *index;
  return name;
}

}  // namespace tfwasm
