// SPDX-License-Identifier: Apache-2.0
#include "kernels/recurrent_pass.h"

namespace tfwasm {

namespace {

void MultiplyAndAdd(int64_t count, const float* __restrict a, const float* __restrict b,
                    const float* __restrict c, float* __restrict out) {
  for (int64_t j = 0; j < count; ++j) out[j] = a[j] * b[j] + c[j];
}

void UpdateState(int64_t units, const float* __restrict update, const float* __restrict candidate,
                 float* __restrict h) {
  for (int64_t j = 0; j < units; ++j) h[j] = update[j] * h[j] + (1 - update[j]) * candidate[j];
}

// Moves dh into the gradients of update and candidate; what is left is the gradient of `before`.
void SplitStateGradient(int64_t units, const float* __restrict update,
                        const float* __restrict candidate, const float* __restrict before,
                        float* __restrict dh, float* __restrict dupdate,
                        float* __restrict dcandidate) {
  for (int64_t j = 0; j < units; ++j) {
    dupdate[j] = dh[j] * (before[j] - candidate[j]);
    dcandidate[j] = dh[j] * (1 - update[j]);
    dh[j] *= update[j];
  }
}

class GruForward : public RecurrentForward {
 public:
  using RecurrentForward::RecurrentForward;

  void Step(const RecurrentRows& rows, int64_t step) const {
    const int64_t time = Time(step);
    MultiplyLeft(rows, time);
    if (spec_.reset_after) MultiplyCandidate(rows, time, Left(rows.begin));
    for (int64_t n = rows.begin; n < rows.end; ++n) OpenGates(n, time);
    if (!spec_.reset_after) MultiplyCandidate(rows, time, Work(rows.begin));
    for (int64_t n = rows.begin; n < rows.end; ++n) {
      if (!IsMasked(n, step)) Update(n, time);
    }
  }

 private:
  // The result of the product with R_h: part of the sums, or with reset_after a row of its own.
  float* Candidate(int64_t n, int64_t time) const {
    if (!spec_.reset_after) return Sums(n, time) + 2 * units_;
    return outputs_.cells != nullptr ? At(outputs_.cells, n, time, units_) : Work(n);
  }

  void MultiplyCandidate(const RecurrentRows& rows, int64_t time, const float* left) const {
    const float* bias = inputs_.recurrent_bias;
    ProductRows operands = {.count = rows.end - rows.begin,
                            .a = left,
                            .a_stride = units_,
                            .start = Z(rows.begin, time) + 2 * units_,
                            .start_stride = steps_ * gates_,
                            .out = Candidate(rows.begin, time),
                            .out_stride = sums_stride()};
    if (spec_.reset_after) {
      operands.start = bias == nullptr ? nullptr : bias + 2 * units_;
      operands.start_stride = 0;
      operands.out_stride = outputs_.cells != nullptr ? steps_ * units_ : units_;
    }
    Multiply(rows, matrices_[1], operands);
  }

  // Computes the gates, and what they reset. The gates' values are in the row of sums or in Spare.
  void OpenGates(int64_t n, int64_t time) const {
    float* sums = Sums(n, time);
    if (inputs_.recurrent_bias != nullptr) AddTo(2 * units_, inputs_.recurrent_bias, sums);
    const float* reset = Apply(*spec_.recurrent_activation, sums, 2 * units_, Spare(n)) + units_;
    if (spec_.reset_after) {
      MultiplyAndAdd(units_, reset, Candidate(n, time), Z(n, time) + 2 * units_, sums + 2 * units_);
    } else {
      MultiplyElements(units_, reset, Left(n), Work(n));
    }
  }

  void Update(int64_t n, int64_t time) const {
    float* sums = Sums(n, time);
    const float* update = Values(*spec_.recurrent_activation, sums, Spare(n));
    const float* candidate =
        Apply(*spec_.activation, sums + 2 * units_, units_, Spare(n) + 2 * units_);
    UpdateState(units_, update, candidate, H(n));
  }
};

class GruBackward : public RecurrentBackward {
 public:
  using RecurrentBackward::RecurrentBackward;

