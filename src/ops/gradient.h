// SPDX-License-Identifier: Apache-2.0
// The gradient rule of an op: the page that an author of a rule reads. A rule is in the file of its
// op. It is written for gradients of a loss L, a number that nobody names: dy(i) is dL/d(output i),
// and the rule sets dL/d(input i).
//
//   TFWASM_GRADIENT kTanhGradient{
//       "Tanh", [](GradientContext& c) { c.set(0, c.dy() * (1 - c.output() * c.output())); }};
//
// A rule that can use an output instead of an input does so: an input of a fused op may not exist.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/flag_list.h"
#include "core/registry.h"
#include "ops/builder.h"

namespace tfwasm {

// The dtype of gradients of tensors of this dtype: float32, or complex64 for complex64.
inline DType GradientDType(DType dtype) {
  return dtype == DType::kComplex64 ? DType::kComplex64 : DType::kFloat32;
}

class GradientContext {
 public:
  // `dys`: by output; empty where L does not depend on the output. `wanted`: by input.
  GradientContext(Builder& builder, const Node& node [[clang::lifetimebound]], NodeId id,
                  std::vector<Operand> dys, FlagList wanted);

  Builder& builder() const { return builder_; }
  const Node& node() const { return node_; }
  const AttrMap& attrs() const { return node_.attrs; }
  int num_inputs() const { return static_cast<int>(node_.inputs.size()); }
  int num_outputs() const { return static_cast<int>(dys_.size()); }
  Operand input(int i = 0) const;
  Operand output(int i = 0) const;

  // The gradient of output i. Zeros if L does not depend on it.
  Operand dy(int i = 0);
  bool has_dy(int i) const { return !dys_[static_cast<size_t>(i)].empty(); }

  // Whether the gradient of input i is wanted.
  bool wants(int i) const { return wanted_[static_cast<size_t>(i)] != 0; }
  // Sets the gradient of input i. It may have a shape to which the input's shape broadcasts: it is
  // then summed. No-op if it is not wanted.
  void set(int i, Operand gradient);

  // The value of an int32 input: axes, sizes, a shape. Throws E_INPUT if it is not known.
  std::vector<int64_t> ints(int i) const;
  // Axes, resolved and ascending.
  std::vector<int> axes(int i, int rank) const;

  // By input; empty where nothing was set.
  const std::vector<Operand>& gradients() const { return gradients_; }

 private:
  Builder& builder_;
  const Node& node_;
  NodeId id_;
  std::vector<Operand> dys_;
  FlagList wanted_;
  std::vector<Operand> gradients_;
};

// For ops that copy elements of input i to other places: applies the op to the positions of the
// elements, and adds dy there.
void SetByPositions(GradientContext& context, int i);

struct GradientDef {
  std::string_view op;
  // nullptr: the op is constant almost everywhere or its gradient is not defined, and its inputs
  // get none.
  void (*rule)(GradientContext&) = nullptr;
};

// Not in an unnamed namespace.
#define TFWASM_GRADIENT TFWASM_REGISTER_FOR_TRAINING(gradients) constexpr GradientDef

// nullptr if the op has none. An alias has the rule of its op unless it has its own.
const GradientDef* FindGradient(std::string_view op);

}  // namespace tfwasm
