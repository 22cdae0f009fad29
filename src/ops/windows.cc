// SPDX-License-Identifier: Apache-2.0
#include "ops/windows.h"

#include "kernels/strided_copy.h"

namespace tfwasm {

namespace {

// Sums of a few such numbers fit in 32 bits, in which XNNPACK computes on wasm32.
constexpr int64_t kLargestExtent = 1 << 24;
// Limits the dimensions of empty tensors.
constexpr int64_t kLargestDim = int64_t{1} << 32;

// The positions of batch, height, width and channels in a shape or attribute.
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

// The positions of the spatial axes and of the channels in a shape or list attribute.
size_t FirstSpatial(DataFormat format) { return format == DataFormat::kChannelsLast ? 1 : 2; }
size_t ChannelAxis(DataFormat format, size_t spatial) {
  return format == DataFormat::kChannelsLast ? spatial + 1 : 1;
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

void CheckDims(const Shape& shape) {
  for (const int64_t dim : shape) {
    if (dim > kLargestDim) Throw(Code::kLimit, "the dimension ", dim, " is too large");
  }
}

ImageDims ReadImages(const OpContext& context, int i, DataFormat format, std::string_view what) {
  context.ExpectRank(i, 4, what);
  CheckDims(context.shape(i));
  const auto dims = context.shape(i).dims();
  const AxisOrder order = OrderOf(format);
  return {dims[order.batch], dims[order.height], dims[order.width], dims[order.channels]};
}

Shape ImageShape(const ImageDims& dims, DataFormat format) {
  if (format == DataFormat::kChannelsLast) {
    return {dims.batch, dims.height, dims.width, dims.channels};
  }
  return {dims.batch, dims.channels, dims.height, dims.width};
}

std::vector<int64_t> ReadSpatial(const AttrMap& attrs, std::string_view name, DataFormat format,
                                 size_t count) {
  const std::vector<int64_t> values = attrs.Ints(name, std::vector<int64_t>(count + 2, 1));
  CheckList(values, count + 2, 1, name);
  const int64_t channels = values[ChannelAxis(format, count)];
  if (values[0] != 1 || channels != 1) {
    Throw(Code::kAttr, "'", name, "' must be 1 for batch and channels, got ", values[0], " and ",
          channels);
  }
  const auto first = values.begin() + static_cast<std::ptrdiff_t>(FirstSpatial(format));
  return {first, first + static_cast<std::ptrdiff_t>(count)};
}

int64_t ReadStep(const AttrMap& attrs, std::string_view name) {
  const std::vector<int64_t> value{attrs.Int(name, 1)};
  CheckList(value, 1, 1, name);
  return value[0];
}

void ReadPadding(const AttrMap& attrs, DataFormat format, std::span<WindowAxis> axes) {
  const std::string padding = attrs.LowerString("padding", "");
  if (padding == "valid") return;
  if (padding == "same") {
    for (WindowAxis& axis : axes) axis.padding = Padding::kSame;
    return;
  }
  if (padding != "explicit") {
    Throw(Code::kAttr, "'padding' must be SAME, VALID or EXPLICIT, got '", padding, "'");
  }
  const std::vector<int64_t> pads = attrs.Ints("explicit_paddings");
  CheckList(pads, 2 * axes.size() + 4, 0, "explicit_paddings");
  for (size_t i = 0; i < axes.size(); ++i) {
    const size_t place = 2 * (FirstSpatial(format) + i);
    axes[i].padding = Padding::kExplicit;
    axes[i].before = pads[place];
    axes[i].after = pads[place + 1];
  }
  for (const size_t axis : {size_t{0}, ChannelAxis(format, axes.size())}) {
    if (pads[2 * axis] == 0 && pads[2 * axis + 1] == 0) continue;
    Throw(Code::kAttr, "'explicit_paddings' must be 0 for batch and channels");
  }
}

void CheckWindow(const WindowAxis& axis) {
  if (axis.size < 1) Throw(Code::kShape, "a window must not be empty");
  if (axis.size > kLargestExtent || axis.extent() > kLargestExtent) {
    Throw(Code::kLimit, "a window of ", axis.size, " elements dilated by ", axis.dilation,
          " is too large");
  }
}

std::vector<WindowAxis> ReadWindowAxes(const AttrMap& attrs, DataFormat format,
                                       const std::vector<int64_t>& sizes,
                                       std::string_view dilations) {
  const size_t count = sizes.size();
  const std::vector<int64_t> strides = ReadSpatial(attrs, "strides", format, count);
  std::vector<int64_t> steps(count, 1);
  if (!dilations.empty()) steps = ReadSpatial(attrs, dilations, format, count);
  std::vector<WindowAxis> axes(count);
  for (size_t i = 0; i < count; ++i) {
    axes[i] = {.size = sizes[i], .stride = strides[i], .dilation = steps[i]};
    CheckWindow(axes[i]);
  }
  ReadPadding(attrs, format, axes);
  return axes;
}

Window2d ReadWindow(const AttrMap& attrs, DataFormat format, int64_t height, int64_t width,
                    std::string_view dilations) {
  const auto axes = ReadWindowAxes(attrs, format, {height, width}, dilations);
  return {.height = axes[0], .width = axes[1]};
}

ImageDims WindowOutput(const Window2d& window, const ImageDims& input, int64_t channels) {
  ImageDims output;
  output.batch = input.batch;
  output.height = ResolveAxis(window.height, input.height).output;
  output.width = ResolveAxis(window.width, input.width).output;
  output.channels = channels;
  // NumElements() checks for overflow.
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
