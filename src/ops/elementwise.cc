// SPDX-License-Identifier: Apache-2.0
#include "ops/elementwise.h"

#include <algorithm>
#include <cstring>

#include "kernels/broadcast.h"

namespace tfwasm {

namespace {

template <typename Loop>
const Loop& FindIn(std::span<const Loop> loops, DType dtype) {
  std::string expected;
  for (const Loop& loop : loops) {
    if (loop.in == dtype) return loop;
    if (!expected.empty()) expected += " or ";
    expected += DTypeName(loop.in);
  }
  Throw(Code::kDType, "expected ", expected, ", got ", dtype);
}

class UnaryKernel : public Kernel {
 public:
  UnaryKernel(const UnaryLoop& loop, int64_t size, double work)
      : run_(loop.run),
        in_size_(ElementSize(loop.in)),
        out_size_(ElementSize(loop.out)),
        size_(size),
        work_(work) {}

  void Run(RunContext& context) override {
    const char* in = context.in<char>(0);
    char* out = context.out<char>(0);
    ParallelFor(size_, work_, [&](int64_t begin, int64_t end) {
      const auto first = static_cast<size_t>(begin);
      run_(in + first * in_size_, out + first * out_size_, static_cast<size_t>(end) - first);
    });
  }

 private:
  void (*run_)(const void*, void*, size_t);
  size_t in_size_;
  size_t out_size_;
  int64_t size_;
  double work_;
};

class BinaryKernel : public Kernel {
 public:
  BinaryKernel(const BinaryLoop& loop, const BroadcastLoops& rows, double work)
      : run_(loop.run),
        in_size_(static_cast<int64_t>(ElementSize(loop.in))),
        out_size_(static_cast<int64_t>(ElementSize(loop.out))),
        rows_(rows),
        work_(work) {
    const bool is_plain = loop.in != DType::kString;
    if (is_plain && rows.repeated_row_operand() >= 0) row_copies_ = kRoom / rows.row_size();
  }

  void Run(RunContext& context) override {
    if (row_copies_ > 1) return RunWide(context);
    const char* a = context.in<char>(0);
    const char* b = context.in<char>(1);
    char* out = context.out<char>(0);
    const size_t a_step = rows_.row_step(0);
    const size_t b_step = rows_.row_step(1);
    rows_.ForEachRow(work_, [&](const RowOffsets& offsets, int64_t out_offset, size_t count) {
      run_(a + offsets[0] * in_size_, a_step, b + offsets[1] * in_size_, b_step,
           out + out_offset * out_size_, count);
    });
  }

 private:
  static constexpr int64_t kRoom = 128;  // elements

  // Several rows at once: one operand is a short row, of which copies are laid out side by side.
  void RunWide(RunContext& context) const {
    const int repeated = rows_.repeated_row_operand();
    const int64_t row_size = rows_.row_size();
    alignas(16) std::array<char, kRoom * sizeof(Complex64)> copies;
    const auto row_bytes = static_cast<size_t>(row_size * in_size_);
    for (int64_t i = 0; i < row_copies_; ++i) {
      std::memcpy(copies.data() + static_cast<size_t>(i) * row_bytes, context.in(repeated),
                  row_bytes);
    }
    const char* advancing = context.in<char>(1 - repeated);
    char* out = context.out<char>(0);
    const double row_work = work_ * static_cast<double>(row_size);
    ParallelFor(rows_.size() / row_size, row_work, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; row += row_copies_) {
        const int64_t count = std::min(row_copies_, end - row) * row_size;
        const char* at = advancing + row * row_size * in_size_;
        run_(repeated == 0 ? copies.data() : at, 1, repeated == 0 ? at : copies.data(), 1,
             out + row * row_size * out_size_, static_cast<size_t>(count));
      }
    });
  }

  void (*run_)(const void*, size_t, const void*, size_t, void*, size_t);
  int64_t in_size_;
  int64_t out_size_;
  BroadcastLoops rows_;
  double work_;
  int64_t row_copies_ = 0;
};

}  // namespace

const BinaryLoop& FindLoop(std::span<const BinaryLoop> loops, DType dtype) {
  return FindIn(loops, dtype);
}

void InferUnary(InferContext& context, std::span<const UnaryLoop> loops) {
  context.set_output(0, FindIn(loops, context.dtype(0)).out, context.shape(0));
}

void InferBinary(InferContext& context, std::span<const BinaryLoop> loops) {
  if (context.dtype(0) != context.dtype(1)) {
    Throw(Code::kDType, "both inputs must have one dtype, got ", context.dtype(0), " and ",
          context.dtype(1));
  }
  context.set_output(0, FindIn(loops, context.dtype(0)).out,
                     BroadcastShapes(context.shape(0), context.shape(1)));
}

std::unique_ptr<Kernel> MakeUnaryKernel(const KernelContext& context,
                                        std::span<const UnaryLoop> loops, double work) {
  const UnaryLoop& loop = FindIn(loops, context.dtype(0));
  return std::make_unique<UnaryKernel>(loop, context.shape(0).NumElements(), work);
}

std::unique_ptr<Kernel> MakeBinaryKernel(const KernelContext& context,
                                         std::span<const BinaryLoop> loops, double work) {
  const BinaryLoop& loop = FindIn(loops, context.dtype(0));
  const std::array<Shape, 2> operands = {context.shape(0), context.shape(1)};
  const BroadcastLoops rows(context.output(0).shape, operands);
  return std::make_unique<BinaryKernel>(loop, rows, work);
}

}  // namespace tfwasm
