// SPDX-License-Identifier: Apache-2.0
// Moves blocks of pixels into channels and back.
#include "kernels/strided_copy.h"
#include "ops/gradient.h"
#include "ops/infer.h"
#include "ops/windows.h"

namespace tfwasm {

namespace {

int64_t BlockSize(const OpContext& context) {
  const int64_t block = context.attrs().RequireInt("block_size");
  // The square times a dimension must fit in 64 bits.
  constexpr int64_t kMost = 1 << 15;
  if (block < 1 || block > kMost) {
    Throw(Code::kAttr, "'block_size' must be from 1 to ", kMost, ", got ", block);
  }
  return block;
}

void InferSpaceToDepth(InferContext& context) {
  const int64_t block = BlockSize(context);
  const DataFormat format = ReadDataFormat(context.attrs());
  ImageDims dims = ReadImages(context, 0, format, "the input");
  if (dims.height % block != 0 || dims.width % block != 0) {
    Throw(Code::kShape, "height and width of ", context.shape(0), " must be multiples of ", block);
  }
  dims.height /= block;
  dims.width /= block;
  dims.channels *= block * block;
  context.set_output(0, context.dtype(0), ImageShape(dims, format));
}

void InferDepthToSpace(InferContext& context) {
  const int64_t block = BlockSize(context);
  const DataFormat format = ReadDataFormat(context.attrs());
  ImageDims dims = ReadImages(context, 0, format, "the input");
  if (dims.channels % (block * block) != 0) {
    Throw(Code::kShape, "Dimension size must be evenly divisible by ", block * block, " but is ",
          dims.channels, ": the channels of ", context.shape(0));
  }
  dims.channels /= block * block;
  dims.height *= block;
  dims.width *= block;
  context.set_output(0, context.dtype(0), ImageShape(dims, format));
}

using Strides = std::array<int64_t, Shape::kMaxRank>;

// The strides of batch, height, width and channels of a batch of images.
struct ImageStrides {
  ImageStrides(const ImageDims& dims, DataFormat format) {
    const Strides s = RowMajorStrides(ImageShape(dims, format));
    const bool last = format == DataFormat::kChannelsLast;
    batch = s[0];
    height = s[last ? 1 : 2];
    width = s[last ? 2 : 3];
    channels = s[last ? 3 : 1];
  }

  int64_t batch, height, width, channels;
};

// Both ops copy between images `fine` [height * block, width * block, channels] and `coarse`
// [height, width, [block, block, channels]].
std::unique_ptr<Kernel> PrepareBlocks(const KernelContext& context, bool to_depth) {
  const int64_t block = BlockSize(context);
  const DataFormat format = ReadDataFormat(context.attrs());
  const auto dims_of = [&](const Shape& shape) {
    const bool last = format == DataFormat::kChannelsLast;
    return ImageDims{shape[0], shape[last ? 1 : 2], shape[last ? 2 : 3], shape[last ? 3 : 1]};
  };
  const ImageDims in = dims_of(context.shape(0));
  const ImageDims out = dims_of(context.output(0).shape);
  if (out.elements() == 0) return MakeKernel([](RunContext&) {});
  const ImageDims& fine = to_depth ? in : out;
  const ImageDims& coarse = to_depth ? out : in;
  const ImageStrides f(fine, format);
  const ImageStrides c(coarse, format);
  StridedCopy copy;
  copy.dtype = context.dtype(0);
  copy.shape = {fine.batch, coarse.height, block, coarse.width, block, fine.channels};
  copy.in_strides = {f.batch, f.height * block, f.height, f.width * block, f.width, f.channels};
  copy.out_strides = {
      c.batch,   c.height, c.channels * block * fine.channels, c.width, c.channels * fine.channels,
      c.channels};
  if (!to_depth) std::swap(copy.in_strides, copy.out_strides);
  return MakeKernel([copy](RunContext& run) { copy.Run(run.in(0), run.out(0)); });
}

std::unique_ptr<Kernel> PrepareSpaceToDepth(const KernelContext& context) {
  return PrepareBlocks(context, /*to_depth=*/true);
}

std::unique_ptr<Kernel> PrepareDepthToSpace(const KernelContext& context) {
  return PrepareBlocks(context, /*to_depth=*/false);
}

TFWASM_OP kSpaceToDepthOp{
    .name = "SpaceToDepth", .infer = InferSpaceToDepth, .kernel = PrepareSpaceToDepth};
TFWASM_OP kDepthToSpaceOp{
    .name = "DepthToSpace", .infer = InferDepthToSpace, .kernel = PrepareDepthToSpace};

}  // namespace

TFWASM_GRADIENT kSpaceToDepthGradient{
    "SpaceToDepth", [](GradientContext& c) {
      c.set(0, c.builder().Emit("DepthToSpace", {c.dy()}, AttrMap(c.attrs())));
    }};
TFWASM_GRADIENT kDepthToSpaceGradient{
    "DepthToSpace", [](GradientContext& c) {
      c.set(0, c.builder().Emit("SpaceToDepth", {c.dy()}, AttrMap(c.attrs())));
    }};

}  // namespace tfwasm
