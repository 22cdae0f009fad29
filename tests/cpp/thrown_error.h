// SPDX-License-Identifier: Apache-2.0
// Checks the errors that code throws.
#pragma once

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <string_view>

#include "core/error.h"
#include "core/str_cat.h"

namespace tfwasm {

// The error that `f` throws; nullopt if it does not throw.
template <typename F>
std::optional<Error> ThrownBy(F f) {
  try {
    f();
  } catch (const Error& error) {
    return error;
  }
  return std::nullopt;
}

// The code, such as "E_SHAPE"; "" if `f` does not throw.
template <typename F>
std::string_view ErrorCodeOf(F f) {
  const std::optional<Error> error = ThrownBy(f);
  return error ? CodeName(error->code()) : "";
}

// "E_SHAPE message"; "no error" if `f` does not throw.
template <typename F>
std::string ErrorOf(F f) {
  const std::optional<Error> error = ThrownBy(f);
  return error ? StrCat(CodeName(error->code()), " ", error->message()) : "no error";
}

// Expects that `f` throws an Error with this code.
template <typename F>
void ExpectError(Code code, F f) {
  const std::string actual = ErrorOf(f);
  CHECK_MESSAGE(actual.starts_with(StrCat(CodeName(code), " ")), "expected ",
                std::string(CodeName(code)), ", got ", actual);
}

}  // namespace tfwasm
