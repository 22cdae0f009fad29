// SPDX-License-Identifier: Apache-2.0
// Turns convolutions of volumes into convolutions of images: the planes that one window reads
// become channels of one image, and so do those of the filter.
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
  // For each slot of each image a plane; negative: zeros.
  std::vector<int64_t> planes;

  int64_t images() const { return static_cast<int64_t>(planes.size()) / slots; }
  int64_t plane_elements() const { return pixels * channels; }
  int64_t image_elements() const { return pixels * channels * slots; }
  // Whether the images are the volumes as they are.
  bool IsIdentity() const;

  // Makes `count` images beginning with `first`.
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

// Throws E_LIMIT when as many images of as many planes of `volumes` (NDHWC) each are too large.
void CheckStack(const Shape& volumes, int64_t planes, int64_t images);

// How many images to make and convolve at a time.
int64_t ImagesAtATime(const StackedPlanes& stack);

}  // namespace tfwasm
