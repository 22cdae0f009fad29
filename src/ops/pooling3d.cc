// SPDX-License-Identifier: Apache-2.0
// 3D pooling: pools planes, then along the depth. Correct for means, too: the windows of all planes
// have the same number of elements.
#include "ops/arguments.h"
#include "ops/gradient.h"
#include "ops/pooling.h"
#include "ops/volumes.h"
#include "ops/window_gradients.h"

namespace tfwasm {

namespace {

struct VolumePooling {
  DataFormat format = DataFormat::kChannelsLast;
  VolumeDims input;
  VolumeDims output;
  // Set only if the output is not empty.
  PoolingGeometry plane;
  PoolingGeometry depth;
};

// The pooled planes as the rows of images, for pooling along the depth.
ImageDims PlanesAsRows(const VolumeDims& input, const VolumeDims& output) {
  return {
      .batch = input.batch, .height = input.depth, .width = 1, .channels = output.plane.elements()};
}

VolumePooling ReadVolumePooling(const OpContext& context) {
  const AttrMap& attrs = context.attrs();
  VolumePooling pool;
  pool.format = ReadVolumeFormat(attrs);
  pool.input = ReadVolumes(context, 0, pool.format, "the input");
  Window3d window =
      ReadWindow3d(attrs, pool.format, ReadSpatial(attrs, "ksize", pool.format, 3), {});
  for (WindowAxis* axis : {&window.depth, &window.plane.height, &window.plane.width}) {
    axis->may_exceed = true;
  }
  pool.output = WindowOutput3d(window, pool.input, pool.input.plane.channels);
  if (pool.output.elements() == 0) return pool;
  const Window2d along_depth{.height = window.depth};
  const ImageDims rows = PlanesAsRows(pool.input, pool.output);
  WindowOutput(along_depth, rows, rows.channels);  // for its checks
  pool.plane = MakePoolingGeometry(pool.input.Planes(), window.plane);
  pool.depth = MakePoolingGeometry(rows, along_depth);
  return pool;
}

void InferMaxPool3d(InferContext& context) {
  ExpectNumber(context, 0, "the input");
  const VolumePooling pool = ReadVolumePooling(context);
  context.set_output(0, context.dtype(0), VolumeShape(pool.output, pool.format));
}

void InferAvgPool3d(InferContext& context) {
  context.ExpectDType(0, DType::kFloat32, "the input");
  InferMaxPool3d(context);
}

// Runs two kernels in sequence.
class TwoSteps : public Kernel {
 public:
  TwoSteps(DType dtype, int64_t between, std::unique_ptr<Kernel> first,
           std::unique_ptr<Kernel> second)
      : dtype_(dtype), between_(between), first_(std::move(first)), second_(std::move(second)) {}

  void Run(RunContext& context) override {
    Tensor between(dtype_, {between_});
    void* const in = const_cast<void*>(context.in(0));
    void* const middle = between.mutable_data();
    void* const out = context.out(0);
    RunContext first(&in, &middle);
    first_->Run(first);
    RunContext second(&middle, &out);
    second_->Run(second);
  }

 private:
  DType dtype_;
  int64_t between_;
  std::unique_ptr<Kernel> first_;
  std::unique_ptr<Kernel> second_;
};

bool KeepsAll(const WindowAxis& axis, const AxisGeometry& geometry) {
  return axis.size == 1 && axis.stride == 1 && geometry.before == 0 && geometry.after == 0;
}

template <typename F>
std::unique_ptr<Kernel> Prepare(const KernelContext& context, const F& make_pool) {
  const VolumePooling pool = ReadVolumePooling(context);
  if (pool.output.elements() == 0) return MakeKernel([](RunContext&) {});
  const DType dtype = context.dtype(0);
  auto kernel = make_pool(pool.plane);
  if (!KeepsAll(pool.depth.window.height, pool.depth.height)) {
    const int64_t between = pool.depth.batch * pool.depth.in_height * pool.depth.channels;
    kernel = std::make_unique<TwoSteps>(dtype, between, std::move(kernel), make_pool(pool.depth));
  }
  return WithVolumeLayout({.format = pool.format, .dtype = dtype}, pool.input, pool.output,
                          std::move(kernel));
}

std::unique_ptr<Kernel> PrepareMaxPool3d(const KernelContext& context) {
  return Prepare(context, [dtype = context.dtype(0)](const PoolingGeometry& geometry) {
    return MakeMaxPool(dtype, geometry);
  });
}

std::unique_ptr<Kernel> PrepareAvgPool3d(const KernelContext& context) {
  return Prepare(context, MakeAveragePool);
}

TFWASM_OP kMaxPool3dOp{.name = "MaxPool3D",
                       .required_attrs = "ksize,strides,padding",
                       .infer = InferMaxPool3d,
                       .kernel = PrepareMaxPool3d};
TFWASM_OP kAvgPool3dOp{.name = "AvgPool3D",
                       .required_attrs = "ksize,strides,padding",
                       .infer = InferAvgPool3d,
                       .kernel = PrepareAvgPool3d};

}  // namespace

TFWASM_GRADIENT kMaxPool3dGradient{"MaxPool3D", MaxPoolRule};
TFWASM_GRADIENT kAvgPool3dGradient{"AvgPool3D", AvgPoolRule};

}  // namespace tfwasm
