// SPDX-License-Identifier: Apache-2.0
#include "ops/windows.h"

#include "kernels/strided_copy.h"

namespace tfwasm {

namespace {

// Sums of a few such numbers fit in 32 bits, which XNNPACK computes with on wasm32.
constexpr int64_t kLargestExtent = 1 << 24;
// An empty tensor's other dimensions could be anything.
constexpr int64_t kLargestDim = int64_t{1} << 32;

// Where batch, height, width and channels are in a shape or attribute.
struct AxisOrder {
  size_t batch, height, width, channels;
};

AxisOrder OrderOf(DataFormat format) {
  if (format == DataFormat::kChannelsLast) return {0, 1, 2, 3};
  return {0, 2, 3, 1};
}

void CheckList(const std::vector<int64_t>& values, size_t size, int64_t least,
               std::string_view name) {
  if (values.size() != size) {
    Throw(Code::kAttr, "'", name, "' must list ", size, " numbers, got ", values.size());
  }
  for (const int64_t value : values) {
    if (value >= least && value <= kLargestExtent) continue;
    Throw(Code::kAttr, "'", name, "' must list numbers from ", least, " to ", kLargestExtent,
          ", got ", value);
  }
}

void ReadPadding(const AttrMap& attrs, DataFormat format, Window2d& window) {
  const std::string padding = attrs.LowerString("padding", "");
  if (padding == "valid") return;
  if (padding == "same") {
    window.height.padding = window.width.padding = Padding::kSame;
    return;
  }
  if (padding != "explicit") {
    Throw(Code::kAttr, "'padding' must be SAME, VALID or EXPLICIT, got '", padding, "'");
  }
  const std::vector<int64_t> pads = attrs.Ints("explicit_paddings");
  CheckList(pads, 8, 0, "explicit_paddings");
  const AxisOrder order = OrderOf(format);
  const auto set = [&](size_t axis, WindowAxis& window_axis) {
    window_axis.padding = Padding::kExplicit;
    window_axis.before = pads[2 * axis];
    window_axis.after = pads[2 * axis + 1];
  };
  set(order.height, window.height);
  set(order.width, window.width);
  for (const size_t axis : {order.batch, order.channels}) {
    if (pads[2 * axis] == 0 && pads[2 * axis + 1] == 0) continue;
    Throw(Code::kAttr, "'explicit_paddings' must be 0 for batch and channels");
  }
}

// Copies between [batch, pixels, channels] and [batch, channels, pixels].
StridedCopy LayoutCopy(const ImageDims& dims, DType dtype, bool to_channels_last) {
  const int64_t pixels = dims.height * dims.width;
  StridedCopy copy;
  copy.shape = {dims.batch, pixels, dims.channels};
  copy.dtype = dtype;
  copy.in_strides = RowMajorStrides(copy.shape);
  copy.out_strides = {pixels * dims.channels, 1, pixels};
  if (to_channels_last) std::swap(copy.in_strides, copy.out_strides);
  return copy;
}

class TransposingKernel : public Kernel {
 public:
  TransposingKernel(const ImageLayout& layout, const ImageDims& input, const ImageDims& output,
                    std::unique_ptr<Kernel> kernel)
      : layout_(layout),
        input_(LayoutCopy(input, layout.dtype, true)),
        output_(LayoutCopy(output, layout.dtype, false)),
        kernel_(std::move(kernel)) {}

  void Run(RunContext& context) override {
    Tensor input(layout_.dtype, input_.shape);
    Tensor output(layout_.dtype, output_.shape);
    input_.Run(context.in(layout_.image_input), input.mutable_data());
    std::vector<void*> inputs;
    for (int i = 0; i < layout_.num_inputs; ++i) {
      inputs.push_back(i == layout_.image_input ? input.mutable_data()
                                                : const_cast<void*>(context.in(i)));
    }
    void* outputs[] = {output.mutable_data()};
    RunContext inner(inputs.data(), outputs);
    kernel_->Run(inner);
    output_.Run(output.data(), context.out(0));
  }

