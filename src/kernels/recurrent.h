// SPDX-License-Identifier: Apache-2.0
// Recurrent cells over whole sequences, and backpropagation through time. The product of the inputs
// and the input kernel is computed outside, for all steps at once.
//
// A row of gates has the blocks i, f, c, o (LSTM) or z, r, h (GRU) of `units` elements, or a single
// one. With z the given row, h and c the state, R the recurrent kernel, d the dropout mask, f the
// activation and g the recurrent activation:
//
//   simple  h' = f(z + (d h) R)
//   LSTM    s = z + (d h) R;  c' = g(s_f) c + g(s_i) f(s_c);  h' = g(s_o) f(c')
//   GRU     Z = g(z_z + (d h) R_z), r likewise;  h' = Z h + (1 - Z) f(z_h + n), where
//           n = (r d h) R_h, or with reset_after n = r ((d h) R_h + b_h); b is added to z_z, z_r,
//           too
//
// A step that is masked keeps the state; its output is the output before, or zeros.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/packed_product.h"
#include "kernels/recurrent_activation.h"

namespace tfwasm {

enum class RecurrentCell : uint8_t { kSimple, kLstm, kGru };

struct RecurrentSpec {
  RecurrentCell cell;
  int64_t batch;
  int64_t steps;
  int64_t units;
  const RecurrentActivation* activation;
  const RecurrentActivation* recurrent_activation;  // of the gates; not for simple cells
  bool go_backwards;
  bool zero_output_for_mask;
  bool reset_after;  // GRU only

  int64_t gates() const {
    return cell == RecurrentCell::kLstm ? 4 : cell == RecurrentCell::kGru ? 3 : 1;
  }
};

// The recurrent kernel [units, gates * units], packed: transposed for the gradient.
using RecurrentMatrices = std::vector<PackedProduct>;
RecurrentMatrices PackRecurrent(const RecurrentSpec& spec, const float* kernel, bool is_transposed);

// Times are those of z and the mask. The sequence is in the order of processing.
struct RecurrentInputs {
  const float* z;               // [batch, steps, gates * units]
  const float* h0;              // [batch, units]
  const float* c0;              // [batch, units]; LSTM only
  const float* recurrent_bias;  // [3 * units]; nullptr for none; GRU with reset_after only
  const uint8_t* mask;          // [batch, steps]; nullptr for none
  const float* dropout;         // [batch, units]; nullptr for none
};

struct RecurrentOutputs {
  float* sequence;  // [batch, steps, units]
  float* h;         // [batch, units]
  float* c;         // [batch, units]; LSTM only
  // For the gradient. nullptr if not wanted.
  float* gates;  // like z: the gates, or their sums if RecurrentActivation::keeps_input
  float* cells;  // [batch, steps, units]; LSTM: the states c; GRU with reset_after: (d h) R_h + b_h
};

void RunRecurrent(const RecurrentSpec& spec, const RecurrentMatrices& matrices,
                  const RecurrentInputs& inputs, const RecurrentOutputs& outputs);

struct RecurrentGradientInputs {
  RecurrentInputs forward;  // without z and the bias
  // Outputs of the forward pass.
  const float* sequence;
  const float* gates;
  const float* cells;
  // Gradients of the outputs.
  const float* dsequence;
  const float* dh;
  const float* dc;
};

struct RecurrentGradientOutputs {
  float* dz;  // may be `gates`
  float* dh0;
  float* dc0;  // LSTM only
  // [batch, steps, units]: d h, the left operand of the recurrent product; 0 at masked steps.
  float* left;
  // GRU only. With reset_after, [batch, steps, 3 * units]: the gradient of (d h) R + b. Else
  // [batch, steps, units]: r d h, the left operand of the product with R_h.
  float* inner;
  float* ddropout;  // [batch, units]; nullptr without dropout
};

// `matrices` are transposed.
void RunRecurrentGradient(const RecurrentSpec& spec, const RecurrentMatrices& matrices,
                          const RecurrentGradientInputs& inputs,
                          const RecurrentGradientOutputs& outputs);

}  // namespace tfwasm
