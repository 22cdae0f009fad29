// SPDX-License-Identifier: Apache-2.0
#include "kernels/random.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "kernels/search.h"
#include "kernels/thread_pool.h"
#include "kernels/trigonometry.h"

namespace tfwasm {

namespace {

int32_t ToInt(float value) {
  if (!(value > -2147483648.0f)) return std::numeric_limits<int32_t>::min();
  return value < 2147483648.0f ? static_cast<int32_t>(value) : std::numeric_limits<int32_t>::max();
}

// Fills the output with four elements per call: make(index, float (&out)[4]).
template <typename F>
void Fill(RandomOutput out, const F& make) {
  constexpr double kWork = 100;
  ParallelFor((out.size + 3) / 4, kWork, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      float values[4];
      make(static_cast<uint64_t>(i), values);
      const int64_t used = std::min<int64_t>(4, out.size - 4 * i);
      for (int64_t k = 0; k < used; ++k) {
        if (out.is_int) {
          static_cast<int32_t*>(out.data)[4 * i + k] = ToInt(values[k]);
        } else {
          static_cast<float*>(out.data)[4 * i + k] = values[k];
        }
      }
    }
  });
}

// Two normally distributed numbers (Box-Muller).
void NormalPair(uint32_t a, uint32_t b, float* out) {
  const float radius = std::sqrt(-2.0f * std::log(1.0f - UnitFloat(a)));
  const float angle = 6.28318530718f * UnitFloat(b);
  out[0] = radius * static_cast<float>(Cosine(angle));
  out[1] = radius * static_cast<float>(Sine(angle));
}

void FourNormals(const Philox::Block& bits, float (&out)[4]) {
  NormalPair(bits[0], bits[1], out);
  NormalPair(bits[2], bits[3], out + 2);
}

// Redraws numbers beyond two standard deviations.
void FourTruncatedNormals(const Philox& generator, uint64_t index, float (&out)[4]) {
  // Each group of four has its own 2^16 blocks of random bits. One number in twenty is redrawn.
  uint64_t block = index << 16;
  for (int filled = 0; filled < 4;) {
    float drawn[4];
    FourNormals(generator(block++), drawn);
    for (const float value : drawn) {
      if (filled < 4 && std::abs(value) <= 2) out[filled++] = value;
    }
  }
}

// Cumulative weights. Non-finite logits have weight 0.
void AddWeights(const float* logits, int64_t classes, bool is_normalized, double* totals) {
  float max = -std::numeric_limits<float>::infinity();
  for (int64_t k = 0; k < classes; ++k) {
    if (std::isfinite(logits[k])) max = std::max(max, logits[k]);
  }
  double total = 0;
  for (int64_t k = 0; k < classes; ++k) {
    if (std::isfinite(logits[k])) {
      total += is_normalized ? std::max(logits[k], 0.0f) : std::exp(logits[k] - max);
    }
    totals[k] = total;
  }
}

}  // namespace

void FillUniform(const Philox& generator, float low, float high, RandomOutput out) {
  // Excludes the upper bound, which rounding could reach.
  const float most = low < high ? std::nextafter(high, low) : low;
  Fill(out, [&](uint64_t index, float(&values)[4]) {
    const Philox::Block bits = generator(index);
    for (size_t k = 0; k < 4; ++k) {
      values[k] = std::min(low + UnitFloat(bits[k]) * (high - low), most);
    }
  });
}

void FillNormal(const Philox& generator, float mean, float deviation, bool is_truncated,
                RandomOutput out) {
  Fill(out, [&](uint64_t index, float(&values)[4]) {
    if (is_truncated) {
      FourTruncatedNormals(generator, index, values);
    } else {
      FourNormals(generator(index), values);
    }
    for (float& value : values) {
      value = mean + value * deviation;
      if (out.is_int) value = std::round(value);
    }
  });
}

void FillUniformInts(const Philox& generator, int64_t low, int64_t high, int64_t size,
                     int32_t* out) {
  const auto range = static_cast<uint64_t>(high - low);
  constexpr double kWork = 50;
  ParallelFor(size, kWork, [=](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const Philox::Block bits = generator(static_cast<uint64_t>(i / 2));
      const size_t half = static_cast<size_t>(i % 2) * 2;
      // From 64 bits, so the bias of the remainder is below 2^-32.
      const uint64_t draw = static_cast<uint64_t>(bits[half]) << 32 | bits[half + 1];
      out[i] = static_cast<int32_t>(low + static_cast<int64_t>(draw % range));
    }
  });
}

void DrawClasses(const Philox& generator, const float* logits, int64_t classes, bool is_normalized,
                 int64_t begin, int64_t end, int32_t* out) {
  std::vector<double> totals(static_cast<size_t>(classes));
  AddWeights(logits, classes, is_normalized, totals.data());
  // Several samples at once.
  constexpr int kGroup = 4;
  for (int64_t first = begin; first < end; first += kGroup) {
    const auto count = static_cast<size_t>(std::min<int64_t>(kGroup, end - first));
    double aims[kGroup] = {};
    Philox::Block bits;
    for (size_t k = 0; k < count; ++k) {
      // Half a block of bits per sample.
      const auto i = static_cast<uint64_t>(first) + k;
      const size_t half = i % 2 * 2;
      if (half == 0 || k == 0) bits = generator(i / 2);
      aims[k] = (bits[half] * 0x1p32 + bits[half + 1]) * 0x1p-64 * totals.back();
    }
    int32_t places[kGroup];
    FindPlaces<true, kGroup>(totals.data(), classes, aims, places);
    // Clamps to the last class, in case rounding reaches the total.
    for (size_t k = 0; k < count; ++k) {
      out[static_cast<size_t>(first) + k] = std::min(places[k], static_cast<int32_t>(classes - 1));
    }
  }
}

}  // namespace tfwasm
