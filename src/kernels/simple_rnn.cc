// SPDX-License-Identifier: Apache-2.0
#include "kernels/recurrent_pass.h"

namespace tfwasm {

namespace {

class SimpleRnnForward : public RecurrentForward {
 public:
  using RecurrentForward::RecurrentForward;

  void Step(const RecurrentRows& rows, int64_t step) const {
    const int64_t time = Time(step);
    MultiplyLeft(rows, time);
    for (int64_t n = rows.begin; n < rows.end; ++n) {
      if (IsMasked(n, step)) continue;
      std::copy_n(Apply(*spec_.activation, Sums(n, time), units_, Spare(n)), units_, H(n));
    }
  }
};

class SimpleRnnBackward : public RecurrentBackward {
 public:
  using RecurrentBackward::RecurrentBackward;

  void Step(const RecurrentRows& rows, int64_t step) const {
    const int64_t time = Time(step);
    for (int64_t n = rows.begin; n < rows.end; ++n) {
      if (IsMasked(n, step)) continue;
      spec_.activation->ApplyGradient(Kept(n, time), Dh(n), Dz(n, time), units_);
      std::fill_n(Dh(n), units_, 0.0f);
    }
    MultiplyDz(rows, time);
  }
};

}  // namespace

const RecurrentPasses kSimpleRnnPasses{RunPass<SimpleRnnForward>, RunPass<SimpleRnnBackward>};

}  // namespace tfwasm
