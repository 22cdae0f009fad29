// SPDX-License-Identifier: Apache-2.0
// The gradient of Conv3D with respect to its input. Output planes with the same position modulo the
// stride use the same planes of the filter. Each such phase runs as one 2D transposed convolution.
#include <algorithm>
#include <numeric>

#include "kernels/stack_planes.h"
#include "kernels/xnn_deconv2d.h"
#include "ops/gradient.h"
#include "ops/infer.h"
#include "ops/packed_variants.h"
#include "ops/volumes.h"
#include "ops/window_gradients.h"

namespace tfwasm {

namespace {

enum InputIndex { kSizes, kFilter, kVolumes };

struct TransposeNode {
  DataFormat format = DataFormat::kChannelsLast;
  VolumeDims input;
  VolumeDims output;
  WindowAxis depth;
  Deconv2dSpec spec;  // for one plane
};

// The output's dimensions from input 0, which lists all five, or only depth, height and width.
VolumeDims OutputDims(const std::vector<int64_t>& sizes, const Shape& filter,
                      const TransposeNode& node) {
  if (sizes.size() != 5 && sizes.size() != 3) {
    Throw(Code::kShape, "the output size must list 5 or 3 numbers, got ", sizes.size());
  }
  for (const int64_t size : sizes) {
    if (size < 0) Throw(Code::kShape, "the output size must not be negative, got ", size);
  }
  const bool has_all = sizes.size() == 5;
  const bool channels_last = node.format == DataFormat::kChannelsLast;
  const size_t first = !has_all ? 0 : channels_last ? 1 : 2;
  VolumeDims dims{.batch = has_all ? sizes[0] : node.input.batch, .depth = sizes[first]};
  dims.plane = {.batch = 1,
                .height = sizes[first + 1],
                .width = sizes[first + 2],
                .channels = has_all ? sizes[channels_last ? 4 : 1] : filter[3]};
  return dims;
}

void CheckDims(const Shape& filter, const TransposeNode& node) {
  if (node.output.batch != node.input.batch) {
    Throw(Code::kShape, "the output's batch ", node.output.batch, " and the input's ",
          node.input.batch, " must agree");
  }
  if (filter[4] != node.input.plane.channels) {
    Throw(Code::kShape, "the filter is for ", filter[4], " channels, but the input has ",
          node.input.plane.channels);
  }
  if (filter[3] != node.output.plane.channels) {
    Throw(Code::kShape, "the filter gives ", filter[3], " channels, but the output has ",
          node.output.plane.channels);
  }
}

TransposeNode ReadTranspose(const OpContext& context, const std::vector<int64_t>& sizes) {
  const AttrMap& attrs = context.attrs();
  const Shape& filter = context.shape(kFilter);
  TransposeNode node;
  node.format = ReadVolumeFormat(attrs);
  node.input = ReadVolumes(context, kVolumes, node.format, "the input");
  node.output = OutputDims(sizes, filter, node);
  CheckDims(filter, node);
  const Window3d window =
      ReadWindow3d(attrs, node.format, {filter[0], filter[1], filter[2]}, "dilations");
  // NumElements() checks for overflow.
  if (VolumeShape(node.output, node.format).NumElements() == 0) return node;
  const VolumeDims expected = WindowOutput3d(window, node.output, filter[4]);
  const Shape input = VolumeShape(node.input, node.format);
  if (!(input == VolumeShape(expected, node.format))) {
    Throw(Code::kShape, "an output of ", VolumeShape(node.output, node.format),
          " belongs to an input of ", VolumeShape(expected, node.format), ", got ", input);
  }
  if (input.NumElements() == 0) return node;
  const ImageDims& plane = node.output.plane;
  const auto resolve = [](const WindowAxis& axis, int64_t size) {
    return WithExplicitPadding(axis, ResolveAxis(axis, size));
  };
  CheckTransposedIndirectionSize(window.plane, plane.height, plane.width);
  node.depth = resolve(window.depth, node.output.depth);
  node.spec.window.height = resolve(window.plane.height, plane.height);
  node.spec.window.width = resolve(window.plane.width, plane.width);
  node.spec.group_inputs = filter[4];
  node.spec.group_outputs = filter[3];
  CheckStack(VolumeShape(node.input, DataFormat::kChannelsLast), filter[0],
             node.output.batch * node.output.depth);
  return node;
}

void InferTranspose(InferContext& context) {
  context.ExpectDType(kFilter, DType::kFloat32, "the filter");
  context.ExpectDType(kVolumes, DType::kFloat32, "the input");
  context.ExpectRank(kFilter, 5, "the filter");
  const auto sizes = IntsOrDefer(context, kSizes, "the output size");
  if (!sizes) return;
  const TransposeNode node = ReadTranspose(context, *sizes);
  context.set_output(0, DType::kFloat32, VolumeShape(node.output, node.format));
}

// The output planes that use the same planes of the filter.
struct Phase {
  FilterPlanes taps;
  StackedPlanes stack;
  std::vector<int64_t> outputs;  // the plane for each image of the stack
};

// The planes of the filter for each phase. They do not depend on the padding.
std::vector<FilterPlanes> TapsOfPhases(const WindowAxis& depth) {
  const int64_t step = depth.stride / std::gcd(depth.stride, depth.dilation);
  std::vector<FilterPlanes> phases;
  for (int64_t tap = 0; tap < std::min(step, depth.size); ++tap) {
    phases.push_back({.first = tap, .step = step, .count = (depth.size - tap + step - 1) / step});
  }
  return phases;
}

// One operator per phase.
using PackedPhases = std::vector<std::unique_ptr<XnnDeconv2d>>;

std::shared_ptr<PackedPhases> PackPhases(const TransposeNode& node, const float* filter) {
  const int64_t taps = node.spec.window.height.size * node.spec.window.width.size;
  auto packed = std::make_shared<PackedPhases>();
  for (const FilterPlanes& planes : TapsOfPhases(node.depth)) {
    Deconv2dSpec spec = node.spec;
    const Tensor stacked =
        StackFilter(filter, taps * spec.group_outputs, spec.group_inputs, planes);
    spec.group_inputs *= planes.count;
    packed->push_back(std::make_unique<XnnDeconv2d>(spec, stacked.values<float>().data()));
  }
  return packed;
}

class Conv3dTranspose : public Kernel {
 public:
  // `packed`: nullptr if the filter is known only at run time.
  Conv3dTranspose(const TransposeNode& node, std::shared_ptr<PackedPhases> packed)
      : node_(node),
        packed_(std::move(packed)),
        input_(SizeOf(node.input.plane)),
        output_(SizeOf(node.output.plane)) {
    int64_t outputs = 0;
    for (const FilterPlanes& taps : TapsOfPhases(node.depth)) {
      phases_.push_back(MakePhase(taps));
      outputs += static_cast<int64_t>(phases_.back().outputs.size());
    }
    covers_all_ = outputs == node.output.batch * node.output.depth;
  }

