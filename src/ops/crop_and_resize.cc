// SPDX-License-Identifier: Apache-2.0
#include "kernels/image_sampling.h"
#include "ops/arguments.h"
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

std::unique_ptr<Kernel> PrepareCropAndResize(const KernelContext& context) {
  const CropAndResize crop{
      .spec = ReadSampling(context, ReadIsBilinear(context.attrs(), "method", "bilinear")),
      .num_boxes = context.shape(kBoxes)[0],
      .extrapolation_value = context.attrs().Float("extrapolation_value", 0)};
  return MakeKernel([crop, dtype = context.dtype(kImages),
                     count = context.shape(kImages).NumElements()](RunContext& run) {
    const auto* indices = run.in<int32_t>(kBoxIndices);
    for (int64_t i = 0; i < crop.num_boxes; ++i) {
      if (indices[i] >= 0 && indices[i] < crop.spec.batch) continue;
      Throw(Code::kInput, "the box indices must be in [0, ", crop.spec.batch, "), got ",
            indices[i]);
    }
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

}  // namespace tfwasm
