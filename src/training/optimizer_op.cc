// SPDX-License-Identifier: Apache-2.0
// Optimizers in graphs: one step of one variable is a node.
#include "ops/op.h"

#include <algorithm>
#include <cstring>

#include "core/error.h"
#include "training/optimizer.h"

namespace tfwasm {

namespace {

constexpr std::string_view kOp = "_ApplyOptimizer";

const OptimizerDef& OptimizerOf(const AttrMap& attrs) {
  return FindOptimizer(attrs.String("optimizer", ""));
}

int NumValues(const Node& node) { return 1 + OptimizerOf(node.attrs).num_slots; }

// The inputs: the variable, its slots, its gradient, the numbers.
void InferUpdate(InferContext& context) {
  const OptimizerDef& optimizer = OptimizerOf(context.attrs());
  const int num_values = 1 + optimizer.num_slots;
  if (context.num_inputs() != num_values + 2) {
    Throw(Code::kInput, optimizer.name, " needs ", num_values + 2, " inputs, got ",
          context.num_inputs());
  }
  for (int i = 0; i <= num_values; ++i) {
    context.ExpectDType(i, DType::kFloat32, "a variable, its state or its gradient");
    if (context.shape(i) != context.shape(0)) {
      Throw(Code::kShape, i == num_values ? "a gradient" : "the state of an optimizer",
            " must have the variable's shape ", context.shape(0), ", got ", context.shape(i));
    }
    if (i < num_values) context.set_output(i, DType::kFloat32, context.shape(0));
  }
  const int numbers = num_values + 1;
  context.ExpectDType(numbers, DType::kFloat32, "the hyperparameters");
  const Shape expected{2, 1 + optimizer.num_hyperparameters};
  if (context.shape(numbers) != expected) {
    Throw(Code::kShape, "the hyperparameters of ", optimizer.name, " must be ", expected, ", got ",
          context.shape(numbers));
  }
}

class UpdateKernel : public Kernel {
 public:
  explicit UpdateKernel(const KernelContext& context)
      : optimizer_(OptimizerOf(context.attrs())),
        size_(context.shape(0).NumElements()),
        weight_decay_(context.attrs().Float("weight_decay", 0)),
        numbers_(static_cast<size_t>(1 + optimizer_.num_hyperparameters)) {}

  void Run(RunContext& context) override {
    const int num_values = 1 + optimizer_.num_slots;
    const auto* parts = context.in<float>(num_values + 1);
    for (size_t i = 0; i < numbers_.size(); ++i) {
      numbers_[i] = double{parts[i]} + double{parts[numbers_.size() + i]};
    }
    UpdateRange all{.size = size_,
                    .variable = NewValue(context, 0),
                    .slots = {},
                    .gradient = context.in<float>(num_values)};
    for (int k = 0; k < optimizer_.num_slots; ++k) all.slots[k] = NewValue(context, 1 + k);
    const auto kept = static_cast<float>(1 - numbers_[1] * weight_decay_);
    const std::span<const double> numbers(numbers_);
    UpdateVariable(optimizer_, numbers.subspan(1), numbers[0], kept, all);
  }

 private:
  // Output i with the old value.
  float* NewValue(RunContext& context, int i) const {
    auto* out = context.out<float>(i);
    const auto* in = context.in<float>(i);
    if (out != in) std::copy_n(in, size_, out);
    return out;
  }

  const OptimizerDef& optimizer_;
  int64_t size_;
  double weight_decay_;
  std::vector<double> numbers_;
};

std::unique_ptr<Kernel> MakeUpdateKernel(const KernelContext& context) {
  return std::make_unique<UpdateKernel>(context);
}

std::vector<int> AllAxes(const Operand& x) {
  std::vector<int> axes;
  for (int axis = 0; axis < x.shape().rank(); ++axis) axes.push_back(axis);
  return axes;
}

Operand SumOfSquares(const Operand& x) { return Sum(x * x, AllAxes(x), false); }

// limit / norm, or 1 for smaller norms.
Operand FactorFor(const Operand& sum_of_squares, double limit) {
  Builder& builder = sum_of_squares.builder();
  const auto most = static_cast<float>(limit);
  const Operand norm = builder.Emit("Sqrt", {sum_of_squares});
  return most / builder.Emit("Maximum", {norm, Fill(builder, DType::kFloat32, {}, most)});
}

void Clip(const GradientOptions& options, std::vector<Operand>& gradients) {
  if (gradients.empty()) return;
  Builder& builder = gradients[0].builder();
  if (options.global_clip_norm > 0) {
    std::vector<Operand> sums;
    for (const Operand& gradient : gradients) sums.push_back(SumOfSquares(gradient));
    const Operand factor = FactorFor(builder.Emit("AddN", sums), options.global_clip_norm);
    for (Operand& gradient : gradients) gradient = gradient * factor;
  }
  if (options.clip_norm > 0) {
    for (Operand& gradient : gradients) {
      gradient = gradient * FactorFor(SumOfSquares(gradient), options.clip_norm);
    }
  }
  if (options.clip_value > 0) {
    const auto limit = static_cast<float>(options.clip_value);
    const Operand low = Fill(builder, DType::kFloat32, {}, -limit);
    const Operand high = Fill(builder, DType::kFloat32, {}, limit);
    for (Operand& gradient : gradients) {
      gradient = builder.Emit("ClipByValue", {gradient, low, high});
    }
  }
}

}  // namespace

std::vector<std::vector<Operand>> EmitOptimizer(const OptimizerDef& optimizer,
                                                const GradientOptions& options,
                                                const std::vector<std::vector<Operand>>& variables,
                                                std::vector<Operand> gradients, Operand numbers) {
  Clip(options, gradients);
  std::vector<std::vector<Operand>> values;
  for (size_t i = 0; i < variables.size(); ++i) {
    std::vector<Operand> inputs = variables[i];
    inputs.push_back(gradients[i]);
    inputs.push_back(numbers);
    values.push_back(
        numbers.builder().EmitAll(kOp, inputs,
                                  {{"optimizer", optimizer.name},
                                   {"weight_decay", static_cast<float>(options.weight_decay)}}));
  }
  return values;
}

TFWASM_TRAINING_OP kApplyOptimizerOp{.name = kOp,
                                     .min_inputs = 3,
                                     .max_inputs = 3 + kMaxSlots,
                                     .num_outputs = NumValues,
                                     .required_attrs = "optimizer",
                                     .infer = InferUpdate,
                                     .kernel = MakeUpdateKernel,
                                     .in_place_pairs = true};

}  // namespace tfwasm
