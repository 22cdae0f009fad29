// SPDX-License-Identifier: Apache-2.0
#include "autodiff/gradient_cases.h"

namespace tfwasm {

namespace {

struct Windows {
  std::string padding = "VALID";
  int stride = 1;
  int dilation = 1;
};

const std::vector<Windows> kWindows = {{"VALID", 1, 1},   {"SAME", 1, 1}, {"SAME", 2, 1},
                                       {"VALID", 2, 1},   {"SAME", 1, 2}, {"EXPLICIT", 1, 1},
                                       {"EXPLICIT", 2, 1}};

// Attributes of ops on images (spatial = 2) or volumes (3).
TestAttrs AttrsOf(const Windows& windows, int spatial, bool channels_first) {
  const auto list = [&](int value) {
    std::vector<int64_t> values(static_cast<size_t>(spatial + 2), value);
    values[0] = 1;
    values[channels_first ? 1 : values.size() - 1] = 1;
    return values;
  };
  TestAttrs attrs{{"padding", windows.padding.c_str()},
                  {"strides", list(windows.stride)},
                  {"dilations", list(windows.dilation)}};
  const char* image = channels_first ? "NCHW" : "NHWC";
  const char* volume = channels_first ? "NCDHW" : "NDHWC";
  attrs.emplace_back("data_format", spatial == 2 ? image : volume);
  if (windows.padding == "EXPLICIT") {
    std::vector<int64_t> pads(static_cast<size_t>(2 * spatial + 4), 0);
    const size_t first = channels_first ? 4 : 2;
    pads[first] = 1;
    pads[first + 3] = 1;
    attrs.emplace_back("explicit_paddings", pads);
  }
  return attrs;
}

Shape Layout(const Shape& channels_last, bool channels_first) {
  if (!channels_first) return channels_last;
  Shape shape{channels_last[0], channels_last[channels_last.rank() - 1]};
  for (int axis = 1; axis < channels_last.rank() - 1; ++axis) shape.Append(channels_last[axis]);
  return shape;
}

// The shape of the result of an op, to make a gradient or an input of a transposed convolution.
Shape ResultShape(std::string_view op, const TestAttrs& attrs, const std::vector<Tensor>& inputs) {
  return RunOpOnce(op, attrs, inputs)[0].shape();
}

// The gradient ops, whose images are channels-last in any format.
void AddSecondOrder(GradientCases& cases, const TestAttrs& attrs, bool channels_first) {
  const Shape shape{2, 5, 6, 4};
  const auto with = [&](std::string_view name, const Shape& value) {
    TestAttrs more = attrs;
    more.emplace_back(name, value);
    return more;
  };
  // The shape of dy, channels-last.
  const auto gradient_of = [&](std::string_view op, const Shape& filter) {
    const Shape y = ResultShape(op, attrs, {Random(Layout(shape, channels_first)), Random(filter)});
    return channels_first ? Shape{y[0], y[2], y[3], y[1]} : y;
  };
  const Shape filter{3, 2, 4, 3};
  cases.push_back(CaseOf("_ConvFilterGrad", with("filter_shape", filter),
                         {Random(shape), Random(gradient_of("Conv2D", filter))}));
  const Shape depthwise{3, 2, 4, 2};
  const Shape dy = gradient_of("DepthwiseConv2dNative", depthwise);
  cases.push_back(
      CaseOf("_DepthwiseFilterGrad", with("filter_shape", depthwise), {Random(shape), Random(dy)}));
  cases.push_back(
      CaseOf("_DepthwiseInputGrad", with("input_shape", shape), {Random(depthwise), Random(dy)}));
}

void AddImageConvolutions(GradientCases& cases, const Windows& windows, bool channels_first) {
  const TestAttrs attrs = AttrsOf(windows, 2, channels_first);
  const Shape shape = Layout({2, 5, 6, 4}, channels_first);
  for (const Shape& filter : {Shape{3, 2, 4, 3}, Shape{3, 2, 2, 4}, Shape{1, 1, 4, 2}}) {
    const std::vector<Tensor> inputs{Random(shape), Random(filter)};
    cases.push_back(CaseOf("Conv2D", attrs, inputs));
    if (windows.dilation > 1 && filter[0] == 1) continue;
    Tensor sizes(DType::kInt32, {4});
    for (int axis = 0; axis < 4; ++axis) {
      sizes.mutable_values<int32_t>()[static_cast<size_t>(axis)] =
          static_cast<int32_t>(shape[axis]);
    }
    const Shape result = ResultShape("Conv2D", attrs, inputs);
    cases.push_back(CaseOf("Conv2DBackpropInput", attrs, {sizes, Random(filter), Random(result)}));
  }
  // A window of one pixel has explicit padding that is larger than it.
  for (const Shape& filter : {Shape{3, 2, 4, 1}, Shape{3, 2, 4, 2}, Shape{1, 1, 4, 1}}) {
    cases.push_back(CaseOf("DepthwiseConv2dNative", attrs, {Random(shape), Random(filter)}));
  }
  AddSecondOrder(cases, attrs, channels_first);
}

void AddVolumeConvolutions(GradientCases& cases, const Windows& windows, bool channels_first) {
  const TestAttrs attrs = AttrsOf(windows, 3, channels_first);
  const Shape shape = Layout({2, 3, 4, 5, 2}, channels_first);
  const std::vector<Tensor> inputs{Random(shape), Random({2, 2, 3, 2, 3})};
  cases.push_back(CaseOf("Conv3D", attrs, inputs));
  Tensor sizes(DType::kInt32, {5});
  for (int axis = 0; axis < 5; ++axis) {
    sizes.mutable_values<int32_t>()[static_cast<size_t>(axis)] = static_cast<int32_t>(shape[axis]);
  }
  cases.push_back(CaseOf("Conv3DBackpropInputV2", attrs,
                         {sizes, inputs[1], Random(ResultShape("Conv3D", attrs, inputs))}));
}

// Keeps sums of a few products away from the kinks of activation functions, at 0 and 6.
Tensor LargeBias(int64_t size) {
  Tensor bias = Random({size}, 2.5f, 3.5f);
  const auto values = bias.mutable_values<float>();
  for (size_t i = 1; i < values.size(); i += 2) values[i] = -values[i];
  return bias;
}

// Filters that do not fit into the image.
void AddEmptyResults(GradientCases& cases) {
  const TestAttrs attrs = AttrsOf({}, 2, false);
  cases.push_back(CaseOf("Conv2D", attrs, {Random({1, 2, 4, 1}), Random({3, 2, 1, 2})}));
  cases.push_back(
      CaseOf("DepthwiseConv2dNative", attrs, {Random({1, 2, 4, 1}), Random({3, 2, 1, 2})}));
  cases.push_back(
      CaseOf("Conv3D", AttrsOf({}, 3, false), {Random({1, 1, 2, 2, 1}), Random({2, 1, 1, 1, 1})}));
}

// In x, which must move together with y, and in dy or what is taken.
void AddPoolGradients(GradientCases& cases, const std::string& pool, const TestAttrs& attrs,
                      const Tensor& x) {
  const Tensor dy = Random(ResultShape(pool, attrs, {x}));
  for (const std::string op : {"_MaxPoolGrad", "_MaxPoolTake"}) {
    const auto apply = [op, pool, attrs = AttrsOf(attrs)](const std::vector<Operand>& in) {
      const Operand y = in[0].builder().Emit(pool, {in[0]}, AttrMap(attrs));
      return in[0].builder().Emit(op, {in[0], y, in[1]}, AttrMap(attrs));
    };
    cases.push_back({op, apply, {x, op == "_MaxPoolGrad" ? dy : Random(x.shape())}});
  }
}

void AddPoolings(GradientCases& cases, const Windows& windows, bool channels_first) {
  if (windows.dilation > 1) return;
  const GradientCheck check{.step = 1e-2, .tolerance = 5e-3};
  for (const int spatial : {2, 3}) {
    TestAttrs attrs = AttrsOf(windows, spatial, channels_first);
    std::vector<int64_t> size(static_cast<size_t>(spatial + 2), 2);
    size[0] = 1;
    size[channels_first ? 1 : size.size() - 1] = 1;
    attrs.emplace_back("ksize", size);
    const Shape shape =
        Layout(spatial == 2 ? Shape{2, 5, 4, 3} : Shape{2, 3, 4, 3, 2}, channels_first);
    const std::string suffix = spatial == 3 ? "3D" : "";
    cases.push_back(CaseOf("MaxPool" + suffix, attrs, {Distinct(shape)}, 0, check));
    if (!channels_first) AddPoolGradients(cases, "MaxPool" + suffix, attrs, Distinct(shape));
    // Windows side by side, and channels that fill no block.
    if (spatial == 2) {
      const Shape tiles = Layout({1, 4, 2, 23}, channels_first);
      cases.push_back(CaseOf("MaxPool", attrs, {Distinct(tiles)}, 0, check));
    }
    cases.push_back(CaseOf("AvgPool" + suffix, attrs, {Random(shape)}));
    if (!channels_first) {
      TestAttrs with_shape = attrs;
      with_shape.emplace_back("input_shape", shape);
      const Shape result = ResultShape("AvgPool" + suffix, attrs, {Random(shape)});
      cases.push_back(CaseOf("_AvgPoolGrad", with_shape, {Random(result)}));
    }
    if (spatial == 3 || channels_first) continue;
    for (const bool counts_batch : {false, true}) {
      TestAttrs argmax = attrs;
      argmax.emplace_back("include_batch_in_index", counts_batch);
      cases.push_back(CaseOf("MaxPoolWithArgmax", argmax, {Distinct(shape)}, 0, check));
    }
  }
}

}  // namespace

GradientCases ConvolutionCases() {
  GradientCases cases;
  AddEmptyResults(cases);
  for (const Windows& windows : kWindows) {
    for (const bool channels_first : {false, true}) {
      AddImageConvolutions(cases, windows, channels_first);
      AddVolumeConvolutions(cases, windows, channels_first);
      AddPoolings(cases, windows, channels_first);
    }
  }
  for (const char* format : {"NWC", "NCW"}) {
    const Shape shape = format == std::string("NWC") ? Shape{2, 6, 3} : Shape{2, 3, 6};
    cases.push_back(CaseOf(
        "Conv1D", {{"padding", "SAME"}, {"stride", 2}, {"dilation", 1}, {"data_format", format}},
        {Random(shape), Random({3, 3, 2})}));
  }
  const TestAttrs attrs{{"padding", "SAME"}, {"strides", {1, 1, 1, 1}}};
  for (const char* activation : {"Relu", "Sigmoid", "LeakyRelu", "Prelu"}) {
    TestAttrs fused = attrs;
    fused.emplace_back("fused_ops", std::vector<std::string>{"BiasAdd", activation});
    const GradientCheck check{.step = 1e-3, .tolerance = 1e-2};
    std::vector<Tensor> inputs{Random({1, 3, 3, 2}), Random({2, 2, 2, 3}, -0.25f, 0.25f),
                               LargeBias(3)};
    if (activation == std::string("Prelu")) inputs.push_back(Random({3}));
    cases.push_back(CaseOf("_FusedConv2D", fused, inputs, 0, check));
    inputs[1] = Random({2, 2, 2, 1}, -0.25f, 0.25f);
    inputs[2] = LargeBias(2);
    if (inputs.size() > 3) inputs[3] = Random({2});
    cases.push_back(CaseOf("FusedDepthwiseConv2dNative", fused, inputs, 0, check));
  }
  TestAttrs dilation{{"padding", "SAME"}, {"strides", {1, 2, 1, 1}}, {"rates", {1, 1, 1, 1}}};
  const Tensor image = Distinct({2, 4, 4, 2});
  const Tensor filter = Random({2, 3, 2}, -0.01f, 0.01f);
  const GradientCheck small{.step = 1e-3};
  cases.push_back(CaseOf("Dilation2D", dilation, {image, filter}, 0, small));
  const Shape result{2, 2, 4, 2};
  for (const char* op : {"_DilationInputGrad", "_DilationFilterGrad"}) {
    cases.push_back(CaseOf(op, dilation, {image, filter, Random(result)}, 0, small));
  }
  dilation.emplace_back("output_shape", result);
  cases.push_back(CaseOf("_DilationTake", dilation,
                         {image, filter, Random(image.shape()), Random(filter.shape())}, 0, small));
  return cases;
}

GradientCases ImageCases() {
  GradientCases cases;
  for (const std::string_view op : {"ResizeBilinear", "ResizeNearestNeighbor"}) {
    for (const Shape& size : {Shape{7, 5}, Shape{2, 3}, Shape{1, 1}}) {
      for (const int flags : {0, 1, 2}) {
        const TestAttrs attrs{{"align_corners", flags == 1}, {"half_pixel_centers", flags == 2}};
        cases.push_back(CaseOf(op, attrs,
                               {Random({2, 3, 4, 2}), I32({2}, {static_cast<int32_t>(size[0]),
                                                                static_cast<int32_t>(size[1])})}));
      }
    }
  }
  cases.push_back(
      CaseOf("_ResizeBilinearGrad", {{"input_shape", Shape{2, 3, 4, 2}}}, {Random({2, 5, 3, 2})}));
  // The samples lie off the pixels' kinks, one box partly outside of its image.
  for (const char* method : {"bilinear", "nearest"}) {
    const GradientCheck check{.step = 1e-3, .tolerance = 1e-2};
    std::vector<Tensor> inputs{Random({2, 5, 6, 2}),
                               F32({2, 4}, {0.13f, 0.21f, 0.83f, 0.71f, 0.31f, 0.17f, 1.4f, 0.93f}),
                               I32({2}, {1, 0}), I32({2}, {3, 4})};
    cases.push_back(CaseOf("CropAndResize", {{"method", method}}, inputs, 0, check));
    for (const int height : {3, 1}) {
      inputs[3] = Random({2, height, 4, 2});
      for (const char* op : {"_CropAndResizeImageGrad", "_CropAndResizeBoxGrad"}) {
        cases.push_back(CaseOf(op, {{"method", method}}, inputs, 0, check));
      }
    }
  }
  cases.push_back(CaseOf("LRN", {{"depth_radius", 1}, {"alpha", 0.5f}, {"beta", 0.7f}},
                         {Random({1, 2, 2, 5})}));
  cases.push_back(
      CaseOf("FusedBatchNorm", {{"epsilon", 0.01f}},
             {Random({2, 2, 3}), Random({3}), Random({3}), Random({3}), Random({3}, 0.5f, 2)}));
  cases.push_back(
      CaseOf("FusedBatchNorm", {{"data_format", "NCHW"}},
             {Random({2, 3, 2, 2}), Random({3}), Random({3}), Random({3}), Random({3}, 0.5f, 2)}));
  for (const Shape& shape : {Shape{5, 3}, Shape{2, 2, 3, 3}}) {
    for (int output = 0; output < 3; ++output) {
      cases.push_back(CaseOf("_TrainBatchNorm", {{"epsilon", 0.01f}},
                             {Random(shape), Random({3}), Random({3})}, output));
      cases.push_back(CaseOf(
          "_TrainBatchNormGrad", {{"epsilon", 0.01f}},
          {Random(shape), Random(shape), Random({3}), Random({3}), Random({3}, 0.5f, 2)}, output));
    }
  }
  return cases;
}

}  // namespace tfwasm
