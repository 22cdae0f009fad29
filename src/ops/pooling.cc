// SPDX-License-Identifier: Apache-2.0
#include "ops/pooling.h"

#include "ops/arguments.h"
#include "ops/gradient.h"
#include "ops/window_gradients.h"

namespace tfwasm {

namespace {

void InferMaxPool(InferContext& context) {
  ExpectNumber(context, 0, "the input");
  const PoolingNode pool = ReadPooling(context);
  context.set_output(0, context.dtype(0), ImageShape(pool.output, pool.format));
}

void InferAvgPool(InferContext& context) {
  context.ExpectDType(0, DType::kFloat32, "the input");
  const PoolingNode pool = ReadPooling(context);
  context.set_output(0, DType::kFloat32, ImageShape(pool.output, pool.format));
}

template <typename T, void (*kPool)(const PoolingGeometry&, const T*, T*)>
std::unique_ptr<Kernel> PoolingKernel(const PoolingGeometry& geometry) {
  return MakeKernel(
      [geometry](RunContext& context) { kPool(geometry, context.in<T>(0), context.out<T>(0)); });
}

std::unique_ptr<Kernel> PrepareMaxPool(const KernelContext& context) {
  const PoolingNode pool = ReadPooling(context);
  if (pool.output.elements() == 0) return MakeKernel([](RunContext&) {});
  return WithLayout({.format = pool.format, .dtype = context.dtype(0)}, pool.input, pool.output,
                    MakeMaxPool(context.dtype(0), pool.geometry));
}

std::unique_ptr<Kernel> PrepareAvgPool(const KernelContext& context) {
  const PoolingNode pool = ReadPooling(context);
  if (pool.output.elements() == 0) return MakeKernel([](RunContext&) {});
  return WithLayout({.format = pool.format}, pool.input, pool.output,
                    MakeAveragePool(pool.geometry));
}

TFWASM_OP kMaxPoolOp{.name = "MaxPool",
                     .required_attrs = "ksize,strides,padding",
                     .infer = InferMaxPool,
                     .kernel = PrepareMaxPool};
TFWASM_OP kAvgPoolOp{.name = "AvgPool",
                     .required_attrs = "ksize,strides,padding",
                     .infer = InferAvgPool,
                     .kernel = PrepareAvgPool};

}  // namespace

PoolingGeometry MakePoolingGeometry(const ImageDims& input, const Window2d& window) {
  return {.batch = input.batch,
          .in_height = input.height,
          .in_width = input.width,
          .channels = input.channels,
          .window = window,
          .height = ResolveAxis(window.height, input.height),
          .width = ResolveAxis(window.width, input.width)};
}

PoolingNode ReadPooling(const OpContext& context) {
  const AttrMap& attrs = context.attrs();
  PoolingNode pool;
  pool.format = ReadDataFormat(attrs);
  pool.input = ReadImages(context, 0, pool.format, "the input");
  const std::vector<int64_t> size = ReadSpatial(attrs, "ksize", pool.format, 2);
  Window2d window = ReadWindow(attrs, pool.format, size[0], size[1], {});
  window.height.may_exceed = true;
  window.width.may_exceed = true;
  pool.output = WindowOutput(window, pool.input, pool.input.channels);
  pool.geometry = MakePoolingGeometry(pool.input, window);
  return pool;
}

std::unique_ptr<Kernel> MakeMaxPool(DType dtype, const PoolingGeometry& geometry) {
  if (dtype == DType::kInt32) return PoolingKernel<int32_t, MaxPool>(geometry);
  return PoolingKernel<float, MaxPool>(geometry);
}

std::unique_ptr<Kernel> MakeAveragePool(const PoolingGeometry& geometry) {
  return PoolingKernel<float, AveragePool>(geometry);
}

void MaxPoolRule(GradientContext& c) {
  const DataFormat format = FormatOf(c.attrs(), c.input().shape().rank());
  const Operand dx =
      c.builder().Emit("_MaxPoolGrad",
                       {ToChannelsLast(c.input(), format), ToChannelsLast(c.output(), format),
                        ToChannelsLast(c.dy(), format)},
                       AttrMap(c.attrs()));
  c.set(0, FromChannelsLast(dx, format));
}

void AvgPoolRule(GradientContext& c) {
  const DataFormat format = FormatOf(c.attrs(), c.input().shape().rank());
  const Shape& shape = c.input().shape();
  Shape input = shape;
  if (format == DataFormat::kChannelsFirst) {
    input = {shape[0]};
    for (int axis = 2; axis < shape.rank(); ++axis) input.Append(shape[axis]);
    input.Append(shape[1]);
  }
  AttrMap attrs = c.attrs();
  attrs.Set("input_shape", input);
  const Operand dx = c.builder().Emit("_AvgPoolGrad", {ToChannelsLast(c.dy(), format)}, attrs);
  c.set(0, FromChannelsLast(dx, format));
}

TFWASM_GRADIENT kMaxPoolGradient{"MaxPool", MaxPoolRule};
TFWASM_GRADIENT kAvgPoolGradient{"AvgPool", AvgPoolRule};

}  // namespace tfwasm
