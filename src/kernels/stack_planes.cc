// SPDX-License-Identifier: Apache-2.0
#include "kernels/stack_planes.h"

#include <algorithm>

#include "kernels/strided_copy.h"
#include "kernels/thread_pool.h"

namespace tfwasm {

bool StackedPlanes::IsIdentity() const {
  if (slots != 1) return false;
  for (size_t i = 0; i < planes.size(); ++i) {
    if (planes[i] != static_cast<int64_t>(i)) return false;
  }
  return true;
}

void StackedPlanes::Run(const float* volumes, int64_t first, int64_t count, float* images) const {
  const int64_t* table = planes.data() + first * slots;
  ParallelFor(count * pixels, static_cast<double>(slots * channels),
              [=, this](int64_t begin, int64_t end) {
                float* to = images + begin * slots * channels;
                for (int64_t row = begin; row < end; ++row) {
                  const int64_t* image = table + row / pixels * slots;
                  for (int64_t slot = 0; slot < slots; ++slot, to += channels) {
                    if (image[slot] < 0) {
                      std::fill_n(to, channels, 0.0f);
                    } else {
                      const int64_t from = image[slot] * pixels + row % pixels;
                      std::copy_n(volumes + from * channels, channels, to);
                    }
                  }
                }
              });
}

Tensor StackFilter(const float* filter, int64_t outer, int64_t inner, const FilterPlanes& planes) {
  Tensor stacked(DType::kFloat32, {outer, planes.count, inner});
  StridedCopy copy;
  copy.shape = stacked.shape();
  copy.in_strides = {inner, planes.step * outer * inner, 1};
  copy.out_strides = RowMajorStrides(copy.shape);
  copy.Run(filter + planes.first * outer * inner, stacked.mutable_data());
  return stacked;
}

void CheckStack(const Shape& volumes, int64_t planes, int64_t images) {
  constexpr double kMostPlanes = 1 << 26;
  constexpr double kMostElements = 1 << 29;
  const auto number = [](int64_t value) { return static_cast<double>(value); };
  const double elements = number(volumes[2]) * number(volumes[3]) * number(volumes[4]);
  if (number(planes) * number(images) > kMostPlanes || number(planes) * elements > kMostElements) {
    Throw(Code::kLimit, "a window over ", planes, " planes of volumes of shape ", volumes,
          " is too large");
  }
}

int64_t ImagesAtATime(const StackedPlanes& stack) {
  if (stack.IsIdentity()) return stack.images();
  constexpr int64_t kMostElements = 1 << 22;
  const int64_t most = std::max<int64_t>(1, kMostElements / stack.image_elements());
  // Batches of equal size where possible, since an operator is reshaped for each size.
  const int64_t times = (stack.images() + most - 1) / most;
  return (stack.images() + times - 1) / times;
}

}  // namespace tfwasm
