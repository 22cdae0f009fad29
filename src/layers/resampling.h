// SPDX-License-Identifier: Apache-2.0
// Resizes images, with the centers of pixels at halves, as TensorFlow 2 does.
#pragma once

#include <string>
#include <string_view>

#include "layers/config.h"
#include "ops/builder.h"

namespace tfwasm {

// The key "interpolation".
std::string ReadInterpolation(LayerConfig& config, std::string_view fallback = "bilinear");

// Float32 images with channels last, in another size. With `antialias`, an image that gets smaller
// is smoothed; nearest and area take no notice of it. Throws E_SHAPE if there are no pixels.
Operand ResizeImages(const Operand& x, int64_t height, int64_t width, std::string_view method,
                     bool antialias = false);

// The largest part in the middle with the ratio of height to width, resized.
Operand CropAndResizeImages(const Operand& x, int64_t height, int64_t width,
                            std::string_view method, bool antialias = false);

}  // namespace tfwasm
