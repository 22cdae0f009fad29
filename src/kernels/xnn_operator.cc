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
  constexpr double kMostBytes = 1u << 31;
  const double rows = static_cast<double>(inputs) + kMostTile;
  const double columns = static_cast<double>(outputs) + kMostTile;
  if (static_cast<double>(groups) * rows * columns * sizeof(float) > kMostBytes) {
    Throw(Code::kLimit, "weights of ", groups, " times ", inputs, "x", outputs, " are too large");
  }
}

void CheckIndirectionSize(double pointers, std::string_view what) {
  // Leaves space for the padding that XNNPACK adds for alignment.
  constexpr double kMost = static_cast<double>(SIZE_MAX) - (1 << 16);
  if (pointers * sizeof(void*) <= kMost) return;
  Throw(Code::kOom, "out of memory: a ", what, " needs the addresses of ", pointers, " pixels");
}

void ThrowXnnError(xnn_status status, std::string_view what) {
  if (status == xnn_status_out_of_memory) {
    Throw(Code::kOom, "out of memory in XNNPACK (", what, ")");
  }
  Throw(Code::kInternal, "XNNPACK refused: ", StatusName(status), " (", what, ")");
}

}  // namespace tfwasm
