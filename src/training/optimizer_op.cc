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

bool HasAverage(const AttrMap& attrs) { return attrs.Bool("has_average", false); }

// The variable, its slots, and perhaps its average.
int NumValues(const Node& node) {
  return 1 + OptimizerOf(node.attrs).num_slots + (HasAverage(node.attrs) ? 1 : 0);
}

int64_t CountNumbers(const OptimizerDef& optimizer) {
  return static_cast<int64_t>(StepNumbers::kCount) + optimizer.num_hyperparameters;
}

// The inputs: the values, the gradient, the numbers.
void InferUpdate(InferContext& context) {
  const OptimizerDef& optimizer = OptimizerOf(context.attrs());
  const int num_values = 1 + optimizer.num_slots + (HasAverage(context.attrs()) ? 1 : 0);
  if (context.num_inputs() != num_values + 2) {
    Throw(Code::kInput, optimizer.name, " needs ", num_values + 2, " inputs, got ",
          context.num_inputs());
  }
  std::vector<Shape> shapes;
  for (int i = 0; i <= num_values; ++i) {
    context.ExpectDType(i, DType::kFloat32, "a variable, its state or its gradient");
    if (i < num_values) shapes.push_back(context.shape(i));
  }
  CheckUpdate(optimizer, shapes, context.shape(num_values));
  for (int i = 0; i < num_values; ++i) context.set_output(i, DType::kFloat32, context.shape(i));
  const int numbers = num_values + 1;
  context.ExpectDType(numbers, DType::kFloat32, "the hyperparameters");
  const Shape expected{2, CountNumbers(optimizer)};
  if (context.shape(numbers) != expected) {
    Throw(Code::kShape, "the numbers of ", optimizer.name, " must be ", expected, ", got ",
          context.shape(numbers));
  }
}

class UpdateKernel : public Kernel {
 public:
  explicit UpdateKernel(const KernelContext& context)
      : optimizer_(OptimizerOf(context.attrs())),
        weight_decay_(context.attrs().Float("weight_decay", 0)),
        has_average_(HasAverage(context.attrs())),
        numbers_(static_cast<size_t>(CountNumbers(optimizer_))) {
    update_.shape = context.shape(0);
    update_.all.size = update_.shape.NumElements();
    for (int k = 0; k < optimizer_.num_slots; ++k) update_.slot_shapes[k] = context.shape(1 + k);
  }

  void Run(RunContext& context) override {
    const int num_values = 1 + optimizer_.num_slots + (has_average_ ? 1 : 0);
    const auto* parts = context.in<float>(num_values + 1);
    for (size_t i = 0; i < numbers_.size(); ++i) {
      numbers_[i] = double{parts[i]} + double{parts[numbers_.size() + i]};
    }
    UpdateRange& all = update_.all;
    all.variable = NewValue(context, 0, update_.shape);
    all.gradient = context.in<float>(num_values);
    for (int k = 0; k < optimizer_.num_slots; ++k) {
      all.slots[k] = NewValue(context, 1 + k, update_.slot_shapes[k]);
    }
    float* average = has_average_ ? NewValue(context, num_values - 1, update_.shape) : nullptr;
    UpdateVariable(optimizer_, StepNumbers(optimizer_, numbers_), weight_decay_, update_, average);
  }

 private:
  // Output i with the old value.
  static float* NewValue(RunContext& context, int i, const Shape& shape) {
    auto* out = context.out<float>(i);
    const auto* in = context.in<float>(i);
    if (out != in) std::copy_n(in, shape.NumElements(), out);
    return out;
  }

  const OptimizerDef& optimizer_;
  double weight_decay_;
  bool has_average_;
  WholeUpdate update_{};
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

void Clip(const OptimizerOptions& options, std::vector<Operand>& gradients) {
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

void EmitGradients(const OptimizerOptions& options, std::vector<Operand>& gradients,
                   std::vector<Operand>& accumulators, const Operand& is_update) {
  for (size_t i = 0; i < accumulators.size(); ++i) {
    const Operand sum = accumulators[i] + gradients[i];
    gradients[i] = sum / static_cast<float>(options.accumulated_steps);
    accumulators[i] = Select(is_update, ZerosLike(sum), sum);
  }
  if (!gradients.empty()) Clip(options, gradients);
}

std::vector<std::vector<Operand>> EmitOptimizer(const OptimizerDef& optimizer,
                                                const OptimizerOptions& options,
                                                const std::vector<std::vector<Operand>>& variables,
                                                std::vector<Operand> gradients, Operand numbers) {
  Builder& builder = numbers.builder();
  const auto accumulator = 1 + static_cast<std::ptrdiff_t>(optimizer.num_slots);
  std::vector<std::vector<Operand>> values = variables;
  std::vector<Operand> accumulators;
  Operand is_update;
  if (options.accumulated_steps > 1) {
    for (std::vector<Operand>& of_variable : values) {
      accumulators.push_back(of_variable[static_cast<size_t>(accumulator)]);
      of_variable.erase(of_variable.begin() + accumulator);
    }
    const Operand flag =
        builder.Emit("Slice", {numbers, builder.Ints({0, 1}), builder.Ints({1, 1})});
    is_update = Cast(Reshape(flag, {}), DType::kBool);
  }
  EmitGradients(options, gradients, accumulators, is_update);
  for (size_t i = 0; i < values.size(); ++i) {
    std::vector<Operand> inputs = values[i];
    inputs.push_back(gradients[i]);
    inputs.push_back(numbers);
    values[i] = builder.EmitAll(kOp, inputs,
                                {{"optimizer", optimizer.name},
                                 {"has_average", options.has_average},
                                 {"weight_decay", static_cast<float>(options.weight_decay)}});
    if (accumulators.empty()) continue;
    values[i].insert(values[i].begin() + accumulator, accumulators[i]);
  }
  return values;
}

TFWASM_TRAINING_OP kApplyOptimizerOp{.name = kOp,
                                     .min_inputs = 3,
                                     .max_inputs = 4 + kMaxSlots,
                                     .num_outputs = NumValues,
                                     .required_attrs = "optimizer",
                                     .infer = InferUpdate,
                                     .kernel = MakeUpdateKernel,
                                     .in_place_pairs = true};

}  // namespace tfwasm
