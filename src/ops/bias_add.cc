// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "kernels/repeated_operand.h"
#include "ops/arguments.h"
#include "ops/infer.h"

namespace tfwasm {

namespace {

// The bias as it broadcasts. It need not have rank 1: tfjs's converter turns any Add that follows
// a convolution into a BiasAdd, whatever is added.
Shape BiasShape(const OpContext& context) {
  const std::string format = context.attrs().LowerString("data_format", "nhwc");
  Shape shape = context.shape(1);
  if (format == "nchw" && shape.rank() == 1) {
    for (int axis = 2; axis < context.shape(0).rank(); ++axis) shape.Append(1);
  }
  return shape;
}

void InferBiasAdd(InferContext& context) {
  ExpectNumber(context, 0, "the input");
  ExpectOneDType(context, 0, 2);
  context.set_output(0, context.dtype(0), BroadcastShapes(context.shape(0), BiasShape(context)));
}

class BiasAdd : public Kernel {
 public:
  BiasAdd(const Shape& input, const Shape& bias, const TensorSpec& output)
      : input_(input, output.shape), bias_(bias, output.shape), output_(output) {}

  void Run(RunContext& context) override {
    // Unsigned, so that sums that overflow wrap around.
    if (output_.dtype == DType::kInt32) return Add<uint32_t>(context);
    Add<float>(context);
  }

 private:
  template <typename T>
  void Add(RunContext& context) const {
    const int64_t count = output_.shape.NumElements();
    T* out = context.out<T>(0);
    const T* in = context.in<T>(0);
    const T* values = static_cast<const T*>(input_.Values(in));
    if (values != in || input_.period() < count) {
      for (int64_t i = 0; i < count; i += input_.period()) {
        std::copy_n(values, input_.period(), out + i);
      }
      in = out;
    }
    const T* bias = static_cast<const T*>(bias_.Values(context.in(1)));
    ApplyRepeated(in, bias, bias_.period(), out, count, [](T a, T b) { return a + b; });
  }

  RepeatedOperand input_;
  RepeatedOperand bias_;
  TensorSpec output_;
};

std::unique_ptr<Kernel> PrepareBiasAdd(const KernelContext& context) {
  if (context.output(0).shape.NumElements() == 0) return MakeKernel([](RunContext&) {});
  return std::make_unique<BiasAdd>(context.shape(0), BiasShape(context), context.output(0));
}

constexpr OpDef kBiasAddOp{.name = "BiasAdd",
                           .aliases = "BiasAddV1",
                           .min_inputs = 2,
                           .max_inputs = 2,
                           .infer = InferBiasAdd,
                           .kernel = PrepareBiasAdd,
                           .in_place_inputs = 1};
const OpRegistration kBiasAdd(kBiasAddOp);

}  // namespace

}  // namespace tfwasm
