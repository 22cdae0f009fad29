// SPDX-License-Identifier: Apache-2.0
#include "kernels/xnn_packed_weights.h"

#include <f32_gemm.h>

#include <algorithm>

#include "kernels/simd.h"
#include "kernels/xnn_operator.h"

namespace tfwasm {

namespace {

// All of XNNPACK's wasm GEMM kernels are 8 columns wide.
constexpr int64_t kUsualColumns = 8;

int64_t KernelColumns() {
  EnsureXnnpack();
  return tfwasm_f32_gemm_columns();
}

// Packs the first `width` columns of `count` rows, `stride` elements apart, into contiguous rows of
// `columns` elements, padded with zeros. Returns the end.
float* PackRows(const float* rows, int64_t count, int64_t stride, int64_t width, int64_t columns,
                float* out) {
  if (width == kUsualColumns && columns == kUsualColumns) {
    using Half = VectorOf<float>;
    for (; count > 0; --count, rows += stride, out += kUsualColumns) {
      Store(Load<Half>(rows), out);
      Store(Load<Half>(rows + kUsualColumns / 2), out + kUsualColumns / 2);
    }
    return out;
  }
  for (; count > 0; --count, rows += stride) {
    out = std::fill_n(std::copy_n(rows, width, out), columns - width, 0.0F);
  }
  return out;
}

}  // namespace

bool PackedWeights::IsFor(int64_t group_outputs) {
  const int64_t columns = KernelColumns();
  constexpr int64_t kLanes = 4;
  // With fewer outputs XNNPACK may choose narrower kernels.
  return columns != 0 && columns % kLanes == 0 && group_outputs >= columns;
}

PackedWeights::PackedWeights(int64_t groups, int64_t inputs, int64_t group_outputs,
                             const float* weights, const float* bias)
    : columns_(KernelColumns()) {
  const int64_t columns = columns_;
  const int64_t outputs = groups * group_outputs;
  const int64_t tiles = (group_outputs + columns - 1) / columns;
  packed_ = Tensor(DType::kFloat32, {groups * tiles * (inputs + 1) * columns});
  float* out = packed_.mutable_values<float>().data();
  for (int64_t first = 0; first < outputs; first += group_outputs) {
    for (int64_t done = 0; done < group_outputs; done += columns) {
      const int64_t width = std::min(columns, group_outputs - done);
      out = bias == nullptr ? std::fill_n(out, columns, 0.0F)
                            : PackRows(bias + first + done, 1, 0, width, columns, out);
      out = PackRows(weights + first + done, inputs, outputs, width, columns, out);
    }
  }
  cache_ = {.context = packed_.mutable_data(),
            .look_up = [](void*, const xnn_weights_cache_look_up_key*) { return size_t{0}; },
            .reserve_space = [](void*, size_t) -> void* { return nullptr; },
            .look_up_or_insert = [](void*, const xnn_weights_cache_look_up_key*, void*,
                                    size_t) { return size_t{0}; },
            .is_finalized = [](void*) { return true; },
            .offset_to_addr = [](void* packed, size_t) { return packed; },
            .delete_cache = [](void*) { return xnn_status_success; }};
}

}  // namespace tfwasm
