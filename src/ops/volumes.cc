// SPDX-License-Identifier: Apache-2.0
#include "ops/volumes.h"

namespace tfwasm {

ImageDims VolumeDims::Planes() const {
  ImageDims planes = plane;
  planes.batch = batch * depth;
  return planes;
}

ImageDims VolumeDims::Stacked() const {
  return {.batch = batch,
          .height = depth * plane.height,
          .width = plane.width,
          .channels = plane.channels};
}

DataFormat ReadVolumeFormat(const AttrMap& attrs) {
  const std::string format = attrs.LowerString("data_format", "ndhwc");
  // TensorFlow.js uses the names of image formats for volumes; TensorFlow's kernels accept them.
  if (format == "ndhwc" || format == "nhwc") return DataFormat::kChannelsLast;
  if (format == "ncdhw") return DataFormat::kChannelsFirst;
  Throw(Code::kAttr, "'data_format' must be NDHWC or NCDHW, got '", format, "'");
}

VolumeDims ReadVolumes(const OpContext& context, int i, DataFormat format, std::string_view what) {
  context.ExpectRank(i, 5, what);
  const Shape& shape = context.shape(i);
  CheckDims(shape);
  const int first = format == DataFormat::kChannelsLast ? 1 : 2;
  const int channels = format == DataFormat::kChannelsLast ? 4 : 1;
  VolumeDims dims{.batch = shape[0], .depth = shape[first]};
  dims.plane = {.batch = 1,
                .height = shape[first + 1],
                .width = shape[first + 2],
                .channels = shape[channels]};
  return dims;
}

Shape VolumeShape(const VolumeDims& dims, DataFormat format) {
  const ImageDims& plane = dims.plane;
  if (format == DataFormat::kChannelsLast) {
    return {dims.batch, dims.depth, plane.height, plane.width, plane.channels};
  }
  return {dims.batch, plane.channels, dims.depth, plane.height, plane.width};
}

Window3d ReadWindow3d(const AttrMap& attrs, DataFormat format, const std::vector<int64_t>& sizes,
                      std::string_view dilations) {
  const auto axes = ReadWindowAxes(attrs, format, sizes, dilations);
  return {.depth = axes[0], .plane = {.height = axes[1], .width = axes[2]}};
}

VolumeDims WindowOutput3d(const Window3d& window, const VolumeDims& input, int64_t channels) {
  VolumeDims output{.batch = input.batch, .depth = ResolveAxis(window.depth, input.depth).output};
  output.plane.batch = 1;
  output.plane.height = ResolveAxis(window.plane.height, input.plane.height).output;
  output.plane.width = ResolveAxis(window.plane.width, input.plane.width).output;
  output.plane.channels = channels;
  // NumElements() checks for overflow.
  if (VolumeShape(output, DataFormat::kChannelsLast).NumElements() == 0) return output;
  if (VolumeShape(input, DataFormat::kChannelsLast).NumElements() == 0) {
    Throw(Code::kShape, "the input must not be empty, got ",
          VolumeShape(input, DataFormat::kChannelsLast), " (NDHWC)");
  }
  WindowOutput(window.plane, input.plane, channels);
  return output;
}

std::unique_ptr<Kernel> WithVolumeLayout(const ImageLayout& layout, const VolumeDims& input,
                                         const VolumeDims& output, std::unique_ptr<Kernel> kernel) {
  if (layout.format == DataFormat::kChannelsLast) return kernel;
  return WithLayout(layout, input.Stacked(), output.Stacked(), std::move(kernel));
}

}  // namespace tfwasm
