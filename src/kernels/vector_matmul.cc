// SPDX-License-Identifier: Apache-2.0
#include "kernels/vector_matmul.h"

#include <algorithm>
#include <cstring>

#include "kernels/simd.h"
#include "kernels/thread_pool.h"

namespace tfwasm {

namespace {

float Dot(const float* a, const float* b, size_t count) {
  constexpr size_t kLanes = 16;
  float sums[kLanes] = {};
  for (; count >= kLanes; count -= kLanes, a += kLanes, b += kLanes) {
#pragma clang loop vectorize(enable) vectorize_width(4) interleave_count(4)
    for (size_t i = 0; i < kLanes; ++i) sums[i] += a[i] * b[i];
  }
#pragma clang loop vectorize(disable) unroll(disable)
  for (size_t i = 0; i < count; ++i) sums[i] += a[i] * b[i];
  for (size_t half = kLanes / 2; half > 0; half /= 2) {
    for (size_t i = 0; i < half; ++i) sums[i] += sums[i + half];
  }
  return sums[0];
}

// Adds a[0] * b[0 .. count) + a[1] * b[n .. n + count) + ... to `out`.
template <size_t kRows>
void AddRows(const float* a, const float* __restrict b, size_t n, float* __restrict out,
             size_t count) {
  size_t j = 0;
  for (; j + kFloatLanes <= count; j += kFloatLanes) {
    auto sum = Load<FloatVector>(out + j);
#pragma clang loop unroll(full)
    for (size_t row = 0; row < kRows; ++row) sum += a[row] * Load<FloatVector>(b + row * n + j);
    Store(sum, out + j);
  }
#pragma clang loop vectorize(disable) unroll(disable)
  for (; j < count; ++j) {
    for (size_t row = 0; row < kRows; ++row) out[j] += a[row] * b[row * n + j];
  }
}

constexpr size_t kPartsAtOnce = 4;

// A vector times a packed matrix. Each tile is split into parts.
struct PackedProduct {
  const float* a;
  size_t depth;
  const float* weights;
  size_t tile_columns;
  size_t columns;
  size_t part_columns;
  float* out;

  // The biases of a part. Its weights follow, one row per tile width.
  const float* Part(size_t index) const {
    const size_t column = index * part_columns;
    const size_t in_tile = column % tile_columns;
    return weights + (column - in_tile) * (depth + 1) + in_tile;
  }
};

// Multiplies kParts parts, from `first` on. Their sums are independent, which hides latency.
template <size_t kParts, size_t kVectors>
void MultiplyParts(const PackedProduct& product, size_t first) {
  const float* parts[kParts];
  FloatVector sums[kParts][kVectors];
#pragma clang loop unroll(full)
  for (size_t part = 0; part < kParts; ++part) {
    parts[part] = product.Part(first + part);
#pragma clang loop unroll(full)
    for (size_t i = 0; i < kVectors; ++i) {
      sums[part][i] = Load<FloatVector>(parts[part] + i * kFloatLanes);
    }
  }
  const size_t stride = product.tile_columns;
  const float* end = product.a + product.depth;
  for (const float* a = product.a; a < end; ++a) {
    const auto factor = All<FloatVector>(*a);
#pragma clang loop unroll(full)
    for (size_t part = 0; part < kParts; ++part) {
      parts[part] += stride;
#pragma clang loop unroll(full)
      for (size_t i = 0; i < kVectors; ++i) {
        sums[part][i] =
            MultiplyAdd(factor, Load<FloatVector>(parts[part] + i * kFloatLanes), sums[part][i]);
      }
    }
  }
  const size_t column = first * kVectors * kFloatLanes;
  std::memcpy(product.out + column, sums,
              std::min(sizeof(sums), (product.columns - column) * sizeof(float)));
}

template <size_t kVectors>
void MultiplyRange(const PackedProduct& product, size_t begin, size_t end) {
  for (; begin + kPartsAtOnce <= end; begin += kPartsAtOnce) {
    MultiplyParts<kPartsAtOnce, kVectors>(product, begin);
  }
  for (; begin < end; ++begin) MultiplyParts<1, kVectors>(product, begin);
}

}  // namespace

void VectorMatMul(int64_t k, int64_t n, bool is_b_transposed, const float* a, const float* b,
                  float* out) {
  const auto depth = static_cast<size_t>(k);
  const auto columns = static_cast<size_t>(n);
  ParallelFor(n, static_cast<double>(k), [=](int64_t begin, int64_t end) {
    if (is_b_transposed || n == 1) {
      for (auto j = static_cast<size_t>(begin); j < static_cast<size_t>(end); ++j) {
        out[j] = Dot(a, b + j * depth, depth);
      }
      return;
    }
    const auto count = static_cast<size_t>(end - begin);
    const float* part = b + begin;
    std::fill_n(out + begin, count, 0.0f);
    constexpr size_t kRows = 4;
    size_t row = 0;
    for (; row + kRows <= depth; row += kRows) {
      AddRows<kRows>(a + row, part + row * columns, columns, out + begin, count);
    }
    for (; row < depth; ++row) {
      AddRows<1>(a + row, part + row * columns, columns, out + begin, count);
    }
  });
}

void VectorMatMul(int64_t k, int64_t n, const float* a, const PackedWeights& b,
                  const Activation& activation, float* out) {
  // All of XNNPACK's wasm GEMM kernels have tiles of 8 columns.
  const bool has_pairs = b.columns() % static_cast<int64_t>(2 * kFloatLanes) == 0;
  const PackedProduct product = {.a = a,
                                 .depth = static_cast<size_t>(k),
                                 .weights = b.values(),
                                 .tile_columns = static_cast<size_t>(b.columns()),
                                 .columns = static_cast<size_t>(n),
                                 .part_columns = has_pairs ? 2 * kFloatLanes : kFloatLanes,
                                 .out = out};
  const size_t parts = (product.columns + product.part_columns - 1) / product.part_columns;
  const size_t groups = (parts + kPartsAtOnce - 1) / kPartsAtOnce;
  const auto work =
      static_cast<double>(k) * static_cast<double>(kPartsAtOnce * product.part_columns);
  ParallelFor(static_cast<int64_t>(groups), work, [&](int64_t begin, int64_t end) {
    const auto multiply = has_pairs ? MultiplyRange<2> : MultiplyRange<1>;
    multiply(product, static_cast<size_t>(begin) * kPartsAtOnce,
             std::min(parts, static_cast<size_t>(end) * kPartsAtOnce));
  });
  if (activation.IsClamp() && activation.IsFusable()) Activate(activation, out, out, n);
}

}  // namespace tfwasm
