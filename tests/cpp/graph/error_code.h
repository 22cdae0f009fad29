// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "core/error.h"

namespace tfwasm {

// The error that `f` throws; nullopt if none.
template <typename F>
std::optional<Error> ErrorOf(F f) {
  try {
    f();
  } catch (const Error& error) {
    return error;
  }
  return std::nullopt;
}

// "E_SHAPE", or "" if `f` does not throw.
template <typename F>
std::string_view ErrorCodeOf(F f) {
  const auto error = ErrorOf(f);
  return error ? CodeName(error->code()) : "";
}

}  // namespace tfwasm
