// SPDX-License-Identifier: Apache-2.0
// Projective transforms and rotation of images.
#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "kernels/image_sampling.h"
#include "ops/arguments.h"
#include "ops/infer.h"
#include "ops/sampling.h"

namespace tfwasm {

namespace {

enum InputIndex { kImages, kTransforms, kOutputShape, kFillValue };

FillMode ReadFillMode(const AttrMap& attrs) {
  const std::string mode = attrs.LowerString("fill_mode", "constant");
  if (mode == "constant") return FillMode::kConstant;
  if (mode == "reflect") return FillMode::kReflect;
  if (mode == "wrap") return FillMode::kWrap;
  if (mode == "nearest") return FillMode::kNearest;
  Throw(Code::kAttr, "'fill_mode' must be CONSTANT, REFLECT, WRAP or NEAREST, got '", mode, "'");
}

bool ReadTransformMethod(const AttrMap& attrs) {
  return ReadIsBilinear(attrs, "interpolation", "nearest");
}

void InferTransform(InferContext& context) {
  ExpectNumber(context, kImages, "the images");
  context.ExpectRank(kImages, 4, "the images");
  context.ExpectDType(kTransforms, DType::kFloat32, "the transforms");
  context.ExpectRank(kTransforms, 2, "the transforms");
  ExpectScalar(context, kFillValue, DType::kFloat32, "the fill value");
  ReadFillMode(context.attrs());
  ReadTransformMethod(context.attrs());
  const Shape& images = context.shape(kImages);
  const Shape& transforms = context.shape(kTransforms);
  if (transforms[1] != 8 || (transforms[0] != 1 && transforms[0] != images[0])) {
    Throw(Code::kShape, "the transforms must have shape [1,8] or [", images[0], ",8], got ",
          transforms);
  }
  const auto size = SizeOrDefer(context, kOutputShape, "the output shape");
  if (!size) return;
  const Shape output{images[0], size->height, size->width, images[3]};
  if (output.NumElements() > 0) CheckSampledImages(images);
  context.set_output(0, context.dtype(kImages), output);
}

// Bilinear: sampled as float32. Nearest neighbour: the int32 bits are copied as float32.
void TransformInts(const ProjectiveTransform& transform, RunContext& run, int64_t in_count,
                   int64_t out_count) {
  constexpr float kLimit = 2147483648.0f;
  constexpr float kGreatest = 2147483520.0f;
  const float fill = *run.in<float>(kFillValue);
  if (!(fill >= -kLimit && fill < kLimit)) {
    Throw(Code::kInput, "the fill value of int32 images must be an int32, got ", fill);
  }
  const auto* transforms = run.in<float>(kTransforms);
  auto* out = run.out<float>(0);
  if (!transform.spec.is_bilinear) {
    const auto bits = std::bit_cast<float>(static_cast<int32_t>(fill));
    return transform.Run(run.in<float>(kImages), transforms, bits, out);
  }
  Tensor converted;
  transform.Run(FloatImages(run, DType::kInt32, in_count, converted), transforms, fill, out);
  auto* ints = run.out<int32_t>(0);
  for (int64_t i = 0; i < out_count; ++i) {
    ints[i] = static_cast<int32_t>(std::min(std::bit_cast<float>(ints[i]), kGreatest));
  }
}

std::unique_ptr<Kernel> PrepareTransform(const KernelContext& context) {
  const ProjectiveTransform transform{
      .spec = ReadSampling(context, ReadTransformMethod(context.attrs())),
      .fill_mode = ReadFillMode(context.attrs()),
      .is_shared = context.shape(kTransforms)[0] == 1};
  return MakeKernel([transform, dtype = context.dtype(kImages),
                     in_count = context.shape(kImages).NumElements(),
                     out_count = context.output(0).shape.NumElements()](RunContext& run) {
    if (dtype == DType::kInt32) return TransformInts(transform, run, in_count, out_count);
    transform.Run(run.in<float>(kImages), run.in<float>(kTransforms), *run.in<float>(kFillValue),
                  run.out<float>(0));
  });
}

// One value for all channels, or one per channel.
std::vector<float> ReadFill(const AttrMap& attrs, int64_t channels) {
  std::vector<float> fill = attrs.Floats("fill_value", {0});
  if (fill.size() == 1) return std::vector<float>(static_cast<size_t>(channels), fill[0]);
  // An RGB fill colour is opaque.
  if (fill.size() == 3 && channels == 4) fill.push_back(255);
  if (fill.size() != static_cast<size_t>(channels)) {
    Throw(Code::kAttr, "'fill_value' must list 1 or ", channels, " numbers, got ", fill.size());
  }
  return fill;
}

// The center, as fractions of width and height.
std::vector<float> ReadCenter(const AttrMap& attrs) {
  std::vector<float> center = attrs.Floats("center", {0.5f});
  if (center.size() == 1) center.push_back(center[0]);
  if (center.size() != 2) {
    Throw(Code::kAttr, "'center' must list 1 or 2 numbers, got ", center.size());
  }
  return center;
}

void InferRotate(InferContext& context) {
  context.ExpectDType(0, DType::kFloat32, "the images");
  context.ExpectRank(0, 4, "the images");
  const AttrMap& attrs = context.attrs();
  const float radians = attrs.Float("radians", std::numeric_limits<float>::quiet_NaN());
  if (!std::isfinite(radians)) Throw(Code::kAttr, "'radians' must be a finite number");
  ReadCenter(attrs);
  InferLikeInput(context);
  if (context.shape(0).NumElements() == 0) return;
  ReadFill(attrs, context.shape(0)[3]);
}

std::unique_ptr<Kernel> PrepareRotate(const KernelContext& context) {
  if (context.shape(0).NumElements() == 0) return MakeKernel([](RunContext&) {});
  const std::vector<float> center = ReadCenter(context.attrs());
  Rotation rotation{.spec = ReadSampling(context, false),
                    .radians = double{context.attrs().Float("radians", 0)}};
  rotation.center_x = double{center[0]} * static_cast<double>(rotation.spec.in_width);
  rotation.center_y = double{center[1]} * static_cast<double>(rotation.spec.in_height);
  return MakeKernel([rotation, fill = ReadFill(context.attrs(), rotation.spec.channels)](
                        RunContext& run) mutable {
    rotation.fill = fill.data();
    rotation.Run(run.in<float>(0), run.out<float>(0));
  });
}

TFWASM_OP kTransformOp{.name = "ImageProjectiveTransformV3",
                       .min_inputs = 4,
                       .max_inputs = 4,
                       .infer = InferTransform,
                       .kernel = PrepareTransform};

// Exists only in TensorFlow.js.
TFWASM_OP kRotateOp{.name = "RotateWithOffset", .infer = InferRotate, .kernel = PrepareRotate};

}  // namespace

}  // namespace tfwasm
