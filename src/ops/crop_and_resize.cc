// SPDX-License-Identifier: Apache-2.0
#include "kernels/image_sampling.h"
#include "ops/arguments.h"
#include "ops/gradient.h"
#include "ops/infer.h"
#include "ops/sampling.h"

namespace tfwasm {

namespace {

enum InputIndex { kImages, kBoxes, kBoxIndices, kCropSize };

void InferCropAndResize(InferContext& context) {
  ExpectNumber(context, kImages, "the images");
  context.ExpectRank(kImages, 4, "the images");
  context.ExpectDType(kBoxes, DType::kFloat32, "the boxes");
  context.ExpectRank(kBoxes, 2, "the boxes");
  context.ExpectDType(kBoxIndices, DType::kInt32, "the box indices");
  context.ExpectRank(kBoxIndices, 1, "the box indices");
  const Shape& boxes = context.shape(kBoxes);
  if (boxes[1] != 4) Throw(Code::kShape, "the boxes must have shape [n,4], got ", boxes);
  if (context.shape(kBoxIndices)[0] != boxes[0]) {
    Throw(Code::kShape, "there must be one index a box, got ", context.shape(kBoxIndices)[0],
          " indices and ", boxes[0], " boxes");
  }
  ReadIsBilinear(context.attrs(), "method", "bilinear");
  context.attrs().Float("extrapolation_value", 0);
  const auto size = SizeOrDefer(context, kCropSize, "the crop size");
  if (!size) return;
  const Shape& images = context.shape(kImages);
  const Shape output{boxes[0], size->height, size->width, images[3]};
  if (output.NumElements() > 0) CheckSampledImages(images);
  context.set_output(0, DType::kFloat32, output);
}

void CheckBoxIndices(const CropAndResize& crop, const int32_t* indices) {
  for (int64_t i = 0; i < crop.num_boxes; ++i) {
    if (indices[i] >= 0 && indices[i] < crop.spec.batch) continue;
    Throw(Code::kInput, "the box indices must be in [0, ", crop.spec.batch, "), got ", indices[i]);
  }
}

std::unique_ptr<Kernel> PrepareCropAndResize(const KernelContext& context) {
  const CropAndResize crop{
      .spec = ReadSampling(context, ReadIsBilinear(context.attrs(), "method", "bilinear")),
      .num_boxes = context.shape(kBoxes)[0],
      .extrapolation_value = context.attrs().Float("extrapolation_value", 0)};
  return MakeKernel([crop, dtype = context.dtype(kImages),
                     count = context.shape(kImages).NumElements()](RunContext& run) {
    const auto* indices = run.in<int32_t>(kBoxIndices);
    CheckBoxIndices(crop, indices);
    Tensor converted;
    crop.Run(FloatImages(run, dtype, count, converted), run.in<float>(kBoxes), indices,
             run.out<float>(0));
  });
}

TFWASM_OP kCropAndResizeOp{.name = "CropAndResize",
                           .min_inputs = 4,
                           .max_inputs = 4,
                           .infer = InferCropAndResize,
                           .kernel = PrepareCropAndResize};

}  // namespace

namespace {

// Inputs: images, boxes, box indices, dy, and in second order dL/d(dboxes). The shapes are those of
// a CropAndResize that has run.
CropAndResize ReadCropGradient(const OpContext& context) {
  const Shape& images = context.shape(kImages);
  const Shape& dy = context.shape(3);
  context.ExpectRank(kImages, 4, "the images");
  context.ExpectRank(kBoxes, 2, "the boxes");
  context.ExpectRank(3, 4, "the gradient");
  if (context.shape(kBoxes) != Shape{dy[0], 4} || context.shape(kBoxIndices) != Shape{dy[0]} ||
      dy[3] != images[3]) {
    Throw(Code::kShape, "a gradient of ", dy, " does not fit images of ", images);
  }
  return {.spec = {.batch = images[0],
                   .in_height = images[1],
                   .in_width = images[2],
                   .channels = images[3],
                   .out_height = dy[1],
                   .out_width = dy[2],
                   .is_bilinear = ReadIsBilinear(context.attrs(), "method", "bilinear")},
          .num_boxes = dy[0]};
}

template <int kInput, auto kRun>
constexpr OpDef CropGradientOp(std::string_view name) {
  return {.name = name,
          .min_inputs = 4,
          .max_inputs = 4,
          .infer =
              [](InferContext& context) {
                ReadCropGradient(context);
                context.set_output(0, DType::kFloat32, context.shape(kInput));
              },
          .kernel =
              [](const KernelContext& context) {
                return MakeKernel([crop = ReadCropGradient(context)](RunContext& run) {
                  CheckBoxIndices(crop, run.in<int32_t>(kBoxIndices));
                  kRun(crop, run);
                });
              }};
}

}  // namespace

TFWASM_TRAINING_OP kCropImageGradOp =
    CropGradientOp<kImages, [](const CropAndResize& crop, RunContext& run) {
      crop.ImageGradient(run.in<float>(kBoxes), run.in<int32_t>(kBoxIndices), run.in<float>(3),
                         run.out<float>(0));
    }>("_CropAndResizeImageGrad");
TFWASM_TRAINING_OP kCropBoxGradOp =
    CropGradientOp<kBoxes, [](const CropAndResize& crop, RunContext& run) {
      crop.BoxGradient(run.in<float>(kImages), run.in<float>(kBoxes), run.in<int32_t>(kBoxIndices),
                       run.in<float>(3), run.out<float>(0));
    }>("_CropAndResizeBoxGrad");

TFWASM_GRADIENT kCropAndResizeGradient{
    "CropAndResize", [](GradientContext& c) {
      const std::vector<Operand> inputs{Cast(c.input(kImages), DType::kFloat32), c.input(kBoxes),
                                        c.input(kBoxIndices), c.dy()};
      for (const auto& [input, op] : {std::pair{kImages, "_CropAndResizeImageGrad"},
                                      std::pair{kBoxes, "_CropAndResizeBoxGrad"}}) {
        if (c.wants(input)) c.set(input, c.builder().Emit(op, inputs, AttrMap(c.attrs())));
      }
    }};

// The gradient of the images is linear in dy, like the crop in its images.
TFWASM_GRADIENT kCropImageGradGradient{
    "_CropAndResizeImageGrad", [](GradientContext& c) {
      const Shape& dy = c.input(3).shape();
      if (c.wants(3)) {
        AttrMap attrs = c.attrs();
        attrs.Set("extrapolation_value", 0.0f);
        c.set(3, c.builder().Emit("CropAndResize",
                                  {c.dy(), c.input(kBoxes), c.input(kBoxIndices),
                                   c.builder().Ints({dy[1], dy[2]})},
                                  std::move(attrs)));
      }
      if (!c.wants(kBoxes)) return;
      c.set(kBoxes, c.builder().Emit("_CropAndResizeBoxGrad",
                                     {c.dy(), c.input(kBoxes), c.input(kBoxIndices), c.input(3)},
                                     AttrMap(c.attrs())));
    }};

// dimages, dboxes, ddy
TFWASM_TRAINING_OP kCropBoxGradGradOp{
    .name = "_CropAndResizeBoxGradGrad",
    .min_inputs = 5,
    .max_inputs = 5,
    .num_outputs = [](const Node&) { return 3; },
    .infer =
        [](InferContext& context) {
          ReadCropGradient(context);
          if (context.shape(4) != context.shape(kBoxes)) {
            Throw(Code::kShape, "a gradient of ", context.shape(4), " does not fit boxes of ",
                  context.shape(kBoxes));
          }
          int output = 0;
          for (const int input : {int{kImages}, int{kBoxes}, 3}) {
            context.set_output(output++, DType::kFloat32, context.shape(input));
          }
        },
    .kernel =
        [](const KernelContext& context) {
          return MakeKernel([crop = ReadCropGradient(context)](RunContext& run) {
            CheckBoxIndices(crop, run.in<int32_t>(kBoxIndices));
            crop.BoxGradientGradient(run.in<float>(kImages), run.in<float>(kBoxes),
                                     run.in<int32_t>(kBoxIndices), run.in<float>(3),
                                     run.in<float>(4), run.out<float>(0), run.out<float>(1),
                                     run.out<float>(2));
          });
        }};

TFWASM_GRADIENT kCropBoxGradGradient{
    "_CropAndResizeBoxGrad", [](GradientContext& c) {
      const std::vector<Operand> results = c.builder().EmitAll(
          "_CropAndResizeBoxGradGrad",
          {c.input(kImages), c.input(kBoxes), c.input(kBoxIndices), c.input(3), c.dy()},
          AttrMap(c.attrs()));
      c.set(kImages, results[0]);
      c.set(kBoxes, results[1]);
      c.set(3, results[2]);
    }};

}  // namespace tfwasm
