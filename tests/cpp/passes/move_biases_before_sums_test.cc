// SPDX-License-Identifier: Apache-2.0
#include "passes/move_biases_before_sums.h"

#include "passes/pass_test.h"

namespace tfwasm {
namespace {

const TestAttrs kSame = {{"padding", "SAME"}, {"strides", {1, 1, 1, 1}}};
const Tensor kImage = RandomF32({2, 5, 4, 3}, 7);

Edge Conv(TestGraph& test, Edge x) {
  return test.Op("conv", "Conv2D", {x, test.Const(RandomF32({1, 1, 3, 3}))}, kSame);
}

TEST_CASE("move_biases_before_sums adds the bias to the convolution first") {
  TestGraph test;
  const Edge x = test.Input("x");
  const Edge sum = test.Op("sum", "AddN", {x, Conv(test, x)}, {{"N", 2}});
  test.Output("y", test.Op("y", "AddV2", {test.Const(F32({3}, {1, 2, 3})), sum}));
  ExpectRewrite(test, MoveBiasesBeforeSums,
                "conv = Conv2D(x, float32[1,1,3,3]) padding=SAME strides=[1,1,1,1]\n"
                "sum = AddN(x, conv) N=2\n"
                "y = AddV2([1,2,3], sum)\n"
                "-> y: y\n",
                "conv = Conv2D(x, float32[1,1,3,3]) padding=SAME strides=[1,1,1,1]\n"
                "conv/biased = AddV2(conv, "
                "[1,2,3])\n"
                "y = AddN(x, conv/biased) N=2\n"
                "-> y: y\n",
                {kImage});
}

using Builder = void (*)(TestGraph&, Edge x, Edge conv);

TEST_CASE("move_biases_before_sums leaves what is no bias or seen elsewhere") {
  const Builder builders[] = {
      [](TestGraph& g, Edge x, Edge conv) {  // the sum is an output
        const Edge sum = g.Op("sum", "AddV2", {conv, x});
        g.Output("sum", sum);
        g.Output("y", g.Op("y", "AddV2", {sum, g.Const(RandomF32({3}))}));
      },
      [](TestGraph& g, Edge x, Edge conv) {  // the convolution is an output
        g.Output("conv", conv);
        const Edge sum = g.Op("sum", "AddV2", {conv, x});
        g.Output("y", g.Op("y", "AddV2", {sum, g.Const(RandomF32({3}))}));
      },
      [](TestGraph& g, Edge x, Edge conv) {  // a bias per pixel
        const Edge sum = g.Op("sum", "AddV2", {conv, x});
        g.Output("y", g.Op("y", "AddV2", {sum, g.Const(RandomF32({4, 3}))}));
      },
      [](TestGraph& g, Edge x, Edge conv) {  // another residual
        const Edge sum = g.Op("sum", "AddV2", {conv, x});
        g.Output("y", g.Op("y", "AddV2", {sum, x}));
      },
  };
  for (const Builder build : builders) {
    TestGraph test;
    const Edge x = test.Input("x");
    build(test, x, Conv(test, x));
    ExpectUnchanged(test, MoveBiasesBeforeSums);
  }
}

}  // namespace
}  // namespace tfwasm
