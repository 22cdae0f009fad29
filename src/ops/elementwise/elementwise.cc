// SPDX-License-Identifier: Apache-2.0
#include "ops/elementwise/elementwise.h"

#include "kernels/broadcast.h"

namespace tfwasm {

namespace {

class ElementwiseKernel : public Kernel {
 public:
  ElementwiseKernel(const BroadcastMap& map, int operands) : map_(map), operands_(operands) {}

  void Run(RunContext& context) override {
    const void* in[kMaxMapOperands] = {};
    for (int i = 0; i < operands_; ++i) in[i] = context.in(i);
    map_.Run(nullptr, in, context.out(0));
  }

 private:
  BroadcastMap map_;
  int operands_;
};

}  // namespace

const ElementLoop& FindLoop(std::span<const ElementLoop> loops, DType dtype) {
  std::string expected;
  for (const ElementLoop& loop : loops) {
    if (loop.in == dtype) return loop;
    if (!expected.empty()) expected += " or ";
    expected += DTypeName(loop.in);
  }
  Throw(Code::kDType, "expected ", expected, ", got ", dtype);
}

void InferUnary(InferContext& context, std::span<const ElementLoop> loops) {
  context.set_output(0, FindLoop(loops, context.dtype(0)).out, context.shape(0));
}

void InferBinary(InferContext& context, std::span<const ElementLoop> loops) {
  if (context.dtype(0) != context.dtype(1)) {
    Throw(Code::kDType, "both inputs must have one dtype, got ", context.dtype(0), " and ",
          context.dtype(1));
  }
  context.set_output(0, FindLoop(loops, context.dtype(0)).out,
                     BroadcastShapes(context.shape(0), context.shape(1)));
}

std::unique_ptr<Kernel> MakeElementwiseKernel(const KernelContext& context,
                                              std::span<const ElementLoop> loops, double work) {
  const MapLoop& loop = FindLoop(loops, context.dtype(0)).map;
  std::array<Shape, kMaxMapOperands> operands;
  size_t count = 0;
  for (; count < operands.size() && loop.sizes[count] > 0; ++count) {
    operands[count] = context.shape(static_cast<int>(count));
  }
  return MakeElementwiseKernel(context, loop, {operands.data(), count}, work);
}

std::unique_ptr<Kernel> MakeElementwiseKernel(const KernelContext& context, const MapLoop& loop,
                                              std::span<const Shape> operands, double work) {
  return std::make_unique<ElementwiseKernel>(
      BroadcastMap(loop, context.output(0).shape, operands, work),
      static_cast<int>(operands.size()));
}

}  // namespace tfwasm
