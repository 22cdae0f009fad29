// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "kernels/morphology.h"
#include "ops/arguments.h"
#include "ops/gradient.h"
#include "ops/pooling.h"

namespace tfwasm {

namespace {

void InferArgmaxPool(InferContext& context) {
  ExpectNumber(context, 0, "the input");
  const PoolingNode pool = ReadPooling(context);
  if (pool.format != DataFormat::kChannelsLast) {
    Throw(Code::kAttr, "'data_format' must be NHWC, for which positions are defined");
  }
  context.attrs().Bool("include_batch_in_index", false);
  if (pool.input.elements() > std::numeric_limits<int32_t>::max()) {
    Throw(Code::kLimit, "an input of shape ", context.shape(0), " is too large for int32 indices");
  }
  const Shape output = ImageShape(pool.output, pool.format);
  context.set_output(0, context.dtype(0), output);
  context.set_output(1, DType::kInt32, output);
}

std::unique_ptr<Kernel> PrepareArgmaxPool(const KernelContext& context) {
  const PoolingNode pool = ReadPooling(context);
  if (pool.output.elements() == 0) return MakeKernel([](RunContext&) {});
  const ArgmaxPool argmax{
      .pool = pool.geometry,
      .dtype = context.dtype(0),
      .is_batch_in_index = context.attrs().Bool("include_batch_in_index", false)};
  return MakeKernel(
      [argmax](RunContext& run) { argmax.Run(run.in(0), run.out(0), run.out<int32_t>(1)); });
}

TFWASM_OP kArgmaxPoolOp{.name = "MaxPoolWithArgmax",
                        .num_outputs = [](const Node&) { return 2; },
                        .required_attrs = "ksize,strides,padding",
                        .output_names = "output,argmax",
                        .infer = InferArgmaxPool,
                        .kernel = PrepareArgmaxPool};

}  // namespace

// The places of the maxima are in output 1.
TFWASM_GRADIENT kArgmaxPoolGradient{
    "MaxPoolWithArgmax", [](GradientContext& c) {
      const Shape shape = c.input().shape();
      const auto number = [&](int64_t value) {
        return c.builder().Const(Tensor::Scalar(static_cast<int32_t>(value)));
      };
      const int64_t count = shape.NumElements();
      Operand places = c.output(1);
      if (!c.attrs().Bool("include_batch_in_index", false) && shape[0] > 1) {
        const int64_t image = count / shape[0];
        const Operand first = c.builder().Emit(
            "Range", {number(0), number(count), number(std::max<int64_t>(1, image))});
        places = places + Reshape(first, {shape[0], 1, 1, 1});
      }
      const Shape flat{places.shape().NumElements()};
      c.set(0,
            Reshape(c.builder().Emit("UnsortedSegmentSum",
                                     {Reshape(c.dy(), flat), Reshape(places, flat), number(count)}),
                    shape));
    }};

}  // namespace tfwasm
