// SPDX-License-Identifier: Apache-2.0
// SpaceToBatchND and BatchToSpaceND: move blocks of positions into the batch and back.
#include <algorithm>

#include "kernels/copy.h"
#include "kernels/strided_copy.h"
#include "ops/arguments.h"
#include "ops/gradient.h"
#include "ops/infer.h"

namespace tfwasm {

namespace {

enum InputIndex { kInput, kBlockShape, kMargins };

// Far beyond any real tensor. The product of two such numbers fits in 64 bits.
constexpr int64_t kLargest = int64_t{1} << 31;

// One of the axes that are divided into blocks.
struct BlockAxis {
  int64_t block = 1;
  int64_t before = 0;  // padding or cropping
  int64_t after = 0;
};

std::optional<std::vector<BlockAxis>> BlockAxesOrDefer(InferContext& context, bool to_batch) {
  context.ExpectRank(kBlockShape, 1, "the block shape");
  context.ExpectDType(kMargins, DType::kInt32, "the margins");
  const int64_t count = context.shape(kBlockShape)[0];
  if (context.shape(kMargins) != Shape{count, 2}) {
    Throw(Code::kShape, to_batch ? "paddings" : "crops", " must have shape [", count,
          ",2], a pair for each dimension of blockShape, got ", context.shape(kMargins));
  }
  if (context.shape(kInput).rank() < count + 1) {
    Throw(Code::kShape, "input rank ", to_batch ? "" : "is ", context.shape(kInput).rank(),
          to_batch ? " should be > than [blockShape] " : " but should be > than blockShape.length ",
          count, ", got shape ", context.shape(kInput));
  }
  for (const int64_t dim : context.shape(kInput)) {
    if (dim > kLargest) Throw(Code::kLimit, "the dimension ", dim, " is too large");
  }
  const auto blocks = IntsOrDefer(context, kBlockShape, "the block shape");
  if (!blocks) return std::nullopt;
  if (context.value(kMargins) == nullptr) {
    context.Defer();
    return std::nullopt;
  }
  const std::vector<int64_t> margins = ToInts(*context.value(kMargins));
  std::vector<BlockAxis> axes;
  for (size_t i = 0; i < blocks->size(); ++i) {
    axes.push_back({(*blocks)[i], margins[2 * i], margins[2 * i + 1]});
    const BlockAxis& axis = axes.back();
    if (axis.block < 1) Throw(Code::kShape, "a block must not be empty, got ", axis.block);
    if (axis.before < 0 || axis.after < 0) {
      Throw(Code::kShape, "paddings and crops must not be negative, got ", axis.before, " and ",
            axis.after);
    }
  }
  return axes;
}

// The batch times the block size. Throws E_SHAPE if that is unreasonably large.
int64_t TimesBlocks(int64_t batch, const std::vector<BlockAxis>& axes) {
  for (const BlockAxis& axis : axes) {
    if (batch > kLargest / axis.block) Throw(Code::kShape, "the blocks are too large");
    batch *= axis.block;
  }
  return batch;
}

void InferSpaceToBatch(InferContext& context) {
  const auto axes = BlockAxesOrDefer(context, true);
  if (!axes) return;
  Shape shape = context.shape(kInput);
  shape[0] = TimesBlocks(shape[0], *axes);
  for (size_t i = 0; i < axes->size(); ++i) {
    const BlockAxis& axis = (*axes)[i];
    int64_t& dim = shape[static_cast<int>(i) + 1];
    const int64_t padded = dim + axis.before + axis.after;
    if (padded % axis.block != 0) {
      Throw(Code::kShape, "input spatial dimension ", dim, " with paddings ", axis.before, " and ",
            axis.after, " must be divisible by blockShape ", axis.block);
    }
    dim = padded / axis.block;
  }
  context.set_output(0, context.dtype(kInput), shape);
}

void InferBatchToSpace(InferContext& context) {
  const auto axes = BlockAxesOrDefer(context, false);
  if (!axes) return;
  Shape shape = context.shape(kInput);
  const int64_t blocks = TimesBlocks(1, *axes);
  if (shape[0] % blocks != 0) {
    Throw(Code::kShape, "input tensor batch is ", shape[0],
          " but is not divisible by the product of the elements of blockShape, ", blocks);
  }
  shape[0] /= blocks;
  for (size_t i = 0; i < axes->size(); ++i) {
    const BlockAxis& axis = (*axes)[i];
    int64_t& dim = shape[static_cast<int>(i) + 1];
    const int64_t full = dim * axis.block;
    if (axis.before + axis.after > full) {
      Throw(Code::kShape, "cannot crop ", axis.before, " and ", axis.after, " from ", full);
    }
    dim = full - axis.before - axis.after;
  }
  context.set_output(0, context.dtype(kInput), shape);
}

// Both ops copy between `space` [batch, positions..., rest] and `blocks` [block..., batch,
// positions / block..., rest], one offset within the block at a time.
class BlockKernel : public Kernel {
 public:
  BlockKernel(const Shape& space, const Shape& blocks, std::vector<BlockAxis> axes, DType dtype,
              bool to_batch)
      : space_(space), axes_(std::move(axes)), dtype_(dtype), to_batch_(to_batch) {
    const int rank = static_cast<int>(axes_.size()) + 1;
    rest_ = space.Product(rank, space.rank());
    batch_ = space[0];
    for (int i = 1; i < rank; ++i) coarse_.push_back(blocks[i]);
    elements_ = (to_batch ? blocks : space).NumElements();
    for (const BlockAxis& axis : axes_) {
      places_ *= axis.block;
      if (axis.before > 0 || axis.after > 0) has_margins_ = true;
    }
    stride_of_place_ = blocks.NumElements() / places_;
  }

