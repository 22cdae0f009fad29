// SPDX-License-Identifier: Apache-2.0
#include "kernels/tile.h"

#include "ops/arguments.h"
#include "ops/gradient.h"
#include "ops/infer.h"

namespace tfwasm {

namespace {

void InferTile(InferContext& context) {
  const auto multiples = IntsOrDefer(context, 1, "the multiples");
  if (!multiples) return;
  const Shape& shape = context.shape(0);
  if (multiples->size() != static_cast<size_t>(shape.rank())) {
    Throw(Code::kShape, "expected ", shape.rank(), " multiples for shape ", shape, ", got ",
          multiples->size());
  }
  Shape tiled;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const int64_t multiple = (*multiples)[static_cast<size_t>(axis)];
    if (multiple < 0) Throw(Code::kShape, "multiple ", axis, " is negative: ", multiple);
    // A number below 2^31 times at most 2^32: no overflow.
    tiled.Append(shape[axis] * multiple);
  }
  context.set_output(0, context.dtype(0), tiled);
}

std::unique_ptr<Kernel> TileKernel(const KernelContext& context) {
  const DType dtype = context.dtype(0);
  const Shape output = context.output(0).shape;
  return MakeKernel([dtype, output, input = context.shape(0)](RunContext& run) {
    Tile(dtype, input, output, run.in(0), run.out(0));
  });
}

TFWASM_OP kTileOp{.name = "Tile",
                  .min_inputs = 2,
                  .max_inputs = 2,
                  .infer = InferTile,
                  .kernel = TileKernel,
                  .in_place_inputs = 1};

}  // namespace

// dy as [repetitions, size] for each axis, summed over the repetitions.
TFWASM_GRADIENT kTileGradient{"Tile", [](GradientContext& c) {
                                const Shape& shape = c.input().shape();
                                if (2 * shape.rank() > Shape::kMaxRank) return SetByPositions(c, 0);
                                const std::vector<int64_t> repetitions = c.ints(1);
                                Shape split;
                                std::vector<int> axes;
                                for (int axis = 0; axis < shape.rank(); ++axis) {
                                  axes.push_back(split.rank());
                                  split.Append(repetitions[static_cast<size_t>(axis)]);
                                  split.Append(shape[axis]);
                                }
                                c.set(0, Sum(Reshape(c.dy(), split), axes, /*keep_dims=*/false));
                              }};

}  // namespace tfwasm
