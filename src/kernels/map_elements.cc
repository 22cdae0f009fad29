// SPDX-License-Identifier: Apache-2.0
#include "kernels/map_elements.h"

#include <cstring>

namespace tfwasm {

namespace {

void Repeat(const void* element, size_t size, size_t count, char* to) {
  if (size == sizeof(uint32_t)) {
    uint32_t bits;
    std::memcpy(&bits, element, sizeof(bits));
    std::fill_n(reinterpret_cast<uint32_t*>(to), count, bits);
    return;
  }
  for (size_t i = 0; i < count; ++i) std::memcpy(to + i * size, element, size);
}

}  // namespace

void MapBlocks(const MapLoop& loop, const void* fn, const void* const* operands,
               const size_t* steps, void* out, size_t count) {
  const size_t block = size_t{1} << loop.block_bits;
  const size_t blocks = count >> loop.block_bits;
  const size_t rest = count & (block - 1);
  // What is repeated is copied before anything is written: it may lie where the output does.
  alignas(16) char copies[kMaxMapOperands][kMaxMapBlockBytes];
  const void* from[kMaxMapOperands];
  size_t advances[kMaxMapOperands] = {};
  for (size_t i = 0; i < kMaxMapOperands && loop.sizes[i] > 0; ++i) {
    const size_t size = loop.sizes[i];
    from[i] = operands[i];
    advances[i] = steps[i] * block;
    if (steps[i] != 0 || block == 1 || count == 0) continue;
    Repeat(operands[i], size, block, copies[i]);
    from[i] = copies[i];
  }
  if (blocks > 0) loop.run(fn, from, advances, out, blocks);
  if (rest == 0) return;
  const size_t done = blocks * block;
  for (size_t i = 0; i < kMaxMapOperands && loop.sizes[i] > 0; ++i) {
    if (steps[i] == 0) continue;
    const size_t size = loop.sizes[i];
    std::memset(copies[i], 0, block * size);
    std::memcpy(copies[i], static_cast<const char*>(operands[i]) + done * size, rest * size);
    from[i] = copies[i];
  }
  alignas(16) char last[kMaxMapBlockBytes];
  loop.run(fn, from, advances, last, 1);
  std::memcpy(static_cast<char*>(out) + done * loop.out_size, last, rest * loop.out_size);
}

}  // namespace tfwasm
