// SPDX-License-Identifier: Apache-2.0
#include "kernels/recurrent_pass.h"

#include "kernels/scratch.h"

namespace tfwasm {

namespace {

float* ScratchFloats(int64_t count) {
  return static_cast<float*>(ScratchSpace(static_cast<uint64_t>(count + 1) * sizeof(float)));
}

}  // namespace

RecurrentForward::RecurrentForward(const RecurrentSpec& spec, const RecurrentMatrices& matrices,
                                   const RecurrentInputs& inputs, const RecurrentOutputs& outputs)
    : RecurrentPass(spec, matrices, inputs), outputs_(outputs) {
  const int64_t states = batch_ * units_;
  const int64_t gates = batch_ * gates_;
  work_ = ScratchFloats(3 * states + 2 * gates);
  left_ = work_ + states;
  spare_ = left_ + states;
  sums_ = spare_ + states + gates;
  if (inputs.dropout == nullptr) left_ = outputs.h;
  std::copy_n(inputs.h0, states, outputs.h);
  if (outputs.c != nullptr) std::copy_n(inputs.c0, states, outputs.c);
}

void RecurrentForward::DropOut(const RecurrentRows& rows) const {
  if (inputs_.dropout == nullptr) return;
  const int64_t first = rows.begin * units_;
  MultiplyElements(rows.end * units_ - first, outputs_.h + first, inputs_.dropout + first,
                   left_ + first);
}

void RecurrentForward::WriteOutput(int64_t n, int64_t step) const {
  float* out = At(outputs_.sequence, n, step, units_);
  if (!IsMasked(n, step)) {
    std::copy_n(H(n), units_, out);
  } else if (spec_.zero_output_for_mask || step == 0) {
    std::fill_n(out, units_, 0.0f);
  } else {
    std::copy_n(out - units_, units_, out);
  }
}

RecurrentBackward::RecurrentBackward(const RecurrentSpec& spec, const RecurrentMatrices& matrices,
                                     const RecurrentGradientInputs& inputs,
                                     const RecurrentGradientOutputs& outputs)
    : RecurrentPass(spec, matrices, inputs.forward), given_(inputs), outputs_(outputs) {
  const int64_t states = batch_ * units_;
  product_ = ScratchFloats(3 * states + 2 * batch_ * gates_);
  spare_ = product_ + states;
  std::copy_n(inputs.dh, states, outputs.dh0);
  if (outputs.dc0 != nullptr) std::copy_n(inputs.dc, states, outputs.dc0);
  if (outputs.ddropout != nullptr) std::fill_n(outputs.ddropout, states, 0.0f);
}

const float* RecurrentBackward::StateBefore(int64_t n, int64_t step) const {
  int64_t before = step - 1;
  while (before >= 0 && IsMasked(n, before)) --before;
  return before < 0 ? inputs_.h0 + n * units_ : At(given_.sequence, n, before, units_);
}

void RecurrentBackward::AddOutputGradient(int64_t n, int64_t step) const {
  if (IsMasked(n, step)) {
    if (spec_.zero_output_for_mask) return;
    // Repeats the state, unless all steps so far are masked: then it is 0.
    int64_t first = 0;
    while (first < step && IsMasked(n, first)) ++first;
    if (first == step) return;
  }
  AddTo(units_, At(given_.dsequence, n, step, units_), Dh(n));
}

void RecurrentBackward::WriteLeft(int64_t n, int64_t step) const {
  float* left = Left(n, Time(step));
  if (IsMasked(n, step)) {
    std::fill_n(left, units_, 0.0f);
    std::fill_n(Dz(n, Time(step)), gates_, 0.0f);
    return;
  }
  const float* before = StateBefore(n, step);
  std::copy_n(before, units_, left);
  if (inputs_.dropout != nullptr) MultiplyBy(units_, inputs_.dropout + n * units_, left);
}

void RecurrentBackward::PassThroughDropout(int64_t n, int64_t step) const {
  if (IsMasked(n, step)) return;
  float* product = Product(n);
  if (inputs_.dropout != nullptr) {
    const float* before = StateBefore(n, step);
    float* ddropout = outputs_.ddropout + n * units_;
    for (int64_t j = 0; j < units_; ++j) ddropout[j] += product[j] * before[j];
    MultiplyBy(units_, inputs_.dropout + n * units_, product);
  }
  AddTo(units_, product, Dh(n));
}

}  // namespace tfwasm
