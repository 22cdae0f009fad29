// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tfwasm {

// What js/convert/types.ts calls ConvertOptions.
struct ConvertOptions {
  std::string format;  // "tf_frozen_model", "tf_saved_model", "tf_hub" or "tfjs_graph_model"
  std::optional<std::string> signature_name;
  std::optional<std::vector<std::string>> tags;
  std::vector<std::string> output_names;
  bool strip_debug_ops = true;
  bool skip_op_check = false;
  bool freeze_state = false;
  bool for_tfwasm = false;
};

// Reads a JSON object with the fields of js/convert/core.ts. Throws E_JSON or E_INPUT.
ConvertOptions ReadConvertOptions(std::string_view json);

// The files of a model by path, and their sizes.
using FileSizes = std::map<std::string, uint64_t, std::less<>>;
FileSizes ReadFileSizes(std::string_view json);

}  // namespace tfwasm
