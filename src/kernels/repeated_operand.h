// SPDX-License-Identifier: Apache-2.0
// Elementwise operations of a tensor with a smaller one, such as a bias or slopes per channel.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "core/shape.h"
#include "kernels/map_elements.h"
#include "kernels/strided_copy.h"
#include "kernels/thread_pool.h"

namespace tfwasm {

// Broadcasts an operand of float32 or int32 to the shape of a whole tensor: as values that repeat
// with some period, which for the common shapes are the operand itself.
class RepeatedOperand {
 public:
  // Throws E_SHAPE unless `operand` broadcasts to `whole`.
  RepeatedOperand(const Shape& operand, const Shape& whole);

  // How many values repeat.
  int64_t period() const { return period_; }
  // These values; `operand` itself or working memory (kernels/scratch.h).
  const void* Values(const void* operand) const;

 private:
  int64_t period_ = 1;
  bool is_expanded_ = false;
  StridedCopy expand_;
};

namespace repeated_operand_internal {

template <typename T, typename F>
void ApplyRange(const T* in, const T* values, int64_t period, T* out, int64_t begin, int64_t end,
                const F& op) {
  while (begin < end) {
    const int64_t phase = begin % period;
    const int64_t count = std::min(period - phase, end - begin);
    MapPairs(in + begin, 1, values + phase, 1, out + begin, static_cast<size_t>(count), op);
    begin += count;
  }
}

}  // namespace repeated_operand_internal

// out[i] = op(in[i], values[i % period]). `out` may be `in`.
template <typename T, typename F>
void ApplyRepeated(const T* in, const T* values, int64_t period, T* out, int64_t count,
                   const F& op) {
  if (count == 0) return;
  // Short periods are laid out several times, so that the inner loop pays.
  std::array<T, 256> repeated;
  const auto room = static_cast<int64_t>(repeated.size());
  if (period <= room / 2) {
    const int64_t times = room / period;
    for (int64_t i = 0; i < times; ++i) {
      std::copy_n(values, period, repeated.begin() + i * period);
    }
    values = repeated.data();
    period *= times;
  }
  ParallelFor(count, 1, [&](int64_t begin, int64_t end) {
    repeated_operand_internal::ApplyRange(in, values, period, out, begin, end, op);
  });
}

}  // namespace tfwasm
