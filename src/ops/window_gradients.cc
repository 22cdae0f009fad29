// SPDX-License-Identifier: Apache-2.0
#include "ops/window_gradients.h"

#include "kernels/window_gradients.h"
#include "ops/arguments.h"
#include "ops/infer.h"
#include "ops/volumes.h"

namespace tfwasm {

namespace {

std::vector<int> ChannelsLastOrder(int rank) {
  std::vector<int> order{0};
  for (int axis = 2; axis < rank; ++axis) order.push_back(axis);
  order.push_back(1);
  return order;
}

Shape RequireShape(const AttrMap& attrs, std::string_view name, int rank) {
  Shape shape = attrs.ShapeOr(name, Shape::UnknownRank());
  if (shape.IsKnown() && shape.rank() == rank) return shape;
  Throw(Code::kAttr, "'", name, "' must be a shape of rank ", rank, ", got ", shape);
}

// The spatial dimensions of a channels-last shape or of a filter, as [depth, height, width].
std::array<int64_t, 3> Spatial(const Shape& shape, int first, int count) {
  std::array<int64_t, 3> sizes{1, 1, 1};
  for (int i = 0; i < count; ++i) {
    sizes[static_cast<size_t>(3 - count + i)] = shape[first + i];
  }
  return sizes;
}

// The windows of a forward op on `input`, channels-last. Throws E_SHAPE unless its result would
// have the batch and the spatial dimensions of `output`.
VolumeWindows ReadWindows(const AttrMap& attrs, const Shape& input,
                          const std::vector<int64_t>& size, std::string_view dilations,
                          const Shape& output) {
  const int count = input.rank() - 2;
  const auto axes = ReadWindowAxes(attrs, FormatOf(attrs, input.rank()), size, dilations);
  VolumeWindows windows{.batch = input[0], .in = Spatial(input, 1, count)};
  for (int i = 0; i < count; ++i) {
    const auto axis = static_cast<size_t>(3 - count + i);
    const AxisGeometry geometry = ResolveAxis(axes[static_cast<size_t>(i)], windows.in[axis]);
    windows.axes[axis] = axes[static_cast<size_t>(i)];
    windows.before[axis] = geometry.before;
    windows.out[axis] = geometry.output;
  }
  for (size_t axis = 0; axis < static_cast<size_t>(3 - count); ++axis) windows.out[axis] = 1;
  if (output.rank() != input.rank() || output[0] != input[0] ||
      Spatial(output, 1, count) != windows.out) {
    Throw(Code::kShape, "a gradient of shape ", output, " does not fit an input of ", input);
  }
  return windows;
}

void ExpectImages(const OpContext& context, int i, std::string_view what) {
  context.ExpectDType(i, DType::kFloat32, what);
  const int rank = context.shape(i).rank();
  if (rank != 4 && rank != 5) {
    Throw(Code::kShape, what, " must have rank 4 or 5, got shape ", context.shape(i));
  }
}

std::vector<int64_t> FilterSize(const Shape& filter, int count) {
  return {filter.begin(), filter.begin() + count};
}

// Convolutions.

ConvFilterGradient ReadConvFilterGrad(const OpContext& context) {
  ExpectImages(context, 0, "the input");
  ExpectImages(context, 1, "the gradient");
  const Shape& input = context.shape(0);
  const Shape& dy = context.shape(1);
  const int rank = input.rank();
  const Shape filter = RequireShape(context.attrs(), "filter_shape", rank);
  const VolumeWindows windows =
      ReadWindows(context.attrs(), input, FilterSize(filter, rank - 2), "dilations", dy);
  const int64_t inputs = filter[rank - 2];
  const int64_t outputs = filter[rank - 1];
  if (inputs < 1 || input[rank - 1] % inputs != 0 || dy[rank - 1] != outputs ||
      outputs % std::max<int64_t>(1, input[rank - 1] / inputs) != 0) {
    Throw(Code::kShape, "a filter of ", filter, " does not fit an input of ", input,
          " and a gradient of ", dy);
  }
  const int64_t groups = std::max<int64_t>(1, input[rank - 1] / inputs);
  return {.windows = windows,
          .groups = groups,
          .group_inputs = inputs,
          .group_outputs = outputs / groups};
}

// Depthwise convolutions.

DepthwiseGradient ReadDepthwise(const OpContext& context, const Shape& input, const Shape& filter,
                                const Shape& dy) {
  DepthwiseGradient gradient{.channels = filter[2], .multiplier = filter[3]};
  gradient.windows = ReadWindows(context.attrs(), input, FilterSize(filter, 2), "dilations", dy);
  if (input[3] != filter[2] || dy[3] != filter[2] * filter[3]) {
    Throw(Code::kShape, "a filter of ", filter, " does not fit an input of ", input,
          " and a gradient of ", dy);
  }
  return gradient;
}

DepthwiseGradient ReadDepthwiseInputGrad(const OpContext& context) {
  context.ExpectRank(0, 4, "the filter");
  context.ExpectRank(1, 4, "the gradient");
  return ReadDepthwise(context, RequireShape(context.attrs(), "input_shape", 4), context.shape(0),
                       context.shape(1));
}

DepthwiseGradient ReadDepthwiseFilterGrad(const OpContext& context) {
  context.ExpectRank(0, 4, "the input");
  context.ExpectRank(1, 4, "the gradient");
  return ReadDepthwise(context, context.shape(0), RequireShape(context.attrs(), "filter_shape", 4),
                       context.shape(1));
}

// Poolings.

PoolGradient ReadPool(const OpContext& context, const Shape& input, const Shape& dy) {
  const int rank = input.rank();
  const DataFormat format = FormatOf(context.attrs(), rank);
  const auto size = ReadSpatial(context.attrs(), "ksize", format, static_cast<size_t>(rank - 2));
  return {.windows = ReadWindows(context.attrs(), input, size, {}, dy),
          .channels = input[rank - 1]};
}

// Input 2 is like the result or, with kIsTake, like the input.
template <bool kIsTake>
PoolGradient ReadMaxPoolGrad(const OpContext& context) {
  ExpectImages(context, 0, "the input");
  ExpectImages(context, 1, "the result");
  ExpectImages(context, 2, "the gradient");
  const Shape& input = context.shape(0);
  const Shape& result = context.shape(1);
  if (context.shape(2) != (kIsTake ? input : result) || result.rank() != input.rank() ||
      result[result.rank() - 1] != input[input.rank() - 1]) {
    Throw(Code::kShape, "a gradient of ", context.shape(2), " does not fit an input of ", input,
          " and a result of ", result);
  }
  return ReadPool(context, input, result);
}

PoolGradient ReadAvgPoolGrad(const OpContext& context) {
  ExpectImages(context, 0, "the gradient");
  const int rank = context.shape(0).rank();
  return ReadPool(context, RequireShape(context.attrs(), "input_shape", rank), context.shape(0));
}

// Dilations.

DilationGradient ReadDilation(const OpContext& context, const Shape& dy) {
  context.ExpectRank(0, 4, "the input");
  context.ExpectRank(1, 3, "the filter");
  const Shape& input = context.shape(0);
  const Shape& filter = context.shape(1);
  if (dy.rank() != 4 || dy[3] != input[3] || filter[2] != input[3]) {
    Throw(Code::kShape, "a filter of ", filter, " does not fit an input of ", input,
          " and a gradient of ", dy);
  }
  return {.windows = ReadWindows(context.attrs(), input, FilterSize(filter, 2), "rates", dy),
          .channels = input[3]};
}

DilationGradient ReadDilationGrad(const OpContext& context) {
  return ReadDilation(context, context.shape(2));
}

DilationGradient ReadDilationTake(const OpContext& context) {
  if (context.shape(2) != context.shape(0) || context.shape(3) != context.shape(1)) {
    Throw(Code::kShape, "gradients of ", context.shape(2), " and ", context.shape(3),
          " do not fit an input of ", context.shape(0), " and a filter of ", context.shape(1));
  }
  return ReadDilation(context, context.attrs().ShapeOr("output_shape", {}));
}

template <auto kRead>
void InferFromAttr(InferContext& context, std::string_view name) {
  kRead(context);
  context.set_output(0, DType::kFloat32, context.attrs().ShapeOr(name, {}));
}
template <auto kRead>
void InferInput(InferContext& context) {
  InferFromAttr<kRead>(context, "input_shape");
}
template <auto kRead>
void InferFilter(InferContext& context) {
  InferFromAttr<kRead>(context, "filter_shape");
}
template <auto kRead, int kInput>
void InferLike(InferContext& context) {
  kRead(context);
  context.set_output(0, DType::kFloat32, context.shape(kInput));
}

// A kernel that calls `kRun`(gradient, RunContext&).
template <auto kRead, auto kRun>
std::unique_ptr<Kernel> KernelOf(const KernelContext& context) {
  return MakeKernel([gradient = kRead(context)](RunContext& run) { kRun(gradient, run); });
}

}  // namespace

TFWASM_TRAINING_OP kConvFilterGradOp{
    .name = "_ConvFilterGrad",
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = InferFilter<ReadConvFilterGrad>,
    .kernel = KernelOf<ReadConvFilterGrad, [](const ConvFilterGradient& g, RunContext& run) {
      g.Run(run.in<float>(0), run.in<float>(1), run.out<float>(0));
    }>};

TFWASM_TRAINING_OP kDepthwiseInputGradOp{
    .name = "_DepthwiseInputGrad",
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = InferInput<ReadDepthwiseInputGrad>,
    .kernel = KernelOf<ReadDepthwiseInputGrad, [](const DepthwiseGradient& g, RunContext& run) {
      g.Input(run.in<float>(0), run.in<float>(1), run.out<float>(0));
    }>};

TFWASM_TRAINING_OP kDepthwiseFilterGradOp{
    .name = "_DepthwiseFilterGrad",
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = InferFilter<ReadDepthwiseFilterGrad>,
    .kernel = KernelOf<ReadDepthwiseFilterGrad, [](const DepthwiseGradient& g, RunContext& run) {
      g.Filter(run.in<float>(0), run.in<float>(1), run.out<float>(0));
    }>};

TFWASM_TRAINING_OP kMaxPoolGradOp{
    .name = "_MaxPoolGrad",
    .min_inputs = 3,
    .max_inputs = 3,
    .infer = InferLike<ReadMaxPoolGrad<false>, 0>,
    .kernel = KernelOf<ReadMaxPoolGrad<false>, [](const PoolGradient& g, RunContext& run) {
      g.Max(run.in<float>(0), run.in<float>(1), run.in<float>(2), run.out<float>(0));
    }>};

TFWASM_TRAINING_OP kMaxPoolTakeOp{
    .name = "_MaxPoolTake",
    .min_inputs = 3,
    .max_inputs = 3,
    .infer = InferLike<ReadMaxPoolGrad<true>, 1>,
    .kernel = KernelOf<ReadMaxPoolGrad<true>, [](const PoolGradient& g, RunContext& run) {
      g.Take(run.in<float>(0), run.in<float>(1), run.in<float>(2), run.out<float>(0));
    }>};

TFWASM_TRAINING_OP kAvgPoolGradOp{
    .name = "_AvgPoolGrad",
    .infer = InferInput<ReadAvgPoolGrad>,
    .kernel = KernelOf<ReadAvgPoolGrad, [](const PoolGradient& g, RunContext& run) {
      g.Average(run.in<float>(0), run.out<float>(0));
    }>};

TFWASM_TRAINING_OP kDilationInputGradOp{
    .name = "_DilationInputGrad",
    .min_inputs = 3,
    .max_inputs = 3,
    .infer = InferLike<ReadDilationGrad, 0>,
    .kernel = KernelOf<ReadDilationGrad, [](const DilationGradient& g, RunContext& run) {
      g.Input(run.in<float>(0), run.in<float>(1), run.in<float>(2), run.out<float>(0));
    }>};

TFWASM_TRAINING_OP kDilationFilterGradOp{
    .name = "_DilationFilterGrad",
    .min_inputs = 3,
    .max_inputs = 3,
    .infer = InferLike<ReadDilationGrad, 1>,
    .kernel = KernelOf<ReadDilationGrad, [](const DilationGradient& g, RunContext& run) {
      g.Filter(run.in<float>(0), run.in<float>(1), run.in<float>(2), run.out<float>(0));
    }>};

TFWASM_TRAINING_OP kDilationTakeOp{
    .name = "_DilationTake",
    .min_inputs = 4,
    .max_inputs = 4,
    .infer =
        [](InferContext& context) { InferFromAttr<ReadDilationTake>(context, "output_shape"); },
    .kernel = KernelOf<ReadDilationTake, [](const DilationGradient& g, RunContext& run) {
      g.Take(run.in<float>(0), run.in<float>(1), run.in<float>(2), run.in<float>(3),
             run.out<float>(0));
    }>};

DataFormat FormatOf(const AttrMap& attrs, int rank) {
  return rank == 5 ? ReadVolumeFormat(attrs) : ReadDataFormat(attrs);
}

Operand ToChannelsLast(Operand x, DataFormat format) {
  if (format == DataFormat::kChannelsLast) return x;
  return Transpose(x, ChannelsLastOrder(x.shape().rank()));
}

Operand FromChannelsLast(Operand x, DataFormat format) {
  if (format == DataFormat::kChannelsLast) return x;
  const int rank = x.shape().rank();
  std::vector<int> order{0, rank - 1};
  for (int axis = 1; axis < rank - 1; ++axis) order.push_back(axis);
  return Transpose(x, order);
}

Operand EmitConvFilterGradient(const AttrMap& attrs, Operand x, Operand dy, const Shape& filter) {
  const DataFormat format = FormatOf(attrs, x.shape().rank());
  AttrMap with_shape = attrs;
  with_shape.Set("filter_shape", filter);
  return x.builder().Emit("_ConvFilterGrad",
                          {ToChannelsLast(x, format), ToChannelsLast(dy, format)},
                          std::move(with_shape));
}

// Second order.

namespace {

// The gradient in dy of a gradient of a dilation.
Operand EmitDilationTake(GradientContext& c, const Operand& of_x, const Operand& of_filter) {
  AttrMap attrs = c.attrs();
  attrs.Set("output_shape", c.input(2).shape());
  return c.builder().Emit("_DilationTake", {c.input(0), c.input(1), of_x, of_filter},
                          std::move(attrs));
}

}  // namespace

TFWASM_GRADIENT kConvFilterGradGradient{
    "_ConvFilterGrad", [](GradientContext& c) {
      const int rank = c.input(0).shape().rank();
      const DataFormat format = FormatOf(c.attrs(), rank);
      const Operand x = FromChannelsLast(c.input(0), format);
      const Operand dy = FromChannelsLast(c.input(1), format);
      const bool is_volume = rank == 5;
      if (c.wants(0)) {
        const Operand sizes = c.builder().Ints(x.shape());
        const Operand dx =
            c.builder().Emit(is_volume ? "Conv3DBackpropInputV2" : "Conv2DBackpropInput",
                             {sizes, c.dy(), dy}, AttrMap(c.attrs()));
        c.set(0, ToChannelsLast(dx, format));
      }
      if (!c.wants(1)) return;
      const Operand convolved =
          c.builder().Emit(is_volume ? "Conv3D" : "Conv2D", {x, c.dy()}, AttrMap(c.attrs()));
      c.set(1, ToChannelsLast(convolved, format));
    }};

// Both are linear in their inputs, like the convolution y of x and filter.
TFWASM_GRADIENT kDepthwiseInputGradGradient{
    "_DepthwiseInputGrad", [](GradientContext& c) {
      const DataFormat format = ReadDataFormat(c.attrs());
      if (c.wants(0)) {
        AttrMap attrs = c.attrs();
        attrs.Set("filter_shape", c.input(0).shape());
        c.set(0, c.builder().Emit("_DepthwiseFilterGrad", {c.dy(), c.input(1)}, attrs));
      }
      if (!c.wants(1)) return;
      const Operand y =
          c.builder().Emit("DepthwiseConv2dNative", {FromChannelsLast(c.dy(), format), c.input(0)},
                           AttrMap(c.attrs()));
      c.set(1, ToChannelsLast(y, format));
    }};
TFWASM_GRADIENT kDepthwiseFilterGradGradient{
    "_DepthwiseFilterGrad", [](GradientContext& c) {
      const DataFormat format = ReadDataFormat(c.attrs());
      if (c.wants(0)) {
        AttrMap attrs = c.attrs();
        attrs.Set("input_shape", c.input(0).shape());
        c.set(0, c.builder().Emit("_DepthwiseInputGrad", {c.dy(), c.input(1)}, attrs));
      }
      if (!c.wants(1)) return;
      const Operand y =
          c.builder().Emit("DepthwiseConv2dNative", {FromChannelsLast(c.input(0), format), c.dy()},
                           AttrMap(c.attrs()));
      c.set(1, ToChannelsLast(y, format));
    }};

TFWASM_GRADIENT kAvgPoolGradGradient{"_AvgPoolGrad", [](GradientContext& c) {
                                       const int rank = c.input().shape().rank();
                                       const DataFormat format = FormatOf(c.attrs(), rank);
                                       const Operand pooled = c.builder().Emit(
                                           rank == 5 ? "AvgPool3D" : "AvgPool",
                                           {FromChannelsLast(c.dy(), format)}, AttrMap(c.attrs()));
                                       c.set(0, ToChannelsLast(pooled, format));
                                     }};

// The places of maxima are constant almost everywhere.
TFWASM_GRADIENT kMaxPoolGradGradient{
    "_MaxPoolGrad", [](GradientContext& c) {
      c.set(2,
            c.builder().Emit("_MaxPoolTake", {c.input(0), c.input(1), c.dy()}, AttrMap(c.attrs())));
    }};
TFWASM_GRADIENT kMaxPoolTakeGradient{
    "_MaxPoolTake", [](GradientContext& c) {
      c.set(2,
            c.builder().Emit("_MaxPoolGrad", {c.input(0), c.input(1), c.dy()}, AttrMap(c.attrs())));
    }};

TFWASM_GRADIENT kDilationInputGradGradient{
    "_DilationInputGrad",
    [](GradientContext& c) { c.set(2, EmitDilationTake(c, c.dy(), ZerosLike(c.input(1)))); }};
TFWASM_GRADIENT kDilationFilterGradGradient{
    "_DilationFilterGrad",
    [](GradientContext& c) { c.set(2, EmitDilationTake(c, ZerosLike(c.input(0)), c.dy())); }};
TFWASM_GRADIENT kDilationTakeGradient{
    "_DilationTake", [](GradientContext& c) {
      const std::vector<Operand> inputs{c.input(0), c.input(1), c.dy()};
      for (const auto& [i, op] :
           {std::pair{2, "_DilationInputGrad"}, std::pair{3, "_DilationFilterGrad"}}) {
        if (c.wants(i)) c.set(i, c.builder().Emit(op, inputs, AttrMap(c.attrs())));
      }
    }};

}  // namespace tfwasm
