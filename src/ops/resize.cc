// SPDX-License-Identifier: Apache-2.0
#include "kernels/resize.h"

#include <algorithm>

#include "kernels/scratch.h"
#include "ops/arguments.h"
#include "ops/gradient.h"
#include "ops/infer.h"

namespace tfwasm {

namespace {

// XNNPACK's limit: beyond it float32 cannot represent every pixel position.
constexpr int64_t kLargestSide = (1 << 24) - 1;

Shape OutputShape(const OpContext& context, const std::vector<int64_t>& size) {
  const Shape& images = context.shape(0);
  for (const int64_t side : size) {
    if (side < 0) Throw(Code::kShape, "the new size must not be negative, got ", side);
    if (side > kLargestSide) Throw(Code::kLimit, "the new size ", side, " is too large");
  }
  const Shape output{images[0], size[0], size[1], images[3]};
  if (output.NumElements() == 0) return output;
  if (images.NumElements() == 0) {
    Throw(Code::kShape, "the images must not be empty, got shape ", images);
  }
  if (std::max(images[1], images[2]) > kLargestSide) {
    Throw(Code::kLimit, "images of ", images[1], "x", images[2], " are too large");
  }
  return output;
}

void InferResize(InferContext& context, DType dtype) {
  ExpectNumber(context, 0, "the images");
  context.ExpectRank(0, 4, "the images");
  context.ExpectRank(1, 1, "the new size");
  if (context.shape(1)[0] != 2) {
    Throw(Code::kShape, "the new size must be two numbers, got shape ", context.shape(1));
  }
  if (context.attrs().Bool("align_corners", false) &&
      context.attrs().Bool("half_pixel_centers", false)) {
    Throw(Code::kAttr, "align_corners and half_pixel_centers exclude each other");
  }
  const auto size = IntsOrDefer(context, 1, "the new size");
  if (size) context.set_output(0, dtype, OutputShape(context, *size));
}

// The result is float32 also for integer inputs.
void InferBilinear(InferContext& context) {
  InferResize(context, DType::kFloat32);
  const double out_pixels = context.deferred()
                                ? 0
                                : static_cast<double>(context.outputs()[0].shape[1]) *
                                      static_cast<double>(context.outputs()[0].shape[2]);
  // XNNPACK allocates 24 bytes per pixel, with 32-bit sizes on wasm32.
  if (out_pixels > 1 << 26) {
    Throw(Code::kLimit, "an output of ", context.outputs()[0].shape, " is too large");
  }
}

void InferNearest(InferContext& context) { InferResize(context, context.dtype(0)); }

ResizeSpec ReadResize(const AttrMap& attrs, const Shape& in, const Shape& out) {
  return {.batch = in[0],
          .in_height = in[1],
          .in_width = in[2],
          .channels = in[3],
          .out_height = out[1],
          .out_width = out[2],
          .align_corners = attrs.Bool("align_corners", false),
          .half_pixel_centers = attrs.Bool("half_pixel_centers", false)};
}

ResizeSpec ReadResize(const KernelContext& context) {
  return ReadResize(context.attrs(), context.shape(0), context.output(0).shape);
}

class ResizeBilinear : public Kernel {
 public:
  ResizeBilinear(const ResizeSpec& spec, DType dtype) : resize_(spec), dtype_(dtype) {
    if (dtype == DType::kInt32) in_elements_ = spec.in_elements();
  }

  void Run(RunContext& context) override {
    constexpr auto kAlignment = static_cast<int64_t>(Buffer::kAlignment / sizeof(float));
    // Padding, since XNNPACK may read past the end.
    const int64_t converted = in_elements_ == 0 ? 0 : (in_elements_ / kAlignment + 2) * kAlignment;
    const uint64_t bytes = static_cast<uint64_t>(converted) * sizeof(float);
    auto* workspace = static_cast<float*>(ScratchSpace(bytes + resize_.workspace_bytes()));
    const float* in = context.in<float>(0);
    if (dtype_ == DType::kInt32) {
      const int32_t* integers = context.in<int32_t>(0);
      std::transform(integers, integers + in_elements_, workspace,
                     [](int32_t value) { return static_cast<float>(value); });
      in = workspace;
    }
    resize_.Run(in, context.out<float>(0), workspace + converted);
  }

 private:
  XnnResizeBilinear resize_;
  DType dtype_;
  int64_t in_elements_ = 0;
};

std::unique_ptr<Kernel> PrepareBilinear(const KernelContext& context) {
  const ResizeSpec spec = ReadResize(context);
  if (spec.out_elements() == 0) return MakeKernel([](RunContext&) {});
  return std::make_unique<ResizeBilinear>(spec, context.dtype(0));
}

std::unique_ptr<Kernel> PrepareNearest(const KernelContext& context) {
  const ResizeSpec spec = ReadResize(context);
  if (spec.out_elements() == 0) return MakeKernel([](RunContext&) {});
  return MakeKernel([spec, dtype = context.dtype(0)](RunContext& run) {
    ResizeNearest(spec, dtype, run.in(0), run.out(0));
  });
}

TFWASM_OP kBilinearOp{.name = "ResizeBilinear",
                      .min_inputs = 2,
                      .max_inputs = 2,
                      .infer = InferBilinear,
                      .kernel = PrepareBilinear};

TFWASM_OP kNearestOp{.name = "ResizeNearestNeighbor",
                     .min_inputs = 2,
                     .max_inputs = 2,
                     .infer = InferNearest,
                     .kernel = PrepareNearest};

}  // namespace

TFWASM_TRAINING_OP kBilinearGradOp{
    .name = "_ResizeBilinearGrad",
    .infer =
        [](InferContext& context) {
          context.ExpectDType(0, DType::kFloat32, "the gradient");
          context.ExpectRank(0, 4, "the gradient");
          const Shape input = context.attrs().ShapeOr("input_shape", Shape::UnknownRank());
          if (!input.IsKnown() || input.rank() != 4 || input[0] != context.shape(0)[0] ||
              input[3] != context.shape(0)[3]) {
            Throw(Code::kAttr, "'input_shape' does not fit the gradient: ", input);
          }
          context.set_output(0, DType::kFloat32, input);
        },
    .kernel =
        [](const KernelContext& context) {
          const ResizeSpec spec =
              ReadResize(context.attrs(), context.output(0).shape, context.shape(0));
          return MakeKernel([spec](RunContext& run) {
            ResizeBilinearGradient(spec, run.in<float>(0), run.out<float>(0));
          });
        }};

TFWASM_GRADIENT kBilinearGradient{"ResizeBilinear", [](GradientContext& c) {
                                    AttrMap attrs = c.attrs();
                                    attrs.Set("input_shape", c.input().shape());
                                    c.set(0,
                                          c.builder().Emit("_ResizeBilinearGrad", {c.dy()}, attrs));
                                  }};
// The op is linear.
TFWASM_GRADIENT kBilinearGradGradient{
    "_ResizeBilinearGrad", [](GradientContext& c) {
      const Shape& shape = c.input().shape();
      c.set(0, c.builder().Emit("ResizeBilinear",
                                {c.dy(), c.builder().Ints(Shape{shape[1], shape[2]})},
                                AttrMap(c.attrs())));
    }};
TFWASM_GRADIENT kNearestGradient{"ResizeNearestNeighbor",
                                 [](GradientContext& c) { SetByPositions(c, 0); }};

}  // namespace tfwasm
