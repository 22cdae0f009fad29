// SPDX-License-Identifier: Apache-2.0
// What the passes of all recurrent cells have in common: rows, steps, masks, dropout, threads.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/recurrent_cells.h"
#include "kernels/thread_pool.h"

namespace tfwasm {

inline void AddTo(int64_t count, const float* __restrict x, float* __restrict sums) {
  for (int64_t j = 0; j < count; ++j) sums[j] += x[j];
}
inline void MultiplyBy(int64_t count, const float* __restrict factors, float* __restrict x) {
  for (int64_t j = 0; j < count; ++j) x[j] *= factors[j];
}
inline void MultiplyElements(int64_t count, const float* __restrict a, const float* __restrict b,
                             float* __restrict out) {
  for (int64_t j = 0; j < count; ++j) out[j] = a[j] * b[j];
}

// Sequences of the batch that one thread computes. Their steps need not wait for other threads.
struct RecurrentRows {
  int64_t begin;
  int64_t end;
  bool are_all;  // Threads may share the work of a step.
};

class RecurrentPass {
 public:
  RecurrentPass(const RecurrentSpec& spec, const RecurrentMatrices& matrices,
                const RecurrentInputs& inputs)
      : spec_(spec),
        matrices_(matrices),
        inputs_(inputs),
        batch_(spec.batch),
        steps_(spec.steps),
        units_(spec.units),
        gates_(spec.gates() * spec.units) {}

 protected:
  // The index of a step in z and in the mask.
  int64_t Time(int64_t step) const { return spec_.go_backwards ? steps_ - 1 - step : step; }
  bool IsMasked(int64_t n, int64_t step) const {
    return inputs_.mask != nullptr && inputs_.mask[n * steps_ + Time(step)] == 0;
  }

  // The row of sequence `n` at `index`, in a [batch, steps, width] tensor.
  template <typename T>
  T* At(T* data, int64_t n, int64_t index, int64_t width) const {
    return data + (n * steps_ + index) * width;
  }

  // Calls body(RecurrentRows) for all sequences.
  template <typename F>
  void ForRows(const F& body) const {
    constexpr int64_t kTile = PackedProduct::kRowsAtOnce;
    const int64_t tiles = (batch_ + kTile - 1) / kTile;
    if (tiles == 1) return body(RecurrentRows{0, batch_, true});
    const auto work = static_cast<double>(steps_) * static_cast<double>(kTile * units_) *
                      static_cast<double>(gates_);
    ParallelFor(tiles, work, [&](int64_t begin, int64_t end) {
      body(RecurrentRows{begin * kTile, std::min(batch_, end * kTile), false});
    });
  }

  static void Multiply(const RecurrentRows& rows, const PackedProduct& product,
                       const ProductRows& operands) {
    if (rows.are_all) return product.RunParallel(operands);
    product.Run(operands);
  }

  const RecurrentSpec& spec_;
  const RecurrentMatrices& matrices_;
  const RecurrentInputs& inputs_;
  int64_t batch_;
  int64_t steps_;
  int64_t units_;
  int64_t gates_;  // the elements of a row of gates
};

// The forward pass of a cell: its Step is what RunSteps calls.
class RecurrentForward : public RecurrentPass {
 public:
  RecurrentForward(const RecurrentSpec& spec, const RecurrentMatrices& matrices,
                   const RecurrentInputs& inputs, const RecurrentOutputs& outputs);

  // Calls compute(rows, step) for all steps in order. It computes the new state of those of the
  // rows that are not masked, in outputs_.h.
  template <typename F>
  void RunSteps(const F& compute) const {
    ForRows([&](const RecurrentRows& rows) {
      for (int64_t step = 0; step < steps_; ++step) {
        DropOut(rows);
        compute(rows, step);
        for (int64_t n = rows.begin; n < rows.end; ++n) WriteOutput(n, step);
      }
    });
  }

 protected:
  // The sums before the activations, a row of gates_ elements per sequence: a place in the output
  // `gates` if that is wanted.
  float* Sums(int64_t n, int64_t time) const {
    return outputs_.gates != nullptr ? At(outputs_.gates, n, time, gates_) : sums_ + n * gates_;
  }
  int64_t sums_stride() const { return outputs_.gates != nullptr ? steps_ * gates_ : gates_; }
  const float* Z(int64_t n, int64_t time) const { return At(inputs_.z, n, time, gates_); }
  float* H(int64_t n) const { return outputs_.h + n * units_; }
  // The left operand of the recurrent product: h, times the dropout mask.
  const float* Left(int64_t n) const { return left_ + n * units_; }
  // Computes sums = z + Left * the first matrix, in its columns.
  void MultiplyLeft(const RecurrentRows& rows, int64_t time) const {
    Multiply(rows, matrices_[0],
             {.count = rows.end - rows.begin,
              .a = Left(rows.begin),
              .a_stride = units_,
              .start = Z(rows.begin, time),
              .start_stride = steps_ * gates_,
              .out = Sums(rows.begin, time),
              .out_stride = sums_stride()});
  }

