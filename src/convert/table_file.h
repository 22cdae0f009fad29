// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "core/tensor.h"
#include "graph/attr.h"

namespace tfwasm {

// How a text file gives the keys and values of a table: attributes of InitializeTableFromTextFile.
struct TableFormat {
  explicit TableFormat(const AttrMap& attrs);

  // A column of the line, or kWholeLine or kLineNumber.
  int64_t key_index;
  int64_t value_index;
  int64_t vocab_size;  // the number of lines; -1: all
  int64_t offset;      // the number of the first line
  char delimiter;

  static constexpr int64_t kWholeLine = -2;
  static constexpr int64_t kLineNumber = -1;
};

struct TableContents {
  Tensor keys;
  Tensor values;
};

// Reads a table. `keys` and `values`: kString, kInt32 or kFloat32. Throws E_FILE, naming the line,
// for missing columns, malformed numbers and keys with two values.
TableContents ReadTableFile(std::string_view text, const TableFormat& format, DType keys,
                            DType values);

}  // namespace tfwasm
