// SPDX-License-Identifier: Apache-2.0
// Recurrent layers as one op for the whole sequence. For training only: graph models have none.
//
// The product of the input and the input kernel is outside, for all steps at once:
// z = x W + b, [N, T, gates * u], with gates = 4 (LSTM: i, f, c, o), 3 (GRU: z, r, h) or 1.
//
//   _LstmSequence       z, R [u, 4u], h0 [N, u], c0 [N, u], mask?, dropout?
//                       -> sequence [N, T, u], h [N, u], c [N, u], (gates, cells)?
//   _GruSequence        z, R [u, 3u], h0, bias? [3u], mask?, dropout?
//                       -> sequence, h, (gates, products [N, T, u] if reset_after)?
//   _SimpleRnnSequence  z, R [u, u], h0, mask?, dropout?
//                       -> sequence, h, (gates)?
//
// All are float32 but for the mask, which is bool.
//
// Attributes, with their defaults:
//   activation ("tanh"), recurrent_activation ("sigmoid")
//       Names of kernels/recurrent_activation.h. Simple cells have no recurrent_activation.
//   go_backwards (false)
//       Processes z and the mask from the last time to the first. The sequence is in the order of
//       processing.
//   reset_after (true)
//       GRU: whether r multiplies the product h R_h + bias_h, or h before the product.
//   has_recurrent_bias (false)
//       GRU with reset_after: whether there is an input `bias`.
//   has_mask (false)
//       Whether there is a mask [N, T]. Where it is false, the state is kept, and the output is
//       that of the step before, or zeros before the first step that is not masked.
//   zero_output_for_mask (false)
//       The output of masked steps is always zeros.
//   has_dropout (false)
//       Whether there is a mask [N, u] that h is multiplied by before the product. The GRU's
//       Z h is without it.
//   keep_gates (false)
//       Whether there are the outputs in parentheses, which a gradient needs. A layer sets it in
//       graphs that are differentiated. Otherwise the gradient runs the forward pass again.
//
// h and c are the last states. Without a mask, h is the last output, too. z, R, h0, c0, bias and
// dropout have gradients, of first order.
#pragma once

#include "kernels/recurrent.h"
#include "ops/op_context.h"

namespace tfwasm {

// What the attributes of a node say before they are checked.
int CountStates(RecurrentCell cell);
bool IsResetAfter(RecurrentCell cell, const AttrMap& attrs);
// Whether `cells` or `products` is among what is kept.
bool KeepsCells(RecurrentCell cell, const AttrMap& attrs);

// A node with inputs and attributes checked.
struct RecurrentNode {
  RecurrentSpec spec;
  bool keeps_gates = false;
  // Positions of inputs; -1 for none.
  int c0 = -1;
  int bias = -1;
  int mask = -1;
  int dropout = -1;
  int num_inputs = 0;  // with all of the above

  Shape States() const { return {spec.batch, spec.units}; }
  Shape Sequence() const { return {spec.batch, spec.steps, spec.units}; }
  Shape Gates() const { return {spec.batch, spec.steps, spec.gates() * spec.units}; }
  bool KeepsCells() const { return spec.cell == RecurrentCell::kLstm || spec.reset_after; }
  RecurrentInputs Inputs(const RunContext& run) const;
};

// Reads the inputs of a forward op, the first of an op with `more` further ones. Throws E_ATTR,
// E_EDGE, E_DTYPE or E_SHAPE.
RecurrentNode ReadRecurrent(const OpContext& context, RecurrentCell cell, int more);

// The packed recurrent kernel, input 1: kept by the node if it is constant, else packed by each
// run.
class RecurrentKernel {
 public:
  RecurrentKernel(const KernelContext& context, const RecurrentSpec& spec, bool is_transposed);

  // Calls body(const RecurrentMatrices&).
  template <typename F>
  void Use(const RecurrentSpec& spec, const RunContext& run, const F& body) const {
    if (kept_ != nullptr) return body(kept_->matrices);
    body(PackRecurrent(spec, run.in<float>(1), is_transposed_));
  }

 private:
  struct Kept : NodeState {
    RecurrentMatrices matrices;
  };

  bool is_transposed_;
  std::shared_ptr<Kept> kept_;
};

}  // namespace tfwasm