  // Where the values of an activation are: in place of the sums, or in `spare` if those are kept.
  float* Values(const RecurrentActivation& activation, float* sums, float* spare) const {
    return outputs_.gates != nullptr && activation.keeps_input ? spare : sums;
  }
  float* Apply(const RecurrentActivation& activation, float* sums, int64_t count,
               float* spare) const {
    float* out = Values(activation, sums, spare);
    activation.Apply(sums, out, count);
    return out;
  }
  // (gates + 1) * units elements for a sequence.
  float* Spare(int64_t n) const { return spare_ + n * (gates_ + units_); }
  // A row of `units` elements for a sequence.
  float* Work(int64_t n) const { return work_ + n * units_; }

  const RecurrentOutputs& outputs_;

 private:
  void DropOut(const RecurrentRows& rows) const;
  void WriteOutput(int64_t n, int64_t step) const;

  float* sums_;
  float* left_;
  float* spare_;
  float* work_;
};

// Backpropagation through time. The outputs dh0 and dc0 hold the gradient of the state while it
// moves back.
class RecurrentBackward : public RecurrentPass {
 public:
  RecurrentBackward(const RecurrentSpec& spec, const RecurrentMatrices& matrices,
                    const RecurrentGradientInputs& inputs, const RecurrentGradientOutputs& outputs);

  // Calls compute(rows, step) for all steps from the last one back. For rows that are not masked,
  // it computes dz, leaves in Dh what does not pass through the product, and computes the gradient
  // of Left in Product.
  template <typename F>
  void RunSteps(const F& compute) const {
    ForRows([&](const RecurrentRows& rows) {
      for (int64_t step = steps_ - 1; step >= 0; --step) {
        for (int64_t n = rows.begin; n < rows.end; ++n) {
          AddOutputGradient(n, step);
          WriteLeft(n, step);
        }
        compute(rows, step);
        for (int64_t n = rows.begin; n < rows.end; ++n) PassThroughDropout(n, step);
      }
    });
  }

 protected:
  const float* Kept(int64_t n, int64_t time) const { return At(given_.gates, n, time, gates_); }
  float* Dz(int64_t n, int64_t time) const { return At(outputs_.dz, n, time, gates_); }
  float* Dh(int64_t n) const { return outputs_.dh0 + n * units_; }
  float* Left(int64_t n, int64_t time) const { return At(outputs_.left, n, time, units_); }
  // The gradient of the left operand.
  float* Product(int64_t n) const { return product_ + n * units_; }
  // Operands for a product of rows of gradients that results in Product.
  ProductRows ToProduct(const RecurrentRows& rows, const float* gradients, int64_t stride) const {
    return {.count = rows.end - rows.begin,
            .a = gradients,
            .a_stride = stride,
            .start = nullptr,
            .start_stride = units_,
            .out = Product(rows.begin),
            .out_stride = units_};
  }
  // Product = dz * the first matrix.
  void MultiplyDz(const RecurrentRows& rows, int64_t time) const {
    Multiply(rows, matrices_[0], ToProduct(rows, Dz(rows.begin, time), steps_ * gates_));
  }
  // The state h before a step that is not masked.
  const float* StateBefore(int64_t n, int64_t step) const;

  // Values from what is kept: `kept` itself, or else in `spare`.
  static const float* Values(const RecurrentActivation& activation, const float* kept,
                             int64_t count, float* spare) {
    if (!activation.keeps_input) return kept;
    activation.Apply(kept, spare, count);
    return spare;
  }
  // 2 * gates * units + 2 * units elements for a sequence.
  float* Spare(int64_t n) const { return spare_ + n * 2 * (gates_ + units_); }

  const RecurrentGradientInputs& given_;
  const RecurrentGradientOutputs& outputs_;

 private:
  void AddOutputGradient(int64_t n, int64_t step) const;
  void WriteLeft(int64_t n, int64_t step) const;
  void PassThroughDropout(int64_t n, int64_t step) const;

  float* product_;
  float* spare_;
};

// Runs a pass, with its function Step. That is not virtual: the glue lists signatures with 64-bit
// integers, and must be the same for both links.
template <typename Pass, typename Inputs, typename Outputs>
void RunPass(const RecurrentSpec& spec, const RecurrentMatrices& matrices, const Inputs& inputs,
             const Outputs& outputs) {
  const Pass pass(spec, matrices, inputs, outputs);
  pass.RunSteps([&](const RecurrentRows& rows, int64_t step) { pass.Step(rows, step); });
}

}  // namespace tfwasm
