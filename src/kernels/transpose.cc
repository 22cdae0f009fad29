// SPDX-License-Identifier: Apache-2.0
#include "kernels/transpose.h"

#include <algorithm>

#include "core/sort_few.h"
#include "kernels/copy.h"
#include "kernels/thread_pool.h"

namespace tfwasm {

namespace {

// Runs of axes that are adjacent, in order, in both the input and the result, as [first, last).
struct AxisRun {
  int first;
  int last;
};

std::vector<AxisRun> FindRuns(const Shape& shape, const std::vector<int>& permutation) {
  std::vector<AxisRun> runs;
  for (const int axis : permutation) {
    if (shape[axis] == 1) continue;
    // Axes of size 1 between two do not keep them apart.
    const bool continues =
        !runs.empty() && runs.back().last <= axis && shape.Product(runs.back().last, axis) == 1;
    if (continues) {
      runs.back().last = axis + 1;
    } else {
      runs.push_back({axis, axis + 1});
    }
  }
  return runs;
}

}  // namespace

Transposer::Transposer(DType dtype, const Shape& shape, const std::vector<int>& permutation)
    : dtype_(dtype), size_(shape.NumElements()) {
  if (size_ == 0) return;
  const std::vector<AxisRun> runs = FindRuns(shape, permutation);
  std::vector<AxisRun> in_order = runs;
  SortFew(in_order, [](const AxisRun& a, const AxisRun& b) { return a.first < b.first; });
  for (const AxisRun& run : in_order) dims_.push_back(shape.Product(run.first, run.last));
  for (const AxisRun& run : runs) {
    const auto place = std::find_if(in_order.begin(), in_order.end(),
                                    [&](const AxisRun& other) { return other.first == run.first; });
    permutation_.push_back(static_cast<int>(place - in_order.begin()));
  }
  // For less the direct loop is faster.
  constexpr int64_t kMinXnnSize = 64;
  const bool is_x32 = ElementSize(dtype) == 4;
  if (dims_.size() > 1 && dims_.size() <= XNN_MAX_TENSOR_DIMS && is_x32 && size_ >= kMinXnnSize) {
    PrepareXnn();
  } else {
    PrepareStrided();
  }
}

void Transposer::PrepareXnn() {
  xnn_ = XnnOperator::Create("transpose",
                             [](xnn_operator_t* op) { return xnn_create_transpose_nd_x32(0, op); });
  const std::vector<size_t> dims(dims_.begin(), dims_.end());
  const std::vector<size_t> permutation(permutation_.begin(), permutation_.end());
  CheckXnn(xnn_reshape_transpose_nd_x32(xnn_.get(), dims.size(), dims.data(), permutation.data(),
                                        PoolFor(static_cast<double>(size_))),
           "transpose");
}

void Transposer::PrepareStrided() {
  strided_.dtype = dtype_;
  const auto in_strides = RowMajorStrides(Shape(dims_));
  for (size_t i = 0; i < dims_.size(); ++i) {
    const auto from = static_cast<size_t>(permutation_[i]);
    strided_.shape.Append(dims_[from]);
    strided_.in_strides[i] = in_strides[from];
  }
  strided_.out_strides = RowMajorStrides(strided_.shape);
}

void Transposer::Run(const void* in, void* out) const {
  if (size_ == 0) return;
  if (dims_.size() <= 1) return CopyElements(dtype_, in, out, size_);
  if (!xnn_) return strided_.Run(in, out);
  CheckXnn(xnn_setup_transpose_nd_x32(xnn_.get(), in, out), "transpose");
  xnn_.Run(PoolFor(static_cast<double>(size_)));
}

}  // namespace tfwasm
