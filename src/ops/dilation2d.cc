// SPDX-License-Identifier: Apache-2.0
#include "kernels/morphology.h"
#include "ops/arguments.h"
#include "ops/gradient.h"
#include "ops/pooling.h"

namespace tfwasm {

namespace {

struct DilationNode {
  ImageDims input;
  ImageDims output;
  Window2d window;
};

DilationNode ReadDilation(const OpContext& context) {
  constexpr DataFormat kFormat = DataFormat::kChannelsLast;
  DilationNode node;
  node.input = ReadImages(context, 0, kFormat, "the input");
  const Shape& filter = context.shape(1);
  if (filter[2] != node.input.channels) {
    Throw(Code::kShape, "the filter is for ", filter[2], " channels, but the input has ",
          node.input.channels);
  }
  node.window = ReadWindow(context.attrs(), kFormat, filter[0], filter[1], "rates");
  node.output = WindowOutput(node.window, node.input, node.input.channels);
  return node;
}

void InferDilation(InferContext& context) {
  ExpectNumber(context, 0, "the input");
  ExpectOneDType(context, 0, 2);
  context.ExpectRank(1, 3, "the filter");
  const DilationNode node = ReadDilation(context);
  context.set_output(0, context.dtype(0), ImageShape(node.output, DataFormat::kChannelsLast));
}

std::unique_ptr<Kernel> PrepareDilation(const KernelContext& context) {
  const DilationNode node = ReadDilation(context);
  if (node.output.elements() == 0) return MakeKernel([](RunContext&) {});
  const Dilation dilation{.pool = MakePoolingGeometry(node.input, node.window),
                          .dtype = context.dtype(0)};
  return MakeKernel(
      [dilation](RunContext& run) { dilation.Run(run.in(0), run.in(1), run.out(0)); });
}

TFWASM_OP kDilationOp{.name = "Dilation2D",
                      .min_inputs = 2,
                      .max_inputs = 2,
                      .required_attrs = "strides,rates,padding",
                      .infer = InferDilation,
                      .kernel = PrepareDilation};

}  // namespace

TFWASM_GRADIENT kDilationGradient{
    "Dilation2D", [](GradientContext& c) {
      const std::vector<Operand> inputs{c.input(0), c.input(1), c.dy()};
      if (c.wants(0)) {
        c.set(0, c.builder().Emit("_DilationInputGrad", inputs, AttrMap(c.attrs())));
      }
      if (c.wants(1)) {
        c.set(1, c.builder().Emit("_DilationFilterGrad", inputs, AttrMap(c.attrs())));
      }
    }};

}  // namespace tfwasm
