// SPDX-License-Identifier: Apache-2.0
#include "kernels/reduce.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "kernels/fold.h"
#include "kernels/scratch.h"
#include "kernels/thread_pool.h"

namespace tfwasm {

namespace {

// Policies of the reductions. Step adds an element to a partial result. Merge joins partial results
// or totals; totals may be more precise. kStartsWithElement: a partial result may start with an
// element instead of kIdentity. Finish makes the result; it gets PerElement(count) for a mean of
// `count` elements, PerElement(1) otherwise.

struct FloatSum {
  using Element = float;
  using Total = double;
  static constexpr float kIdentity = 0;
  static constexpr bool kStartsWithElement = true;
  static float Step(float sum, float x) { return sum + x; }
  template <typename T>
  static T Merge(T a, T b) {
    return a + b;
  }
  static double PerElement(int64_t count) { return 1 / static_cast<double>(count); }
  static float Finish(double total, double per_element) {
    return static_cast<float>(total * per_element);
  }
};

struct FloatSumOfSquares : FloatSum {
  static constexpr bool kStartsWithElement = false;
  static float Step(float sum, float x) { return sum + x * x; }
};

// int32 with wraparound.
struct IntSum {
  using Element = uint32_t;
  using Total = uint32_t;
  static constexpr uint32_t kIdentity = 0;
  static constexpr bool kStartsWithElement = true;
  static uint32_t Step(uint32_t a, uint32_t b) { return a + b; }
  static uint32_t Merge(uint32_t a, uint32_t b) { return a + b; }
  static int64_t PerElement(int64_t count) { return count; }
  static uint32_t Finish(uint32_t total, int64_t count) {
    if (count == 1) return total;
    const int64_t sum = static_cast<int32_t>(total);
    return count == 0 ? 0 : static_cast<uint32_t>(sum / count);
  }
};

template <typename T>
struct Plain {
  using Element = T;
  using Total = T;
  static constexpr bool kStartsWithElement = true;
  static int64_t PerElement(int64_t count) { return count; }
  static T Finish(T total, int64_t) { return total; }
};

struct FloatProd : Plain<float> {
  static constexpr float kIdentity = 1;
  static float Step(float a, float b) { return a * b; }
  static float Merge(float a, float b) { return a * b; }
};

struct IntProd : Plain<uint32_t> {
  static constexpr uint32_t kIdentity = 1;
  static uint32_t Step(uint32_t a, uint32_t b) { return a * b; }
  static uint32_t Merge(uint32_t a, uint32_t b) { return a * b; }
};

// a != a: NaN stays NaN.
template <typename T>
struct Max : Plain<T> {
  static constexpr T kIdentity = std::numeric_limits<T>::has_infinity
                                     ? -std::numeric_limits<T>::infinity()
                                     : std::numeric_limits<T>::lowest();
  static T Step(T a, T b) { return ((a > b) | (a != a)) ? a : b; }
  static T Merge(T a, T b) { return Step(a, b); }
};

template <typename T>
struct Min : Plain<T> {
  static constexpr T kIdentity = std::numeric_limits<T>::has_infinity
                                     ? std::numeric_limits<T>::infinity()
                                     : std::numeric_limits<T>::max();
  static T Step(T a, T b) { return ((a < b) | (a != a)) ? a : b; }
  static T Merge(T a, T b) { return Step(a, b); }
};

struct All : Plain<uint8_t> {
  static constexpr uint8_t kIdentity = 1;
  static constexpr bool kStartsWithElement = false;  // which may be more than 1
  static uint8_t Step(uint8_t a, uint8_t b) { return b != 0 ? a : 0; }
  static uint8_t Merge(uint8_t a, uint8_t b) { return Step(a, b); }
};

struct Any : Plain<uint8_t> {
  static constexpr uint8_t kIdentity = 0;
  static constexpr bool kStartsWithElement = false;
  static uint8_t Step(uint8_t a, uint8_t b) { return b != 0 ? 1 : a; }
  static uint8_t Merge(uint8_t a, uint8_t b) { return Step(a, b); }
};

constexpr int64_t kLanes = 16;
template <typename Op>
using Totals = std::array<typename Op::Total, kLanes>;

// Steps `rows` rows of kLanes elements, `step` apart, into `lanes`.
template <typename Op>
inline void StepLanes(const typename Op::Element* in, size_t rows, ptrdiff_t step,
                      typename Op::Element* lanes) {
  for (; rows > 0; --rows, in += step) {
    // No inner loop, so that the partial results stay in SIMD registers.
    constexpr size_t kWidth = 16 / sizeof(typename Op::Element);
#pragma clang loop vectorize(enable) vectorize_width(kWidth) interleave_count(kLanes / kWidth)
    for (size_t k = 0; k < kLanes; ++k) lanes[k] = Op::Step(lanes[k], in[k]);
  }
}

// Steps `rows` rows of `columns` <= kLanes elements, `stride` apart, into the partial results.
template <typename Op>
inline void StepRows(const typename Op::Element* in, int64_t rows, int64_t stride, int64_t columns,
                     typename Op::Element* partial) {
  using T = typename Op::Element;
  const auto step = static_cast<ptrdiff_t>(stride);
  if (columns < kLanes) {
    for (auto row = static_cast<size_t>(rows); row > 0; --row, in += step) {
#pragma clang loop vectorize(disable) unroll(disable)
      for (size_t k = 0; k < static_cast<size_t>(columns); ++k) {
        partial[k] = Op::Step(partial[k], in[k]);
      }
    }
    return;
  }
  T lanes[kLanes];
  std::copy_n(partial, kLanes, lanes);
  StepLanes<Op>(in, static_cast<size_t>(rows), step, lanes);
  std::copy_n(lanes, kLanes, partial);
}

// The number of rows that are summed as Element before they are merged as Total.
constexpr int64_t kBlockRows = 16;

// Like StepRows, but merges into the totals of the columns.
template <typename Op>
void AddRows(const typename Op::Element* in, int64_t rows, int64_t stride, int64_t columns,
             Totals<Op>& totals) {
  for (int64_t first = 0; first < rows; first += kBlockRows) {
    typename Op::Element partial[kLanes];
    std::fill_n(partial, kLanes, Op::kIdentity);
    StepRows<Op>(in + first * stride, std::min(kBlockRows, rows - first), stride, columns, partial);
    for (size_t k = 0; k < kLanes; ++k) {
      totals[k] = Op::Merge(totals[k], static_cast<typename Op::Total>(partial[k]));
    }
  }
}

// Not inlined: inside the loop over rows it would not be vectorized.
template <typename Op>
[[gnu::noinline]] typename Op::Total ReduceRow(const typename Op::Element* in, size_t size) {
  using T = typename Op::Element;
  using Total = typename Op::Total;
  auto total = static_cast<Total>(Op::kIdentity);
  while (size >= kLanes) {
    const size_t rows = std::min<size_t>(size / kLanes, kBlockRows);
    T lanes[kLanes];
    if constexpr (Op::kStartsWithElement) {
      std::copy_n(in, kLanes, lanes);
      StepLanes<Op>(in + kLanes, rows - 1, kLanes, lanes);
    } else {
      std::fill_n(lanes, kLanes, Op::kIdentity);
      StepLanes<Op>(in, rows, kLanes, lanes);
    }
    const auto merge = [](auto a, auto b) { return Op::Merge(a, b); };
    total = Op::Merge(total, FoldLanes<kLanes, Total>(lanes, merge));
    in += rows * kLanes;
    size -= rows * kLanes;
  }
  if (size == 0) return total;
  T rest = Op::kIdentity;
#pragma clang loop vectorize(disable) unroll(disable)
  for (; size > 0; --size) rest = Op::Step(rest, *in++);
  return Op::Merge(total, static_cast<Total>(rest));
}

template <typename Op>
void ReduceRows(const void* in, int64_t count, int64_t size, int64_t divisor, void* out) {
  const auto* from = static_cast<const typename Op::Element*>(in);
  auto* to = static_cast<typename Op::Element*>(out);
  const auto row_size = static_cast<size_t>(size);
  const auto per_element = Op::PerElement(divisor);
  for (; count > 0; --count, from += row_size) {
    *to++ = Op::Finish(ReduceRow<Op>(from, row_size), per_element);
  }
}

template <typename Op>
void ReduceColumns(const void* in, int64_t size, int64_t inner, int64_t columns, int64_t divisor,
                   void* out) {
  Totals<Op> totals;
  totals.fill(static_cast<typename Op::Total>(Op::kIdentity));
  AddRows<Op>(static_cast<const typename Op::Element*>(in), size, inner, columns, totals);
  auto* to = static_cast<typename Op::Element*>(out);
  const auto per_element = Op::PerElement(divisor);
  for (int64_t k = 0; k < columns; ++k) {
    to[k] = Op::Finish(totals[static_cast<size_t>(k)], per_element);
  }
}

template <typename Op>
constexpr ReduceLoops LoopsOf() {
  return {ReduceRows<Op>, ReduceColumns<Op>};
}

ReduceLoops FloatLoops(Reduction reduction) {
  switch (reduction) {
    case Reduction::kSum:
    case Reduction::kMean:
      return LoopsOf<FloatSum>();
    case Reduction::kProd:
      return LoopsOf<FloatProd>();
    case Reduction::kMax:
      return LoopsOf<Max<float>>();
    case Reduction::kMin:
      return LoopsOf<Min<float>>();
    case Reduction::kEuclideanNorm:
      return LoopsOf<FloatSumOfSquares>();
    default:
      Throw(Code::kDType, "expected bool, got float32");
  }
}

ReduceLoops IntLoops(Reduction reduction) {
  switch (reduction) {
    case Reduction::kSum:
    case Reduction::kMean:
      return LoopsOf<IntSum>();
    case Reduction::kProd:
      return LoopsOf<IntProd>();
    case Reduction::kMax:
      return LoopsOf<Max<int32_t>>();
    case Reduction::kMin:
      return LoopsOf<Min<int32_t>>();
    default:
      Throw(Code::kDType, "expected ", reduction == Reduction::kEuclideanNorm ? "float32" : "bool",
            ", got int32");
  }
}

ReduceLoops BoolLoops(Reduction reduction) {
  if (reduction == Reduction::kAll) return LoopsOf<All>();
  if (reduction == Reduction::kAny) return LoopsOf<Any>();
  Throw(Code::kDType, "expected float32 or int32, got bool");
}

ReduceLoops FindLoops(Reduction reduction, DType dtype) {
  switch (dtype) {
    case DType::kFloat32:
      return FloatLoops(reduction);
    case DType::kInt32:
      return IntLoops(reduction);
    case DType::kBool:
      return BoolLoops(reduction);
    default:
      Throw(Code::kDType, "a tensor of ", dtype, " cannot be reduced");
  }
}

}  // namespace

Reducer::Reducer(Reduction reduction, DType dtype, const Shape& shape, std::span<const int> axes)
    : element_size_(static_cast<int64_t>(ElementSize(dtype))) {
  PlanPasses(reduction, dtype, shape, axes);
  int64_t count = 1;
  for (const int axis : axes) count *= shape[axis];
  if (reduction == Reduction::kMean) passes_.back().divisor = count;
  if (reduction == Reduction::kEuclideanNorm) {
    // Only the first pass squares.
    for (size_t i = 1; i < passes_.size(); ++i)
      passes_[i].loops = FindLoops(Reduction::kSum, dtype);
    roots_ = passes_.back().outer * passes_.back().inner;
  }
}

void Reducer::PlanPasses(Reduction reduction, DType dtype, const Shape& shape,
                         std::span<const int> axes) {
  const ReduceLoops loops = FindLoops(reduction, dtype);
  // The product of the remaining dimensions behind the current axis.
  int64_t inner = 1;
  int64_t size = 1;
  bool in_group = false;
  const auto close_group = [&](int axis) {
    if (in_group) passes_.push_back({loops, shape.Product(0, axis + 1), size, inner, 1});
    in_group = false;
    size = 1;
  };
  for (int axis = shape.rank() - 1; axis >= 0; --axis) {
    if (shape[axis] == 1) continue;
    if (std::find(axes.begin(), axes.end(), axis) != axes.end()) {
      in_group = true;
      size *= shape[axis];
      continue;
    }
    close_group(axis);
    inner *= shape[axis];
  }
  close_group(-1);
  if (passes_.empty()) passes_.push_back({loops, 1, 1, shape.NumElements(), 1});
}

void Reducer::Pass::Run(const char* in, char* out, int64_t element_size) const {
  if (inner == 1) {
    ParallelFor(outer, static_cast<double>(size), [&](int64_t begin, int64_t end) {
      loops.rows(in + begin * size * element_size, end - begin, size, divisor,
                 out + begin * element_size);
    });
    return;
  }
  const int64_t strips = (inner + kLanes - 1) / kLanes;
  const double work = static_cast<double>(size) * kLanes;
  ParallelFor(outer * strips, work, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t row = i / strips;
      const int64_t column = i % strips * kLanes;
      loops.columns(in + (row * size * inner + column) * element_size, size, inner,
                    std::min(kLanes, inner - column), divisor,
                    out + (row * inner + column) * element_size);
    }
  });
}

void Reducer::Run(const void* in, void* out) const {
  // Two buffers alternate between passes. The result of the first pass is the largest.
  const Pass& first = passes_.front();
  const auto bytes = static_cast<uint64_t>(first.outer * first.inner * element_size_);
  const uint64_t room = (bytes + 63) / 64 * 64;
  char* scratch = nullptr;
  if (passes_.size() > 1) scratch = static_cast<char*>(ScratchSpace(2 * room));
  const char* from = static_cast<const char*>(in);
  for (size_t i = 0; i < passes_.size(); ++i) {
    const bool is_last = i + 1 == passes_.size();
    char* to = is_last ? static_cast<char*>(out) : scratch + i % 2 * room;
    passes_[i].Run(from, to, element_size_);
    from = to;
  }
  float* roots = static_cast<float*>(out);
  for (int64_t i = 0; i < roots_; ++i) roots[i] = std::sqrt(roots[i]);
}

}  // namespace tfwasm
