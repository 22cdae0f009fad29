// SPDX-License-Identifier: Apache-2.0
// Loops of batch normalization in training, over [rows, channels].
#pragma once

#include <cstdint>

namespace tfwasm {

struct ChannelRows {
  int64_t rows;
  int64_t channels;
};

// Of each channel. NaN if there are no rows.
void ChannelMoments(const float* x, ChannelRows size, float* mean, float* variance);

// Of each channel: the sums of dy and of dy * (x - mean).
void ChannelSums(const float* dy, const float* x, const float* mean, ChannelRows size, float* sums,
                 float* products);

// dx = dy * scale + (x - mean) * factor + term. `dx` may be `dy`.
void CombineChannels(const float* dy, const float* x, ChannelRows size, const float* mean,
                     const float* scales, const float* factors, const float* terms, float* dx);

}  // namespace tfwasm
