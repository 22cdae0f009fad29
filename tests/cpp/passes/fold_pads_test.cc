// SPDX-License-Identifier: Apache-2.0
#include "passes/fold_pads.h"

#include "passes/pass_test.h"

namespace tfwasm {
namespace {

const Tensor kImage = RandomF32({2, 5, 4, 3}, 7);

Tensor Paddings(int32_t top, int32_t bottom, int32_t left, int32_t right, int32_t channels = 0) {
  return I32({4, 2}, {0, 0, top, bottom, left, right, 0, channels});
}

TEST_CASE("fold_pads turns a Pad before convolutions into their padding") {
  TestGraph test;
  const Edge x = test.Input("x");
  const Edge pad = test.Op("pad", "Pad", {x, test.Const(Paddings(0, 1, 2, 3))});
  const Edge conv = test.Op("conv", "Conv2D", {pad, test.Const(RandomF32({3, 3, 3, 4}))},
                            {{"padding", "VALID"}, {"strides", {1, 2, 2, 1}}});
  const Edge depthwise =
      test.Op("depthwise", "DepthwiseConv2dNative", {pad, test.Const(RandomF32({3, 3, 3, 1}))},
              {{"padding", "EXPLICIT"},
               {"explicit_paddings", {0, 0, 1, 0, 0, 1, 0, 0}},
               {"strides", {1, 1, 1, 1}}});
  test.Output("conv", conv);
  test.Output("depthwise", depthwise);
  ExpectRewrite(test, FoldPads,
                "pad = Pad(x, int32[4,2])\n"
                "conv = Conv2D(pad, float32[3,3,3,4]) padding=VALID strides=[1,2,2,1]\n"
                "depthwise = DepthwiseConv2dNative(pad, float32[3,3,3,1]) "
                "explicit_paddings=[0,0,1,0,0,1,0,0] padding=EXPLICIT strides=[1,1,1,1]\n"
                "-> conv: conv\n-> depthwise: depthwise\n",
                "conv = Conv2D(x, float32[3,3,3,4]) explicit_paddings=[0,0,0,1,2,3,0,0] "
                "padding=EXPLICIT strides=[1,2,2,1]\n"
                "depthwise = DepthwiseConv2dNative(x, float32[3,3,3,1]) "
                "explicit_paddings=[0,0,1,1,2,4,0,0] padding=EXPLICIT strides=[1,1,1,1]\n"
                "-> conv: conv\n-> depthwise: depthwise\n",
                {kImage});
}

TEST_CASE("fold_pads leaves the Pad to others that read it") {
  TestGraph test;
  const Edge x = test.Input("x");
  const Edge pad = test.Op("pad", "PadV2", {x, test.Const(Paddings(1, 1, 1, 1)), test.Const(0.0f)});
  test.Output("conv", test.Op("conv", "Conv2D", {pad, test.Const(RandomF32({3, 3, 3, 4}))},
                              {{"padding", "VALID"}, {"strides", {1, 1, 1, 1}}}));
  test.Output("pad", pad);
  Graph graph = test.graph;
  CHECK(FoldPads(graph));
  CHECK(graph.node(graph.Find("conv")).inputs[0] == x);
  ExpectSameOutputs(test.graph, graph, {kImage});
}

struct Case {
  std::string_view what;
  std::string_view pad = "Pad";
  Tensor paddings = Paddings(1, 1, 1, 1);
  float value = 0;
  std::string_view padding = "VALID";
  std::string_view data_format = "NHWC";
};

TEST_CASE("fold_pads leaves paddings that a convolution cannot have") {
  const Case cases[] = {
      {.what = "the convolution pads by the size of its input", .padding = "SAME"},
      {.what = "channels are added", .paddings = Paddings(1, 1, 1, 1, 2)},
      {.what = "not with zeros", .pad = "PadV2", .value = 1},
      {.what = "with what is there", .pad = "MirrorPad"},
      {.what = "other axes", .data_format = "NCHW"},
      {.what = "negative", .paddings = Paddings(1, -1, 1, 1)},
      {.what = "absurd", .paddings = Paddings(1, 2000000000, 1, 1)},
      {.what = "another rank", .paddings = I32({3, 2}, {0, 0, 1, 1, 1, 1})},
  };
  for (const Case& c : cases) {
    CAPTURE(c.what);
    TestGraph test;
    std::vector<Edge> inputs = {test.Input("x"), test.Const(c.paddings)};
    if (c.pad == "PadV2") inputs.push_back(test.Const(c.value));
    const Edge pad = test.Op("pad", c.pad, inputs);
    test.Output("y", test.Op("conv", "Conv2D", {pad, test.Const(RandomF32({3, 3, 3, 4}))},
                             {{"padding", std::string(c.padding).c_str()},
                              {"strides", {1, 1, 1, 1}},
                              {"data_format", std::string(c.data_format).c_str()}}));
    ExpectUnchanged(test, FoldPads);
  }
}

}  // namespace
}  // namespace tfwasm