 private:
  ImageLayout layout_;
  StridedCopy input_;
  StridedCopy output_;
  std::unique_ptr<Kernel> kernel_;
};

}  // namespace

DataFormat ReadDataFormat(const AttrMap& attrs) {
  const std::string format = attrs.LowerString("data_format", "nhwc");
  if (format == "nhwc") return DataFormat::kChannelsLast;
  if (format == "nchw") return DataFormat::kChannelsFirst;
  Throw(Code::kAttr, "'data_format' must be NHWC or NCHW, got '", format, "'");
}

ImageDims ReadImages(const OpContext& context, int i, DataFormat format, std::string_view what) {
  context.ExpectRank(i, 4, what);
  const auto dims = context.shape(i).dims();
  for (const int64_t dim : dims) {
    if (dim > kLargestDim) Throw(Code::kLimit, "the dimension ", dim, " is too large");
  }
  const AxisOrder order = OrderOf(format);
  return {dims[order.batch], dims[order.height], dims[order.width], dims[order.channels]};
}

Shape ImageShape(const ImageDims& dims, DataFormat format) {
  if (format == DataFormat::kChannelsLast) {
    return {dims.batch, dims.height, dims.width, dims.channels};
  }
  return {dims.batch, dims.channels, dims.height, dims.width};
}

HeightWidth ReadHeightWidth(const AttrMap& attrs, std::string_view name, DataFormat format) {
  const std::vector<int64_t> values = attrs.Ints(name, {1, 1, 1, 1});
  CheckList(values, 4, 1, name);
  const AxisOrder order = OrderOf(format);
  if (values[order.batch] != 1 || values[order.channels] != 1) {
    Throw(Code::kAttr, "'", name, "' must be 1 for batch and channels, got ", values[order.batch],
          " and ", values[order.channels]);
  }
  return {values[order.height], values[order.width]};
}

Window2d ReadWindow(const AttrMap& attrs, DataFormat format, HeightWidth size, bool dilated) {
  const HeightWidth strides = ReadHeightWidth(attrs, "strides", format);
  const HeightWidth dilations =
      dilated ? ReadHeightWidth(attrs, "dilations", format) : HeightWidth();
  Window2d window;
  window.height = {.size = size.height, .stride = strides.height, .dilation = dilations.height};
  window.width = {.size = size.width, .stride = strides.width, .dilation = dilations.width};
  ReadPadding(attrs, format, window);
  for (const WindowAxis* axis : {&window.height, &window.width}) {
    if (axis->size < 1) Throw(Code::kShape, "a window must not be empty");
    if (axis->size > kLargestExtent || axis->extent() > kLargestExtent) {
      Throw(Code::kLimit, "a window of ", axis->size, " elements dilated by ", axis->dilation,
            " is too large");
    }
  }
  return window;
}

ImageDims WindowOutput(const Window2d& window, const ImageDims& input, int64_t channels) {
  ImageDims output;
  output.batch = input.batch;
  output.height = ResolveAxis(window.height, input.height).output;
  output.width = ResolveAxis(window.width, input.width).output;
  output.channels = channels;
  // Computed with a check for overflow.
  const int64_t elements = ImageShape(output, DataFormat::kChannelsLast).NumElements();
  if (elements == 0) return output;
  if (input.elements() == 0) {
    Throw(Code::kShape, "the input must not be empty, got ",
          ImageShape(input, DataFormat::kChannelsLast), " (NHWC)");
  }
  if (std::max(input.height, input.width) > kLargestExtent) {
    Throw(Code::kLimit, "an image of ", input.height, "x", input.width, " is too large");
  }
  CheckIndirectionSize(window, output.height, output.width);
  return output;
}

std::unique_ptr<Kernel> WithLayout(const ImageLayout& layout, const ImageDims& input,
                                   const ImageDims& output, std::unique_ptr<Kernel> kernel) {
  if (layout.format == DataFormat::kChannelsLast) return kernel;
  return std::make_unique<TransposingKernel>(layout, input, output, std::move(kernel));
}

}  // namespace tfwasm
