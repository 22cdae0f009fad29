// SPDX-License-Identifier: Apache-2.0
#include "kernels/pad.h"

#include "kernels/copy.h"
#include "kernels/thread_pool.h"

namespace tfwasm {

namespace {

// Strings allocate, and what may throw must stay on the calling thread.
template <typename F>
void ForRows(DType dtype, int64_t rows, int64_t columns, const F& fn) {
  if (dtype == DType::kString) return fn(int64_t{0}, rows);
  ParallelFor(rows, static_cast<double>(columns), fn);
}

}  // namespace

ConstantPad::ConstantPad(DType dtype, const Shape& input, const PadSpec& spec)
    : dtype_(dtype), inner_{1, 0, 0} {
  // From the back, axes without a border become part of the axis before them.
  for (int axis = input.rank(); axis-- > 0;) {
    const auto i = static_cast<size_t>(axis);
    if (inner_.before != 0 || inner_.after != 0) {
      outer_.insert(outer_.begin(), {input[axis], spec.before[i], spec.after[i]});
    } else {
      const int64_t block = inner_.size;
      inner_ = {input[axis] * block, spec.before[i] * block, spec.after[i] * block};
    }
  }
}

int64_t ConstantPad::InputRow(int64_t row) const {
  int64_t input_row = 0;
  int64_t stride = 1;
  for (size_t axis = outer_.size(); axis-- > 0;) {
    const int64_t index = row % outer_[axis].padded() - outer_[axis].before;
    row /= outer_[axis].padded();
    if (index < 0 || index >= outer_[axis].size) return -1;
    input_row += index * stride;
    stride *= outer_[axis].size;
  }
  return input_row;
}

void ConstantPad::Run(const void* in, const void* value, void* out) const {
  int64_t rows = 1;
  for (const Axis& axis : outer_) rows *= axis.padded();
  const int64_t columns = inner_.padded();
  ForRows(dtype_, rows, columns, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      void* to = ElementAt(dtype_, out, row * columns);
      const int64_t input_row = InputRow(row);
      if (input_row < 0) {
        FillElements(dtype_, value, to, columns);
        continue;
      }
      FillElements(dtype_, value, to, inner_.before);
      CopyElements(dtype_, ElementAt(dtype_, in, input_row * inner_.size),
                   ElementAt(dtype_, to, inner_.before), inner_.size);
      FillElements(dtype_, value, ElementAt(dtype_, to, inner_.before + inner_.size), inner_.after);
    }
  });
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
