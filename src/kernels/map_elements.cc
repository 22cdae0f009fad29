// SPDX-License-Identifier: Apache-2.0
#include "kernels/map_elements.h"

#include <cstring>

#include "kernels/simd.h"

namespace tfwasm {

namespace {

// Fills a block of up to kMaxMapBlockBytes with copies of an element.
void Repeat(const void* element, size_t size, size_t bytes, char* to) {
  if (size != sizeof(uint32_t)) {
    for (size_t i = 0; i < bytes; i += size) std::memcpy(to + i, element, size);
    return;
  }
  const auto vector = VectorOf<uint32_t>{} + Load<uint32_t>(element);
  for (size_t i = 0; i < bytes; i += sizeof(vector)) Store(vector, to + i);
}

}  // namespace

MapRows::MapRows(const MapLoop& loop, const size_t* steps, size_t count)
    : loop_(loop),
      block_(size_t{1} << loop.block_bits),
      blocks_(count >> loop.block_bits),
      rest_(count & (block_ - 1)) {
  for (; num_operands_ < kMaxMapOperands && loop.sizes[num_operands_] > 0; ++num_operands_) {
    advances_[num_operands_] = steps[num_operands_] << loop.block_bits;
  }
}

void MapRows::Run(const void* fn, const void* const* operands, const ptrdiff_t* row_steps,
                  void* out, size_t rows) const {
  const void* row[kMaxMapOperands];
  for (size_t i = 0; i < num_operands_; ++i) row[i] = operands[i];
  char* to = static_cast<char*>(out);
  const size_t row_bytes = (blocks_ * block_ + rest_) * loop_.out_size;
  for (; rows > 0; --rows, to += row_bytes) {
    [[clang::always_inline]] RunRow(fn, row, to);
    for (size_t i = 0; i < num_operands_; ++i) {
      row[i] = static_cast<const char*>(row[i]) + row_steps[i] * ptrdiff_t{loop_.sizes[i]};
    }
  }
}

void MapRows::RunRow(const void* fn, const void* const* operands, char* out) const {
  if (blocks_ + rest_ == 0) return;
  // Repeated elements are copied before anything is written, since they may be in the output.
  alignas(16) Copies copies;
  const void* from[kMaxMapOperands];
  for (size_t i = 0; i < num_operands_; ++i) {
    from[i] = operands[i];
    if (advances_[i] != 0 || block_ == 1) continue;
    Repeat(operands[i], loop_.sizes[i], block_ * loop_.sizes[i], copies[i].data());
    from[i] = copies[i].data();
  }
  if (blocks_ > 0) loop_.run(fn, from, advances_.data(), out, blocks_);
  if (rest_ > 0) RunRest(fn, from, copies, out);
}

// The tail of a row that does not fill a block.
void MapRows::RunRest(const void* fn, const void** from, Copies& copies, char* out) const {
  const size_t done = blocks_ * block_;
  for (size_t i = 0; i < num_operands_; ++i) {
    if (advances_[i] == 0) continue;
    const size_t size = loop_.sizes[i];
    char* copy = copies[i].data();
    std::memset(copy, 0, block_ * size);
    std::memcpy(copy, static_cast<const char*>(from[i]) + done * size, rest_ * size);
    from[i] = copy;
  }
  alignas(16) char last[kMaxMapBlockBytes];
  loop_.run(fn, from, advances_.data(), last, 1);
  std::memcpy(out + done * loop_.out_size, last, rest_ * loop_.out_size);
}

}  // namespace tfwasm
