// SPDX-License-Identifier: Apache-2.0
#include "kernels/scratch.h"

#include <cstdlib>

#include "core/buffer.h"
#include "core/error.h"

namespace tfwasm {

namespace {

void* scratch_data = nullptr;
size_t scratch_bytes = 0;

}  // namespace

void* ScratchSpace(size_t bytes) {
  if (scratch_data != nullptr && bytes <= scratch_bytes) return scratch_data;
  // First, so that the old and the new memory need not fit at once.
  ReleaseScratchSpace();
  constexpr size_t kAlignment = Buffer::kAlignment;
  const size_t padded = (bytes + Buffer::kPadding + kAlignment - 1) / kAlignment * kAlignment;
  if (padded > bytes) scratch_data = std::aligned_alloc(kAlignment, padded);
  if (scratch_data == nullptr) {
    Throw(Code::kOom, "out of memory: an operation needs ", bytes, " bytes of working memory");
  }
  scratch_bytes = bytes;
  return scratch_data;
}

void ReleaseScratchSpace() {
  std::free(scratch_data);
  scratch_data = nullptr;
  scratch_bytes = 0;
}

}  // namespace tfwasm
