// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

namespace tfwasm {

// "node", "node:index", "node:output_name" or "node:output_name:index", taken apart.
struct TensorName {
  std::string_view node = {};
  std::string_view output_name = {};
  int index = 0;
};

// nullopt when the text has another form or the index is absurd.
std::optional<TensorName> ParseTensorName(std::string_view text);

}  // namespace tfwasm