  void Run(RunContext& context) override {
    auto* out = context.out<float>(0);
    // With a small filter, some output planes get no contribution.
    if (!covers_all_) std::fill_n(out, node_.output.elements(), 0.0f);
    const auto packed =
        packed_ != nullptr ? packed_ : PackPhases(node_, context.in<float>(kFilter));
    for (size_t i = 0; i < phases_.size(); ++i) {
      if (phases_[i].outputs.empty()) continue;
      RunPhase(phases_[i], *(*packed)[i], context.in<float>(kVolumes), out);
    }
  }

 private:
  static ImageSize SizeOf(const ImageDims& dims) {
    return {.batch = 1, .height = dims.height, .width = dims.width};
  }

  Phase MakePhase(const FilterPlanes& taps) const {
    const WindowAxis& axis = node_.depth;
    Phase phase{.taps = taps};
    phase.stack = {.pixels = node_.input.plane.height * node_.input.plane.width,
                   .channels = node_.input.plane.channels,
                   .slots = taps.count};
    // The first output plane of the phase, after skipping planes in the padding.
    const int64_t offset = taps.first * axis.dilation % axis.stride;
    const int64_t skipped = std::max<int64_t>(0, axis.before - offset + axis.stride - 1);
    const int64_t first = offset + skipped / axis.stride * axis.stride - axis.before;
    for (int64_t batch = 0; batch < node_.output.batch; ++batch) {
      for (int64_t plane = first; plane < node_.output.depth; plane += axis.stride) {
        phase.outputs.push_back(batch * node_.output.depth + plane);
        for (int64_t i = 0; i < taps.count; ++i) {
          const int64_t tap = taps.first + i * taps.step;
          const int64_t reached = plane + axis.before - tap * axis.dilation;
          const int64_t in = reached / axis.stride;
          const bool is_inside = reached >= 0 && in < node_.input.depth;
          phase.stack.planes.push_back(is_inside ? batch * node_.input.depth + in : -1);
        }
      }
    }
    return phase;
  }

