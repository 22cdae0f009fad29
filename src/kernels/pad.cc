// SPDX-License-Identifier: Apache-2.0
#include "kernels/pad.h"

#include "kernels/copy.h"
#include "kernels/thread_pool.h"

namespace tfwasm {

namespace {

// String copies allocate and can throw, so they must stay on the calling thread.
template <typename F>
void ForRows(DType dtype, int64_t rows, int64_t columns, const F& fn) {
  if (dtype == DType::kString) return fn(int64_t{0}, rows);
  ParallelFor(rows, static_cast<double>(columns), fn);
}

}  // namespace

ConstantPad::ConstantPad(DType dtype, const Shape& input, const PadSpec& spec)
    : copy_{.dtype = dtype, .shape = input, .in_strides = RowMajorStrides(input)} {
  Shape padded;
  for (int axis = 0; axis < input.rank(); ++axis) {
    const auto i = static_cast<size_t>(axis);
    padded.Append(spec.before[i] + input[axis] + spec.after[i]);
  }
  padded_size_ = padded.NumElements();
  copy_.out_strides = RowMajorStrides(padded);
  for (size_t i = 0; i < spec.before.size(); ++i) first_ += spec.before[i] * copy_.out_strides[i];
}

void ConstantPad::Run(const void* in, const void* value, void* out) const {
  const DType dtype = copy_.dtype;
  if (padded_size_ == copy_.shape.NumElements()) return CopyElements(dtype, in, out, padded_size_);
  // Fills the whole output: the border consists of many pieces, and this leaves the output in the
  // cache for the copy.
  ForRows(dtype, padded_size_, 1, [&](int64_t begin, int64_t end) {
    FillElements(dtype, value, ElementAt(dtype, out, begin), end - begin);
  });
  copy_.Run(in, ElementAt(dtype, out, first_));
}

MirrorPad::MirrorPad(DType dtype, const Shape& input, const PadSpec& spec, bool repeat_edge)
    : dtype_(dtype), edge_(repeat_edge ? 1 : 0) {
  if (input.NumElements() == 0) {
    rows_ = 0;
    return;
  }
  int last = input.rank() - 1;
  const auto has_border = [&](int axis) {
    const auto i = static_cast<size_t>(axis);
    return spec.before[i] != 0 || spec.after[i] != 0;
  };
  while (last > 0 && !has_border(last)) block_ *= input[last--];
  if (last < 0) return;
  size_ = input[last];
  before_ = spec.before[static_cast<size_t>(last)];
  after_ = spec.after[static_cast<size_t>(last)];
  const auto strides = RowMajorStrides(input);
  for (size_t i = 0; i < static_cast<size_t>(last); ++i) {
    const int64_t size = input[static_cast<int>(i)];
    std::vector<int64_t>& offsets = offsets_.emplace_back();
    for (int64_t index = -spec.before[i]; index < size + spec.after[i]; ++index) {
      int64_t source = index;
      if (index < 0) source = -index - edge_;
      if (index >= size) source = 2 * size - 2 - index + edge_;
      offsets.push_back(source * strides[i]);
    }
    rows_ *= static_cast<int64_t>(offsets.size());
  }
}

void MirrorPad::CopyRow(const void* in, void* out) const {
  const auto copy_backwards = [&](int64_t from, int64_t to, int64_t count) {
    if (block_ == 1) {
      CopyElements(dtype_, ElementAt(dtype_, in, from), -1, ElementAt(dtype_, out, to), 1, count);
      return;
    }
    for (int64_t i = 0; i < count; ++i) {
      CopyElements(dtype_, ElementAt(dtype_, in, (from - i) * block_),
                   ElementAt(dtype_, out, (to + i) * block_), block_);
    }
  };
  copy_backwards(before_ - edge_, 0, before_);
  CopyElements(dtype_, in, ElementAt(dtype_, out, before_ * block_), size_ * block_);
  copy_backwards(size_ - 2 + edge_, before_ + size_, after_);
}

void MirrorPad::Run(const void* in, void* out) const {
  const int64_t columns = (before_ + size_ + after_) * block_;
  ForRows(dtype_, rows_, columns, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      int64_t rest = row;
      int64_t offset = 0;
      for (size_t axis = offsets_.size(); axis-- > 0;) {
        const auto padded = static_cast<int64_t>(offsets_[axis].size());
        offset += offsets_[axis][static_cast<size_t>(rest % padded)];
        rest /= padded;
      }
      CopyRow(ElementAt(dtype_, in, offset), ElementAt(dtype_, out, row * columns));
    }
  });
}

}  // namespace tfwasm
