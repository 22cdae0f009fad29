// SPDX-License-Identifier: Apache-2.0
// NumPy's basic indexing: x[1:-1:2, ..., tf.newaxis, 3].
#include <algorithm>

#include "kernels/slice.h"
#include "ops/arguments.h"
#include "ops/gradient.h"
#include "ops/infer.h"

namespace tfwasm {

namespace {

// The index expressions as in the node: entry i of the lists, bit i of the masks.
struct Indexing {
  std::vector<int64_t> begin;
  std::vector<int64_t> end;
  std::vector<int64_t> step;
  uint32_t begin_mask = 0;
  uint32_t end_mask = 0;
  uint32_t ellipsis_mask = 0;
  uint32_t new_axis_mask = 0;
  uint32_t shrink_axis_mask = 0;

  int size() const { return static_cast<int>(begin.size()); }
  bool IsEllipsis(int i) const { return (ellipsis_mask >> i & 1) != 0; }
  // Precedence: ellipsis, then new axis, then single index.
  bool IsNewAxis(int i) const { return !IsEllipsis(i) && (new_axis_mask >> i & 1) != 0; }
  bool IsSingle(int i) const { return (shrink_axis_mask >> i & 1) != 0; }
};

struct ResolvedIndexing {
  SliceSpec slice;
  Shape output;
};

uint32_t Mask(const OpContext& context, std::string_view name) {
  return static_cast<uint32_t>(context.attrs().Int(name, 0));
}

Indexing MakeIndexing(const OpContext& context, std::vector<int64_t> begin,
                      std::vector<int64_t> end, std::vector<int64_t> step) {
  if (begin.size() != end.size() || begin.size() != step.size()) {
    Throw(Code::kShape, "begin, end and strides must have one length, got ", begin.size(), ", ",
          end.size(), " and ", step.size());
  }
  // Every axis of the input and of the output, and one ellipsis.
  constexpr size_t kMost = 2 * Shape::kMaxRank + 1;
  if (begin.size() > kMost) {
    Throw(Code::kLimit, "expected at most ", kMost, " index expressions, got ", begin.size());
  }
  return {.begin = std::move(begin),
          .end = std::move(end),
          .step = std::move(step),
          .begin_mask = Mask(context, "begin_mask"),
          .end_mask = Mask(context, "end_mask"),
          .ellipsis_mask = Mask(context, "ellipsis_mask"),
          .new_axis_mask = Mask(context, "new_axis_mask"),
          .shrink_axis_mask = Mask(context, "shrink_axis_mask")};
}

class Resolver {
 public:
  Resolver(const Shape& shape, const Indexing& indexing) : shape_(shape), indexing_(indexing) {}

  ResolvedIndexing Resolve() {
    const int whole_axes = CountWholeAxes();
    bool had_ellipsis = false;
    for (int i = 0; i < indexing_.size(); ++i) {
      if (indexing_.IsEllipsis(i)) {
        if (had_ellipsis) Throw(Code::kShape, "only one ellipsis is allowed");
        had_ellipsis = true;
        for (int k = 0; k < whole_axes; ++k) TakeWhole();
      } else if (indexing_.IsNewAxis(i)) {
        result_.output.Append(1);
      } else if (indexing_.IsSingle(i)) {
        TakeSingle(i);
      } else {
        TakeRange(i);
      }
    }
    if (!had_ellipsis) {
      for (int k = 0; k < whole_axes; ++k) TakeWhole();
    }
    return result_;
  }

 private:
  // The number of axes that no index expression covers.
  int CountWholeAxes() const {
    int indexed = 0;
    for (int i = 0; i < indexing_.size(); ++i) {
      if (!indexing_.IsEllipsis(i) && !indexing_.IsNewAxis(i)) ++indexed;
    }
    if (indexed > shape_.rank()) {
      Throw(Code::kShape, indexed, " indices are too many for a tensor of shape ", shape_);
    }
    return shape_.rank() - indexed;
  }

  void Take(int64_t begin, int64_t step, int64_t size) {
    const auto axis = static_cast<size_t>(result_.slice.size.rank());
    result_.slice.begin[axis] = begin;
    result_.slice.step[axis] = step;
    result_.slice.size.Append(size);
  }

  int64_t Dim() const { return shape_[result_.slice.size.rank()]; }

  void TakeWhole() {
    const int64_t dim = Dim();
    Take(0, 1, dim);
    result_.output.Append(dim);
  }

  void TakeSingle(int i) {
    const auto index = static_cast<size_t>(i);
    const int64_t dim = Dim();
    const int64_t begin = indexing_.begin[index];
    const int64_t at = begin < 0 ? begin + dim : begin;
    if (indexing_.step[index] <= 0) {
      Throw(Code::kShape, "the stride of a single index must be positive, got ",
            indexing_.step[index]);
    }
    if (at < 0 || at >= dim) {
      Throw(Code::kShape, "index ", begin, " is out of range for dimension ",
            result_.slice.size.rank(), " of ", shape_);
    }
    Take(at, 1, 1);
  }

  void TakeRange(int i) {
    const auto index = static_cast<size_t>(i);
    const int64_t dim = Dim();
    const int64_t step = indexing_.step[index];
    if (step == 0) Throw(Code::kShape, "strides[", i, "] is 0");
    // The positions to clamp to.
    const int64_t low = step > 0 ? 0 : -1;
    const int64_t high = step > 0 ? dim : dim - 1;
    const auto clamp = [&](int64_t at) {
      return std::clamp<int64_t>(at < 0 ? at + dim : at, low, high);
    };
    int64_t begin = clamp(indexing_.begin[index]);
    int64_t end = clamp(indexing_.end[index]);
    if ((indexing_.begin_mask >> i & 1) != 0) begin = step > 0 ? low : high;
    if ((indexing_.end_mask >> i & 1) != 0) end = step > 0 ? high : low;
    const int64_t sign = step > 0 ? 1 : -1;
    const int64_t size = std::max<int64_t>(0, (end - begin + step - sign) / step);
    Take(begin, step, size);
    result_.output.Append(size);
  }

  const Shape& shape_;
  const Indexing& indexing_;
  ResolvedIndexing result_;
};

void InferStridedSlice(InferContext& context) {
  auto begin = IntsOrDefer(context, 1, "begin");
  auto end = IntsOrDefer(context, 2, "end");
  auto step = IntsOrDefer(context, 3, "strides");
  if (!begin || !end || !step) return;
  const Indexing indexing =
      MakeIndexing(context, std::move(*begin), std::move(*end), std::move(*step));
  context.set_output(0, context.dtype(0), Resolver(context.shape(0), indexing).Resolve().output);
}

std::unique_ptr<Kernel> StridedSliceKernel(const KernelContext& context) {
  const Shape& shape = context.shape(0);
  const Indexing indexing =
      MakeIndexing(context, KnownInts(context, 1), KnownInts(context, 2), KnownInts(context, 3));
  const SliceSpec spec = Resolver(shape, indexing).Resolve().slice;
  return MakeKernel([slice = Slice(context.dtype(0), shape, spec)](RunContext& run) {
    slice.Run(run.in(0), run.out(0));
  });
}

TFWASM_OP kStridedSliceOp{.name = "StridedSlice",
                          .min_inputs = 4,
                          .max_inputs = 4,
                          .infer = InferStridedSlice,
                          .kernel = StridedSliceKernel};

}  // namespace

TFWASM_GRADIENT kStridedSliceGradient{"StridedSlice",
                                      [](GradientContext& c) { SetByPositions(c, 0); }};

}  // namespace tfwasm
