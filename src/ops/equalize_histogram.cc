// SPDX-License-Identifier: Apache-2.0
// Histogram equalization of each channel of each image: keras/src/layers/preprocessing/
// image_preprocessing/equalization.py. Exists only here.
#include <algorithm>
#include <cmath>
#include <vector>

#include "ops/infer.h"

namespace tfwasm {

namespace {

int64_t ReadBins(const AttrMap& attrs) {
  const int64_t bins = attrs.Int("bins", 256);
  if (bins < 2 || bins > 1 << 20) Throw(Code::kAttr, "bins must be from 2 to 2^20, got ", bins);
  return bins;
}

void InferEqualize(InferContext& context) {
  context.ExpectDType(0, DType::kFloat32, "the images");
  context.ExpectRank(0, 4, "the images");
  ReadBins(context.attrs());
  InferLikeInput(context);
}

// `count` pixels from 0 to 255, `stride` apart.
void EqualizeChannel(const float* in, int64_t count, int64_t stride, std::vector<double>& table,
                     float* out) {
  const auto last = static_cast<float>(table.size() - 1);
  const auto bin = [&](int64_t i) {
    const float place = in[i * stride] * (last / 255);
    return place > 0 ? static_cast<size_t>(std::min(place, last)) : 0;
  };
  std::fill(table.begin(), table.end(), 0);
  for (int64_t i = 0; i < count; ++i) ++table[bin(i)];
  double sum = 0;
  double first = 0;
  for (double& entry : table) {
    if (first == 0) first = entry;
    sum += entry;
    entry = sum;
  }
  const double rest = sum - first;
  for (double& entry : table) entry = std::nearbyint(std::max(entry - first, 0.0) * 255 / rest);
  for (int64_t i = 0; i < count; ++i) {
    // All pixels in one bin stay as they are.
    out[i * stride] = rest == 0 ? in[i * stride] : static_cast<float>(table[bin(i)]);
  }
}

std::unique_ptr<Kernel> EqualizeKernel(const KernelContext& context) {
  return MakeKernel([shape = context.shape(0), bins = ReadBins(context.attrs())](RunContext& run) {
    std::vector<double> table(static_cast<size_t>(bins));
    const int64_t pixels = shape[1] * shape[2];
    for (int64_t image = 0; image < shape[0]; ++image) {
      for (int64_t channel = 0; channel < shape[3]; ++channel) {
        const int64_t at = image * pixels * shape[3] + channel;
        EqualizeChannel(run.in<float>(0) + at, pixels, shape[3], table, run.out<float>(0) + at);
      }
    }
  });
}

}  // namespace

TFWASM_TRAINING_OP kEqualizeOp{
    .name = "_EqualizeHistogram", .infer = InferEqualize, .kernel = EqualizeKernel};

}  // namespace tfwasm
