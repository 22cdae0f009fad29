// SPDX-License-Identifier: Apache-2.0
// What layers share whose output is a number of a category, or a vector for it.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/text/hash_bins.h"
#include "layers/layer.h"

namespace tfwasm {

class CategoryOutput {
 public:
  // Reads "output_mode", one of `allowed`, and "sparse". Outputs are always dense.
  CategoryOutput(LayerConfig& config, std::string_view fallback,
                 std::initializer_list<std::string_view> allowed);

  bool is_int() const { return mode_ == "int"; }
  bool is_tf_idf() const { return mode_ == "tf_idf"; }
  // The attribute "mode" of ops.
  std::string_view op_mode() const { return is_tf_idf() ? std::string_view("count") : mode_; }

  // Int32 numbers in the mode of the output. Those outside of [0, depth) are left out, or, if it
  // is strict, an E_INPUT when the model runs. `weights` may be empty.
  Operand Encode(Operand numbers, int64_t depth, Operand weights = {},
                 bool is_strict = false) const;

 private:
  std::string mode_;
};

// x; when it runs, E_INPUT.
Operand NotReady(const Operand& x, std::string_view message);

// The key "salt": one integer or two.
std::optional<SipKey> ReadSalt(LayerConfig& config);

// LayerConfig::MaybeNumbers as float32.
std::optional<std::vector<float>> MaybeFloats(LayerConfig& config, std::string_view key);

// An integer as decimal digits, or a text. nullopt if it is neither.
std::optional<std::string> TextOf(const Json& json);

}  // namespace tfwasm
