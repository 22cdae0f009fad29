// SPDX-License-Identifier: Apache-2.0
#include "kernels/map_elements.h"

#include <cstring>

#include "kernels/simd.h"

namespace tfwasm {

namespace {

// Fills a block, whose size is at most kMaxMapBlockBytes, with copies of an element.
void Repeat(const void* element, size_t size, size_t bytes, char* to) {
  if (size != sizeof(uint32_t)) {
    for (size_t i = 0; i < bytes; i += size) std::memcpy(to + i, element, size);
    return;
  }
  const auto vector = VectorOf<uint32_t>{} + Load<uint32_t>(element);
  for (size_t i = 0; i < bytes; i += sizeof(vector)) Store(vector, to + i);
}

}  // namespace

MapRow::MapRow(const MapLoop& loop, const size_t* steps, size_t count)
    : loop_(loop),
      blocks_(count >> loop.block_bits),
      rest_(count & ((size_t{1} << loop.block_bits) - 1)) {
  while (num_operands_ < kMaxMapOperands && loop.sizes[num_operands_] > 0) {
    advances_[num_operands_] = steps[num_operands_] << loop.block_bits;
    ++num_operands_;
  }
}

void MapRow::Run(const void* fn, const void* const* operands, void* out) const {
  const size_t block = size_t{1} << loop_.block_bits;
  // What is repeated is copied before anything is written: it may lie where the output does.
  alignas(16) char copies[kMaxMapOperands][kMaxMapBlockBytes];
  const void* from[kMaxMapOperands];
  for (size_t i = 0; i < num_operands_; ++i) {
    from[i] = operands[i];
    if (advances_[i] != 0 || block == 1 || blocks_ + rest_ == 0) continue;
    Repeat(operands[i], loop_.sizes[i], block * loop_.sizes[i], copies[i]);
    from[i] = copies[i];
  }
  if (blocks_ > 0) loop_.run(fn, from, advances_, out, blocks_);
  if (rest_ == 0) return;
  const size_t done = blocks_ * block;
  for (size_t i = 0; i < num_operands_; ++i) {
    if (advances_[i] == 0) continue;
    const size_t size = loop_.sizes[i];
    std::memset(copies[i], 0, block * size);
    std::memcpy(copies[i], static_cast<const char*>(operands[i]) + done * size, rest_ * size);
    from[i] = copies[i];
  }
  alignas(16) char last[kMaxMapBlockBytes];
  loop_.run(fn, from, advances_, last, 1);
  std::memcpy(static_cast<char*>(out) + done * loop_.out_size, last, rest_ * loop_.out_size);
}

}  // namespace tfwasm
