// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "core/str_cat.h"
#include "ops/arguments.h"

namespace tfwasm {

// Throws E_DTYPE unless input `i` is string or int32.
inline void ExpectTextOrInt(const OpContext& context, int i) {
  if (context.dtype(i) == DType::kString || context.dtype(i) == DType::kInt32) return;
  Throw(Code::kDType, "expected strings or int32, got ", context.dtype(i));
}

// The elements of a tensor of strings or int32 as texts.
class ElementTexts {
 public:
  ElementTexts(DType dtype, const void* data) : dtype_(dtype), data_(data) {}

  // Valid until the next call.
  std::string_view operator[](int64_t i) {
    if (dtype_ == DType::kString) return static_cast<const std::string*>(data_)[i];
    return digits_ = StrCat(static_cast<const int32_t*>(data_)[i]);
  }

 private:
  DType dtype_;
  const void* data_;
  std::string digits_;
};

}  // namespace tfwasm
