// SPDX-License-Identifier: Apache-2.0
// The attributes that convolutions and poolings share: layout, strides, dilations, padding.
#pragma once

#include "kernels/conv_geometry.h"
#include "ops/op.h"

namespace tfwasm {

enum class DataFormat { kChannelsLast, kChannelsFirst };

// The dimensions of a batch of images, whatever their layout.
struct ImageDims {
  int64_t batch = 0;
  int64_t height = 0;
  int64_t width = 0;
  int64_t channels = 0;

  // A size that has been checked, or 0.
  int64_t elements() const {
    const bool is_empty = batch == 0 || height == 0 || width == 0 || channels == 0;
    return is_empty ? 0 : batch * height * width * channels;
  }
};

struct HeightWidth {
  int64_t height = 1;
  int64_t width = 1;
};

// The attribute "data_format". Throws E_ATTR unless it is NHWC, NCHW or absent.
DataFormat ReadDataFormat(const AttrMap& attrs);

// Input `i` as images. Throws E_SHAPE unless it has rank 4, E_LIMIT for absurd dimensions.
ImageDims ReadImages(const OpContext& context, int i, DataFormat format, std::string_view what);
Shape ImageShape(const ImageDims& dims, DataFormat format);

// A list attribute of four positive numbers, of which those for batch and channels must be 1;
// ones when it is absent. Throws E_ATTR.
HeightWidth ReadHeightWidth(const AttrMap& attrs, std::string_view name, DataFormat format);

// A window of this size with the strides, padding and, where wanted, dilations of the node.
Window2d ReadWindow(const AttrMap& attrs, DataFormat format, HeightWidth size, bool dilated);

// The output of this window over `input`, with `channels` channels. Throws E_SHAPE or E_LIMIT.
ImageDims WindowOutput(const Window2d& window, const ImageDims& input, int64_t channels);

// How a kernel's images are laid out, and which of its inputs they are.
struct ImageLayout {
  DataFormat format = DataFormat::kChannelsLast;
  int num_inputs = 1;
  int image_input = 0;
  DType dtype = DType::kFloat32;
};

// For a kernel that expects images in NHWC layout: transposes them and output 0, of these
// dimensions, when the format is kChannelsFirst.
std::unique_ptr<Kernel> WithLayout(const ImageLayout& layout, const ImageDims& input,
                                   const ImageDims& output, std::unique_ptr<Kernel> kernel);

}  // namespace tfwasm
