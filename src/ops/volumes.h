// SPDX-License-Identifier: Apache-2.0
// As windows.h, for convolutions and poolings along three axes.
#pragma once

#include "ops/windows.h"

namespace tfwasm {

// The dimensions of a batch of volumes, whatever their layout.
struct VolumeDims {
  int64_t batch = 0;
  int64_t depth = 0;
  // Of each plane; its batch is 1.
  ImageDims plane;

  // A size that has been checked, or 0.
  int64_t elements() const {
    return batch == 0 || depth == 0 || plane.elements() == 0 ? 0 : Planes().elements();
  }
  // All planes as one batch of images. Not for an empty tensor, whose sizes could overflow.
  ImageDims Planes() const;
  // As images, all planes one above the other; the layout's changes are the same. Not when empty.
  ImageDims Stacked() const;
};

struct Window3d {
  WindowAxis depth;
  Window2d plane;
};

// The attribute "data_format". Throws E_ATTR unless it is NDHWC, NCDHW or absent.
DataFormat ReadVolumeFormat(const AttrMap& attrs);

// Input `i` as volumes. Throws E_SHAPE unless it has rank 5, E_LIMIT for absurd dimensions.
VolumeDims ReadVolumes(const OpContext& context, int i, DataFormat format, std::string_view what);
Shape VolumeShape(const VolumeDims& dims, DataFormat format);

// As ReadWindow; `sizes`: depth, height, width.
Window3d ReadWindow3d(const AttrMap& attrs, DataFormat format, const std::vector<int64_t>& sizes,
                      std::string_view dilations);

// The output of this window over `input`, with `channels` channels. Throws E_SHAPE or E_LIMIT.
VolumeDims WindowOutput3d(const Window3d& window, const VolumeDims& input, int64_t channels);

// As WithLayout.
std::unique_ptr<Kernel> WithVolumeLayout(const ImageLayout& layout, const VolumeDims& input,
                                         const VolumeDims& output, std::unique_ptr<Kernel> kernel);

}  // namespace tfwasm
