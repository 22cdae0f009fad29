// SPDX-License-Identifier: Apache-2.0
// Turns 3D convolutions into 2D ones: the planes that one window reads become channels of one
// image, in the input and in the filter.
#pragma once

#include <cstdint>
#include <vector>

#include "core/tensor.h"

namespace tfwasm {

// Which planes of float32 volumes to put side by side.
struct StackedPlanes {
  int64_t pixels = 0;    // of a plane
  int64_t channels = 0;  // of a pixel
  int64_t slots = 1;     // planes per image
  // The plane for each slot of each image; negative for zeros.
  std::vector<int64_t> planes;

  int64_t images() const { return static_cast<int64_t>(planes.size()) / slots; }
  int64_t plane_elements() const { return pixels * channels; }
  int64_t image_elements() const { return pixels * channels * slots; }
  // Whether the images are the volumes themselves.
  bool IsIdentity() const;

  // Writes `count` images, from image `first` on.
  void Run(const float* volumes, int64_t first, int64_t count, float* images) const;
};

// Which planes of a filter to put side by side: first, first + step, ...
struct FilterPlanes {
  int64_t first = 0;
  int64_t step = 1;
  int64_t count = 1;
};

// From a filter [depth, outer, inner] to [outer, planes.count, inner].
Tensor StackFilter(const float* filter, int64_t outer, int64_t inner, const FilterPlanes& planes);

// Throws E_LIMIT if `images` images of `planes` planes of `volumes` (NDHWC) are too large.
void CheckStack(const Shape& volumes, int64_t planes, int64_t images);

// The number of images to build and convolve at a time.
int64_t ImagesAtATime(const StackedPlanes& stack);

}  // namespace tfwasm
