// SPDX-License-Identifier: Apache-2.0
// Common attributes of convolutions and poolings: layout, strides, dilations, padding.
#pragma once

#include <span>
#include <vector>

#include "kernels/conv_geometry.h"
#include "ops/op.h"

namespace tfwasm {

enum class DataFormat { kChannelsLast, kChannelsFirst };

// The dimensions of a batch of images in any layout.
struct ImageDims {
  int64_t batch = 0;
  int64_t height = 0;
  int64_t width = 0;
  int64_t channels = 0;

  // The number of elements, checked when the dimensions were read; 0 for empty tensors.
  int64_t elements() const {
    const bool is_empty = batch == 0 || height == 0 || width == 0 || channels == 0;
    return is_empty ? 0 : batch * height * width * channels;
  }
};

// The attribute "data_format". Throws E_ATTR unless it is NHWC, NCHW or absent.
DataFormat ReadDataFormat(const AttrMap& attrs);

// Throws E_LIMIT for unreasonable dimensions, which an empty tensor can have.
void CheckDims(const Shape& shape);

// Input `i` as images. Throws E_SHAPE unless it has rank 4, E_LIMIT for unreasonable dimensions.
ImageDims ReadImages(const OpContext& context, int i, DataFormat format, std::string_view what);
Shape ImageShape(const ImageDims& dims, DataFormat format);

// The `count` spatial numbers of a list attribute; 1 if it is absent. They must be positive, and
// the numbers for batch and channels must be 1. Throws E_ATTR.
std::vector<int64_t> ReadSpatial(const AttrMap& attrs, std::string_view name, DataFormat format,
                                 size_t count);

// A positive integer attribute within the range of strides and dilations. Throws E_ATTR.
int64_t ReadStep(const AttrMap& attrs, std::string_view name);

// Sets the padding of each spatial axis. Throws E_ATTR.
void ReadPadding(const AttrMap& attrs, DataFormat format, std::span<WindowAxis> axes);

// Throws E_SHAPE or E_LIMIT unless the window has a reasonable size.
void CheckWindow(const WindowAxis& axis);

// The windows, with these sizes and the strides, padding and dilations of the node. `dilations`:
// the attribute, if any.
std::vector<WindowAxis> ReadWindowAxes(const AttrMap& attrs, DataFormat format,
                                       const std::vector<int64_t>& sizes,
                                       std::string_view dilations);
Window2d ReadWindow(const AttrMap& attrs, DataFormat format, int64_t height, int64_t width,
                    std::string_view dilations);

// The output of this window on `input`, with `channels` channels. Throws E_SHAPE or E_LIMIT.
ImageDims WindowOutput(const Window2d& window, const ImageDims& input, int64_t channels);

// The layout of a kernel's images, the number of its inputs, and which of them is the image.
struct ImageLayout {
  DataFormat format = DataFormat::kChannelsLast;
  int num_inputs = 1;
  int image_input = 0;
  DType dtype = DType::kFloat32;
};

// Wraps a kernel that expects NHWC images. If the format is kChannelsFirst, transposes its image
// input and output 0, which have these dimensions.
std::unique_ptr<Kernel> WithLayout(const ImageLayout& layout, const ImageDims& input,
                                   const ImageDims& output, std::unique_ptr<Kernel> kernel);

}  // namespace tfwasm
