// SPDX-License-Identifier: Apache-2.0
#include "kernels/batch_norm.h"

#include <algorithm>

#include "kernels/scratch.h"
#include "kernels/simd.h"
#include "kernels/thread_pool.h"

namespace tfwasm {

namespace {

// A block of rows stays in the cache between two passes, and has so few rows that their sums are
// exact enough in float32.
constexpr int64_t kBlockElements = 1 << 14;
constexpr int64_t kMostBlockRows = 512;

// Calls fn(T(), c) for vectors T of channels from c on, then for single ones.
template <typename F>
void ForChannels(int64_t channels, const F& fn) {
  int64_t c = 0;
  for (; c + static_cast<int64_t>(kFloatLanes) <= channels; c += kFloatLanes) fn(FloatVector(), c);
  for (; c < channels; ++c) fn(0.0f, c);
}

class Blocks {
 public:
  explicit Blocks(ChannelRows size)
      : size_(size),
        block_rows_(std::clamp(kBlockElements / std::max<int64_t>(size.channels, 1), int64_t{1},
                               kMostBlockRows)),
        count_((size.rows + block_rows_ - 1) / block_rows_) {}

  int64_t count() const { return count_; }
  int64_t rows(int64_t block) const {
    return std::min(block_rows_, size_.rows - block * block_rows_);
  }

  // Calls fn(block, rows, offset of its first element, two results of each channel, which are 0).
  // The blocks do not depend on the number of threads, and neither do the results.
  template <typename F>
  const float* Run(const F& fn) const {
    const int64_t channels = size_.channels;
    auto* results = static_cast<float*>(
        ScratchSpace(static_cast<uint64_t>(2 * count_ * channels) * sizeof(float)));
    ParallelFor(count_, 2.0 * static_cast<double>(block_rows_ * channels),
                [=, this](int64_t begin, int64_t end) {
                  for (int64_t block = begin; block < end; ++block) {
                    float* result = results + 2 * block * channels;
                    std::fill_n(result, 2 * channels, 0.0f);
                    const int64_t start = block * block_rows_ * channels;
                    fn(rows(block), start, result, result + channels);
                  }
                });
    return results;
  }

 private:
  ChannelRows size_;
  int64_t block_rows_;
  int64_t count_;
};

// As ForChannels, for every row: fn(T(), index of the element, c).
template <typename F>
void ForEachChannel(ChannelRows size, const F& fn) {
  const int64_t channels = size.channels;
  ParallelFor(size.rows, static_cast<double>(channels), [=](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      ForChannels(channels, [=](auto zero, int64_t c) { fn(zero, row * channels + c, c); });
    }
  });
}

}  // namespace

// The means of blocks, and sums of squares around them, are combined as by Chan, Golub and LeVeque,
// "Updating formulae and a pairwise algorithm for computing sample variances", 1979.
void ChannelMoments(const float* x, ChannelRows size, float* mean, float* variance) {
  const int64_t channels = size.channels;
  const Blocks blocks(size);
  const float* results = blocks.Run([=](int64_t rows, int64_t start, float* means, float* squares) {
    const float* end = x + start + rows * channels;
    for (const float* row = x + start; row != end; row += channels) {
      ForChannels(channels, [=](auto zero, int64_t c) {
        using T = decltype(zero);
        Store(Load<T>(means + c) + Load<T>(row + c), means + c);
      });
    }
    for (int64_t c = 0; c < channels; ++c) means[c] /= static_cast<float>(rows);
    for (const float* row = x + start; row != end; row += channels) {
      ForChannels(channels, [=](auto zero, int64_t c) {
        using T = decltype(zero);
        const T difference = Load<T>(row + c) - Load<T>(means + c);
        Store(MultiplyAdd(difference, difference, Load<T>(squares + c)), squares + c);
      });
    }
  });
  const auto count = static_cast<double>(size.rows);
  for (int64_t c = 0; c < channels; ++c) {
    double sum = 0;
    for (int64_t block = 0; block < blocks.count(); ++block) {
      sum += static_cast<double>(blocks.rows(block)) * results[2 * block * channels + c];
    }
    const double center = sum / count;
    double squares = 0;
    for (int64_t block = 0; block < blocks.count(); ++block) {
      const float* result = results + 2 * block * channels + c;
      const double difference = result[0] - center;
      squares +=
          result[channels] + static_cast<double>(blocks.rows(block)) * difference * difference;
    }
    mean[c] = static_cast<float>(center);
    variance[c] = static_cast<float>(squares / count);
  }
}

void ChannelSums(const float* dy, const float* x, const float* mean, ChannelRows size, float* sums,
                 float* products) {
  const int64_t channels = size.channels;
  const Blocks blocks(size);
  const float* results = blocks.Run([=](int64_t rows, int64_t start, float* sum, float* product) {
    for (int64_t row = 0; row < rows; ++row) {
      const int64_t first = start + row * channels;
      ForChannels(channels, [=](auto zero, int64_t c) {
        using T = decltype(zero);
        const T gradient = Load<T>(dy + first + c);
        Store(Load<T>(sum + c) + gradient, sum + c);
        const T difference = Load<T>(x + first + c) - Load<T>(mean + c);
        Store(MultiplyAdd(gradient, difference, Load<T>(product + c)), product + c);
      });
    }
  });
  for (int64_t c = 0; c < channels; ++c) {
    double sum = 0;
    double product = 0;
    for (int64_t block = 0; block < blocks.count(); ++block) {
      const float* result = results + 2 * block * channels + c;
      sum += result[0];
      product += result[channels];
    }
    sums[c] = static_cast<float>(sum);
    products[c] = static_cast<float>(product);
  }
}

void CombineChannels(const float* dy, const float* x, ChannelRows size, const float* mean,
                     const float* scales, const float* factors, const float* terms, float* dx) {
  ForEachChannel(size, [=](auto zero, int64_t i, int64_t c) {
    using T = decltype(zero);
    const T difference = Load<T>(x + i) - Load<T>(mean + c);
    const T rest = MultiplyAdd(difference, Load<T>(factors + c), Load<T>(terms + c));
    Store(MultiplyAdd(Load<T>(dy + i), Load<T>(scales + c), rest), dx + i);
  });
}

}  // namespace tfwasm
