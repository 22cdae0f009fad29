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

void* ScratchSpace(uint64_t bytes) {
  if (scratch_data != nullptr && bytes <= scratch_bytes) return scratch_data;
  // Frees first, so that the old and the new memory need not coexist.
  ReleaseScratchSpace();
  constexpr size_t kAlignment = Buffer::kAlignment;
  const uint64_t padded = (bytes + Buffer::kPadding + kAlignment - 1) / kAlignment * kAlignment;
  if (padded > bytes && padded <= SIZE_MAX) {
    scratch_data = std::aligned_alloc(kAlignment, static_cast<size_t>(padded));
  }
  if (scratch_data == nullptr) {
    Throw(Code::kOom, "out of memory: an operation needs ", bytes, " bytes of working memory");
  }
  scratch_bytes = static_cast<size_t>(bytes);
  return scratch_data;
}

void ReleaseScratchSpace() {
  std::free(scratch_data);
  scratch_data = nullptr;
  scratch_bytes = 0;
}

}  // namespace tfwasm
