// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

namespace tfwasm {

// The parts of "node", "node:index", "node:output_name" or "node:output_name:index".
struct TensorName {
  std::string_view node = {};
  std::string_view output_name = {};
  int index = 0;
};

// nullopt if the text is malformed or the index is unreasonably large.
std::optional<TensorName> ParseTensorName(std::string_view text);

}  // namespace tfwasm
