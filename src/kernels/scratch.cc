// SPDX-License-Identifier: Apache-2.0
#include "kernels/scratch.h"

#include "core/aligned_memory.h"
#include "core/error.h"

namespace tfwasm {

namespace {

struct Scratch {
  AlignedMemory memory;
  uint64_t bytes = 0;
};

Scratch& TheScratch() {
  static auto* scratch = new Scratch;
  return *scratch;
}

}  // namespace

void* ScratchSpace(uint64_t bytes) {
  Scratch& scratch = TheScratch();
  if (scratch.memory && bytes <= scratch.bytes) return scratch.memory.data();
  // Frees first, so that the old and the new memory need not coexist.
  ReleaseScratchSpace();
  scratch.memory = AlignedMemory(bytes);
  if (!scratch.memory) {
    Throw(Code::kOom, "out of memory: an operation needs ", bytes, " bytes of working memory");
  }
  scratch.bytes = bytes;
  return scratch.memory.data();
}

void ReleaseScratchSpace() { TheScratch() = Scratch(); }

}  // namespace tfwasm
