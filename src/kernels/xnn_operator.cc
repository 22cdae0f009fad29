// SPDX-License-Identifier: Apache-2.0
#include "kernels/xnn_operator.h"

#include "core/error.h"

namespace tfwasm {

namespace {

std::string_view StatusName(xnn_status status) {
  switch (status) {
    case xnn_status_uninitialized:
      return "uninitialized";
    case xnn_status_invalid_parameter:
      return "invalid parameter";
    case xnn_status_invalid_state:
      return "invalid state";
    case xnn_status_unsupported_parameter:
      return "unsupported parameter";
    case xnn_status_unsupported_hardware:
      return "unsupported hardware";
    default:
      return "unknown status";
  }
}

}  // namespace

void EnsureXnnpack() {
  static bool initialized = false;
  if (initialized) return;
  CheckXnn(xnn_initialize(nullptr), "initialization");
  initialized = true;
}

void CheckPackedSize(int64_t groups, int64_t inputs, int64_t outputs) {
  // The largest tile of XNNPACK's wasm kernels, in rows or columns.
  constexpr double kTile = 16;
  constexpr double kMostBytes = 1u << 31;
  const double rows = static_cast<double>(inputs) + kTile;
  const double columns = static_cast<double>(outputs) + kTile;
  if (static_cast<double>(groups) * rows * columns * sizeof(float) > kMostBytes) {
    Throw(Code::kLimit, "weights of ", groups, " times ", inputs, "x", outputs, " are too large");
  }
}

void ThrowXnnError(xnn_status status, std::string_view what) {
  if (status == xnn_status_out_of_memory) {
    Throw(Code::kOom, "out of memory in XNNPACK (", what, ")");
  }
  Throw(Code::kInternal, "XNNPACK refused: ", StatusName(status), " (", what, ")");
}

}  // namespace tfwasm