  void Run(RunContext& context) override {
    if (to_batch_ && has_margins_) ZeroElements(dtype_, context.out(0), elements_);
    for (int64_t place = 0; place < places_; ++place) CopyPlace(context, place);
  }

 private:
  void CopyPlace(RunContext& context, int64_t place) const {
    const size_t count = axes_.size();
    const auto space_strides = RowMajorStrides(space_);
    Shape shape{batch_};
    std::array<int64_t, Shape::kMaxRank> space_steps{};
    std::array<int64_t, Shape::kMaxRank> block_steps{};
    int64_t space_offset = 0;
    int64_t block_offset = place * stride_of_place_;
    int64_t block_stride = rest_;
    std::array<int64_t, Shape::kMaxRank> extents{};
    for (size_t i = count; i-- > 0;) {
      const BlockAxis& axis = axes_[i];
      const int64_t within = place % axis.block;
      place /= axis.block;
      // The positions are p = q * block + within - before. Clips q so that p is inside.
      const int64_t first = std::max<int64_t>(0, CeilDivide(axis.before - within, axis.block));
      const int64_t size = space_[static_cast<int>(i) + 1];
      const int64_t end = std::min(coarse_[i], CeilDivide(size + axis.before - within, axis.block));
      if (end <= first) return;
      extents[i] = end - first;
      const int64_t stride = space_strides[i + 1];
      space_offset += (first * axis.block + within - axis.before) * stride;
      block_offset += first * block_stride;
      space_steps[i + 1] = axis.block * stride;
      block_steps[i + 1] = block_stride;
      block_stride *= coarse_[i];
    }
    space_steps[0] = space_strides[0];
    block_steps[0] = block_stride;
    for (size_t i = 0; i < count; ++i) shape.Append(extents[i]);
    CopyRest(context, shape, space_offset, space_steps, block_offset, block_steps);
  }

  void CopyRest(RunContext& context, Shape shape, int64_t space_offset,
                std::array<int64_t, Shape::kMaxRank> space_steps, int64_t block_offset,
                std::array<int64_t, Shape::kMaxRank> block_steps) const {
    if (shape.rank() < Shape::kMaxRank) {
      const auto last = static_cast<size_t>(shape.rank());
      shape.Append(rest_);
      space_steps[last] = block_steps[last] = 1;
    }
    StridedCopy copy;
    copy.dtype = dtype_;
    copy.shape = shape;
    copy.in_strides = to_batch_ ? space_steps : block_steps;
    copy.out_strides = to_batch_ ? block_steps : space_steps;
    copy.Run(ElementAt(dtype_, context.in(kInput), to_batch_ ? space_offset : block_offset),
             ElementAt(dtype_, context.out(0), to_batch_ ? block_offset : space_offset));
  }

  // Rounded up, also for negative numbers.
  static int64_t CeilDivide(int64_t a, int64_t b) { return a >= 0 ? (a + b - 1) / b : -(-a / b); }

  Shape space_;
  std::vector<BlockAxis> axes_;
  DType dtype_;
  bool to_batch_;
  bool has_margins_ = false;
  int64_t batch_ = 0;
  int64_t rest_ = 1;
  int64_t places_ = 1;
  int64_t elements_ = 0;
  int64_t stride_of_place_ = 0;
  std::vector<int64_t> coarse_;
};

std::unique_ptr<Kernel> PrepareBlocks(const KernelContext& context, bool to_batch) {
  const Shape& in = context.shape(kInput);
  const Shape& out = context.output(0).shape;
  if (in.NumElements() == 0 || out.NumElements() == 0) {
    return MakeKernel([dtype = context.dtype(kInput), count = out.NumElements()](RunContext& run) {
      ZeroElements(dtype, run.out(0), count);
    });
  }
  const std::vector<int64_t> blocks = KnownInts(context, kBlockShape);
  const std::vector<int64_t> margins = KnownInts(context, kMargins);
  std::vector<BlockAxis> axes;
  for (size_t i = 0; i < blocks.size(); ++i) {
    axes.push_back({blocks[i], margins[2 * i], margins[2 * i + 1]});
  }
  return std::make_unique<BlockKernel>(to_batch ? in : out, to_batch ? out : in, std::move(axes),
                                       context.dtype(kInput), to_batch);
}

std::unique_ptr<Kernel> PrepareSpaceToBatch(const KernelContext& context) {
  return PrepareBlocks(context, /*to_batch=*/true);
}

std::unique_ptr<Kernel> PrepareBatchToSpace(const KernelContext& context) {
  return PrepareBlocks(context, /*to_batch=*/false);
}

TFWASM_OP kSpaceToBatchOp{.name = "SpaceToBatchND",
                          .min_inputs = 3,
                          .max_inputs = 3,
                          .infer = InferSpaceToBatch,
                          .kernel = PrepareSpaceToBatch};

TFWASM_OP kBatchToSpaceOp{.name = "BatchToSpaceND",
                          .min_inputs = 3,
                          .max_inputs = 3,
                          .infer = InferBatchToSpace,
                          .kernel = PrepareBatchToSpace};

}  // namespace

TFWASM_GRADIENT kSpaceToBatchGradient{
    "SpaceToBatchND", [](GradientContext& c) {
      c.set(0, c.builder().Emit("BatchToSpaceND", {c.dy(), c.input(1), c.input(2)}));
    }};
TFWASM_GRADIENT kBatchToSpaceGradient{
    "BatchToSpaceND", [](GradientContext& c) {
      c.set(0, c.builder().Emit("SpaceToBatchND", {c.dy(), c.input(1), c.input(2)}));
    }};

}  // namespace tfwasm
