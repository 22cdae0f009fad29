// SPDX-License-Identifier: Apache-2.0
// Like windows.h, for 3D convolutions and poolings.
#pragma once

#include "ops/windows.h"

namespace tfwasm {

// The dimensions of a batch of volumes in any layout.
struct VolumeDims {
  int64_t batch = 0;
  int64_t depth = 0;
  // The dimensions of a plane; its batch is 1.
  ImageDims plane;

  // The number of elements, checked when the dimensions were read; 0 for empty tensors.
  int64_t elements() const {
    return batch == 0 || depth == 0 || plane.elements() == 0 ? 0 : Planes().elements();
  }
  // All planes as a batch of images. Only for non-empty tensors, since sizes of empty ones may
  // overflow.
  ImageDims Planes() const;
  // Each volume as one image, with its planes stacked vertically. The layout conversion is the
  // same. Only for non-empty tensors.
  ImageDims Stacked() const;
};

struct Window3d {
  WindowAxis depth;
  Window2d plane;
};

// The attribute "data_format". Throws E_ATTR unless it is NDHWC, NCDHW or absent.
DataFormat ReadVolumeFormat(const AttrMap& attrs);

// Input `i` as volumes. Throws E_SHAPE unless it has rank 5, E_LIMIT for unreasonable dimensions.
VolumeDims ReadVolumes(const OpContext& context, int i, DataFormat format, std::string_view what);
Shape VolumeShape(const VolumeDims& dims, DataFormat format);

// Like ReadWindow. `sizes`: depth, height, width.
Window3d ReadWindow3d(const AttrMap& attrs, DataFormat format, const std::vector<int64_t>& sizes,
                      std::string_view dilations);

// The output of this window on `input`, with `channels` channels. Throws E_SHAPE or E_LIMIT.
VolumeDims WindowOutput3d(const Window3d& window, const VolumeDims& input, int64_t channels);

// Like WithLayout.
std::unique_ptr<Kernel> WithVolumeLayout(const ImageLayout& layout, const VolumeDims& input,
                                         const VolumeDims& output, std::unique_ptr<Kernel> kernel);

}  // namespace tfwasm