  void RunPhase(const Phase& phase, XnnDeconv2d& deconv, const float* in, float* out) const {
    const StackedPlanes& stack = phase.stack;
    // Output planes of a phase are adjacent only if the stride is 1.
    const int64_t at_a_time = node_.depth.stride == 1 ? ImagesAtATime(stack) : 1;
    Tensor images(DType::kFloat32, {at_a_time, stack.image_elements()});
    auto* stacked = images.mutable_values<float>().data();
    for (int64_t first = 0; first < stack.images(); first += at_a_time) {
      ImageSize input = input_;
      ImageSize output = output_;
      input.batch = output.batch = std::min(at_a_time, stack.images() - first);
      stack.Run(in, first, input.batch, stacked);
      deconv.Run(input, output, stacked,
                 out + phase.outputs[static_cast<size_t>(first)] * node_.output.plane.elements());
    }
  }

  TransposeNode node_;
  std::shared_ptr<PackedPhases> packed_;
  ImageSize input_;
  ImageSize output_;
  std::vector<Phase> phases_;
  bool covers_all_ = false;
};

std::unique_ptr<Kernel> PrepareTranspose(const KernelContext& context) {
  const TransposeNode node = ReadTranspose(context, ToInts(*context.value(kSizes)));
  if (node.output.elements() == 0) return MakeKernel([](RunContext&) {});
  if (node.input.elements() == 0) {
    return MakeKernel([count = node.output.elements()](RunContext& run) {
      std::fill_n(run.out<float>(0), count, 0.0f);
    });
  }
  std::shared_ptr<PackedPhases> packed;
  if (const Tensor* filter = context.value(kFilter); filter != nullptr) {
    context.WillPack(kFilter);
    using Variants = PackedVariants<PackedPhases>;
    const auto variants = context.Shared<Variants>([] { return std::make_shared<Variants>(); });
    packed = variants->Get(node.spec.window, 1, [&] {
      const Tensor values = filter->Dequantized();
      return PackPhases(node, values.values<float>().data());
    });
  }
  return WithVolumeLayout({.format = node.format, .num_inputs = 3, .image_input = kVolumes},
                          node.input, node.output,
                          std::make_unique<Conv3dTranspose>(node, std::move(packed)));
}

TFWASM_OP kTransposeOp{.name = "Conv3DBackpropInputV2",
                       .min_inputs = 3,
                       .max_inputs = 3,
                       .required_attrs = "strides,padding",
                       .infer = InferTranspose,
                       .kernel = PrepareTranspose};

}  // namespace

// The op is linear in both, and the transposed Conv3D, so dy and the images trade places.
TFWASM_GRADIENT kConv3DBackpropInputV2Gradient{
    "Conv3DBackpropInputV2", [](GradientContext& c) {
      if (c.wants(kVolumes)) {
        c.set(kVolumes, c.builder().Emit("Conv3D", {c.dy(), c.input(kFilter)}, AttrMap(c.attrs())));
      }
      if (!c.wants(kFilter)) return;
      c.set(kFilter,
            EmitConvFilterGradient(c.attrs(), c.dy(), c.input(kVolumes), c.input(kFilter).shape()));
    }};

}  // namespace tfwasm