  void Step(const RecurrentRows& rows, int64_t step) const {
    const int64_t time = Time(step);
    for (int64_t n = rows.begin; n < rows.end; ++n) {
      if (IsMasked(n, step)) {
        std::fill_n(Inner(n, time), inner_width(), 0.0f);
      } else {
        ComputeUpdate(n, step, time);
        if (spec_.reset_after) ComputeResetAfter(n, time);
      }
    }
    if (spec_.reset_after) {
      const float* inner = Inner(rows.begin, time);
      Multiply(rows, matrices_[1], ToProduct(rows, inner + 2 * units_, steps_ * gates_));
      return AddGates(rows, inner);
    }
    Multiply(rows, matrices_[1],
             ToProduct(rows, Dz(rows.begin, time) + 2 * units_, steps_ * gates_));
    for (int64_t n = rows.begin; n < rows.end; ++n) {
      if (!IsMasked(n, step)) ComputeResetBefore(n, time);
    }
    AddGates(rows, Dz(rows.begin, time));
  }

 private:
  int64_t inner_width() const { return spec_.reset_after ? gates_ : units_; }
  float* Inner(int64_t n, int64_t time) const { return At(outputs_.inner, n, time, inner_width()); }
  const float* GateValues(int64_t n, int64_t time, float* spare) const {
    return Values(*spec_.recurrent_activation, Kept(n, time), 2 * units_, spare);
  }

  // Adds the gradient that comes through the two gates.
  void AddGates(const RecurrentRows& rows, const float* gates) const {
    ProductRows operands = ToProduct(rows, gates, steps_ * gates_);
    operands.start = operands.out;
    Multiply(rows, matrices_[0], operands);
  }

  // The gradient of the candidate's sum, in dz, and of the value of z, in Spare.
  void ComputeUpdate(int64_t n, int64_t step, int64_t time) const {
    const RecurrentActivation& activation = *spec_.activation;
    float* spare = Spare(n);
    const float* update = GateValues(n, time, spare);
    const float* kept = Kept(n, time) + 2 * units_;
    const float* candidate = Values(activation, kept, units_, spare + 2 * units_);
    float* d = spare + gates_;
    SplitStateGradient(units_, update, candidate, StateBefore(n, step), Dh(n), d, d + 2 * units_);
    activation.ApplyGradient(kept, d + 2 * units_, Dz(n, time) + 2 * units_, units_);
  }

  void WriteGates(int64_t n, int64_t time, const float* d) const {
    spec_.recurrent_activation->ApplyGradient(Kept(n, time), d, Dz(n, time), 2 * units_);
  }

  void ComputeResetAfter(int64_t n, int64_t time) const {
    float* spare = Spare(n);
    const float* reset = GateValues(n, time, spare) + units_;
    const float* dsum = Dz(n, time) + 2 * units_;
    float* d = spare + gates_;
    MultiplyElements(units_, dsum, At(given_.cells, n, time, units_), d + units_);
    MultiplyElements(units_, dsum, reset, Inner(n, time) + 2 * units_);
    WriteGates(n, time, d);
    std::copy_n(Dz(n, time), 2 * units_, Inner(n, time));
  }

  void ComputeResetBefore(int64_t n, int64_t time) const {
    float* spare = Spare(n);
    const float* reset = GateValues(n, time, spare) + units_;
    const float* left = Left(n, time);
    float* d = spare + gates_;
    MultiplyElements(units_, Product(n), left, d + units_);
    MultiplyElements(units_, reset, left, Inner(n, time));
    MultiplyBy(units_, reset, Product(n));
    WriteGates(n, time, d);
  }
};

}  // namespace

const RecurrentPasses kGruPasses{RunPass<GruForward>, RunPass<GruBackward>};

}  // namespace tfwasm
