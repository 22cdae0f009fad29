// SPDX-License-Identifier: Apache-2.0
#include "kernels/recurrent_pass.h"

namespace tfwasm {

namespace {

void UpdateCell(int64_t units, const float* __restrict i, const float* __restrict f,
                const float* __restrict candidate, float* __restrict c) {
  for (int64_t j = 0; j < units; ++j) c[j] = f[j] * c[j] + i[j] * candidate[j];
}

// h = o * value, with value = f(c). Moves dh into the gradients of both factors.
void SplitOutputGradient(int64_t units, const float* __restrict o, const float* __restrict value,
                         float* __restrict dh, float* __restrict d_o, float* __restrict dvalue) {
  for (int64_t j = 0; j < units; ++j) {
    d_o[j] = dh[j] * value[j];
    dvalue[j] = dh[j] * o[j];
    dh[j] = 0;
  }
}

// c = f * before + i * candidate. `values` and `d`: of the gates. `dc` becomes the gradient of
// `before`.
void SplitCellGradient(int64_t units, const float* __restrict i, const float* __restrict f,
                       const float* __restrict candidate, const float* __restrict before,
                       const float* __restrict dvalue, float* __restrict dc, float* __restrict d) {
  for (int64_t j = 0; j < units; ++j) {
    const float dcell = dc[j] + dvalue[j];
    d[j] = dcell * candidate[j];
    d[units + j] = dcell * before[j];
    d[2 * units + j] = dcell * i[j];
    dc[j] = dcell * f[j];
  }
}

class LstmForward : public RecurrentForward {
 public:
  using RecurrentForward::RecurrentForward;

  void Step(const RecurrentRows& rows, int64_t step) const {
    const int64_t time = Time(step);
    MultiplyLeft(rows, time);
    for (int64_t n = rows.begin; n < rows.end; ++n) {
      if (!IsMasked(n, step)) Update(Sums(n, time), Spare(n), C(n), H(n));
      if (outputs_.cells != nullptr) {
        std::copy_n(C(n), units_, At(outputs_.cells, n, time, units_));
      }
    }
  }

 private:
  float* C(int64_t n) const { return outputs_.c + n * units_; }

  void Update(float* sums, float* spare, float* c, float* h) const {
    const RecurrentActivation& gate = *spec_.recurrent_activation;
    const float* i = Apply(gate, sums, 2 * units_, spare);
    const float* candidate =
        Apply(*spec_.activation, sums + 2 * units_, units_, spare + 2 * units_);
    const float* o = Apply(gate, sums + 3 * units_, units_, spare + 3 * units_);
    UpdateCell(units_, i, i + units_, candidate, c);
    spec_.activation->Apply(c, h, units_);
    MultiplyBy(units_, o, h);
  }
};

class LstmBackward : public RecurrentBackward {
 public:
  using RecurrentBackward::RecurrentBackward;

  void Step(const RecurrentRows& rows, int64_t step) const {
    const int64_t time = Time(step);
    for (int64_t n = rows.begin; n < rows.end; ++n) {
      if (!IsMasked(n, step)) ComputeDz(n, step, time);
    }
    MultiplyDz(rows, time);
  }

 private:
  // The cell state before a step: masked steps keep it, too.
  const float* CellBefore(int64_t n, int64_t step) const {
    return step == 0 ? inputs_.c0 + n * units_ : At(given_.cells, n, Time(step - 1), units_);
  }

  void ComputeDz(int64_t n, int64_t step, int64_t time) const {
    const RecurrentActivation& activation = *spec_.activation;
    const RecurrentActivation& gate = *spec_.recurrent_activation;
    const float* kept = Kept(n, time);
    float* spare = Spare(n);
    const float* i = Values(gate, kept, 2 * units_, spare);
    const float* candidate = Values(activation, kept + 2 * units_, units_, spare + 2 * units_);
    const float* o = Values(gate, kept + 3 * units_, units_, spare + 3 * units_);
    // The gradients of the gates' values.
    float* d = spare + gates_;
    float* value = d + gates_;
    float* dvalue = value + units_;
    const float* c = At(given_.cells, n, time, units_);
    activation.Apply(c, value, units_);
    SplitOutputGradient(units_, o, value, Dh(n), d + 3 * units_, dvalue);
    activation.ApplyGradient(activation.keeps_input ? c : value, dvalue, dvalue, units_);
    SplitCellGradient(units_, i, i + units_, candidate, CellBefore(n, step), dvalue,
                      outputs_.dc0 + n * units_, d);
    float* dz = Dz(n, time);
    gate.ApplyGradient(kept, d, dz, 2 * units_);
    activation.ApplyGradient(kept + 2 * units_, d + 2 * units_, dz + 2 * units_, units_);
    gate.ApplyGradient(kept + 3 * units_, d + 3 * units_, dz + 3 * units_, units_);
  }
};

}  // namespace

const RecurrentPasses kLstmPasses{RunPass<LstmForward>, RunPass<LstmBackward>};

}  // namespace tfwasm
