// SPDX-License-Identifier: Apache-2.0
#include "kernels/pooling.h"

#include "kernels/xnn_pooling.h"
#include "ops/arguments.h"
#include "ops/windows.h"

namespace tfwasm {

namespace {

struct PoolingNode {
  DataFormat format = DataFormat::kChannelsLast;
  ImageDims input;
  ImageDims output;
  PoolingGeometry geometry;
};

// A window that covers padding only has neither a greatest element nor a mean.
void CheckPadding(const WindowAxis& axis) {
  if (axis.before < axis.size && axis.after < axis.size) return;
  Throw(Code::kAttr, "the padding of ", axis.before, " and ", axis.after,
        " must be less than the window's size ", axis.size);
}

PoolingNode ReadPooling(const OpContext& context) {
  const AttrMap& attrs = context.attrs();
  PoolingNode pool;
  pool.format = ReadDataFormat(attrs);
  pool.input = ReadImages(context, 0, pool.format, "the input");
  const Window2d window =
      ReadWindow(attrs, pool.format, ReadHeightWidth(attrs, "ksize", pool.format), false);
  CheckPadding(window.height);
  CheckPadding(window.width);
  pool.output = WindowOutput(window, pool.input, pool.input.channels);
  pool.geometry = {.batch = pool.input.batch,
                   .in_height = pool.input.height,
                   .in_width = pool.input.width,
                   .channels = pool.input.channels,
                   .window = window,
                   .height = ResolveAxis(window.height, pool.input.height),
                   .width = ResolveAxis(window.width, pool.input.width)};
  return pool;
}

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

bool HasOneElement(const Window2d& window) {
  return window.height.size == 1 && window.width.size == 1;
}

template <typename T>
std::unique_ptr<Kernel> LoopMaxPool(const PoolingGeometry& geometry) {
  return MakeKernel([geometry](RunContext& context) {
    MaxPool<T>(geometry, context.in<T>(0), context.out<T>(0));
  });
}

template <typename Pool>
std::unique_ptr<Kernel> XnnPool(const PoolingGeometry& geometry) {
  return MakeKernel([pool = Pool(geometry)](RunContext& context) mutable {
    pool.Run(context.in<float>(0), context.out<float>(0));
  });
}

std::unique_ptr<Kernel> PrepareMaxPool(const KernelContext& context) {
  const PoolingNode pool = ReadPooling(context);
  if (pool.output.elements() == 0) return MakeKernel([](RunContext&) {});
  std::unique_ptr<Kernel> kernel;
  if (context.dtype(0) == DType::kInt32) {
    kernel = LoopMaxPool<int32_t>(pool.geometry);
  } else if (XnnMaxPool::Fits(pool.geometry.window)) {
    kernel = XnnPool<XnnMaxPool>(pool.geometry);
  } else {
    kernel = LoopMaxPool<float>(pool.geometry);
  }
  return WithLayout({.format = pool.format, .dtype = context.dtype(0)}, pool.input, pool.output,
                    std::move(kernel));
}

std::unique_ptr<Kernel> PrepareAvgPool(const KernelContext& context) {
  const PoolingNode pool = ReadPooling(context);
  if (pool.output.elements() == 0) return MakeKernel([](RunContext&) {});
  // Of one element, the mean is the maximum.
  auto kernel = HasOneElement(pool.geometry.window) ? LoopMaxPool<float>(pool.geometry)
                                                    : XnnPool<XnnAveragePool>(pool.geometry);
  return WithLayout({.format = pool.format}, pool.input, pool.output, std::move(kernel));
}

const OpRegistration kMaxPool({.name = "MaxPool", .infer = InferMaxPool, .kernel = PrepareMaxPool});
const OpRegistration kAvgPool({.name = "AvgPool", .infer = InferAvgPool, .kernel = PrepareAvgPool});

}  // namespace

}  // namespace tfwasm
