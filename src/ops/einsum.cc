// SPDX-License-Identifier: Apache-2.0
// Einsum: brings pairs of operands into the form [batch, own, summed] and multiplies them as
// matrices.
#include <algorithm>
#include <map>

#include "kernels/copy.h"
#include "kernels/reduce.h"
#include "kernels/strided_copy.h"
#include "kernels/transpose.h"
#include "ops/arguments.h"
#include "ops/einsum_equation.h"
#include "ops/gradient.h"

namespace tfwasm {

namespace {

Shape ShapeOf(const EinsumEquation& equation, const Labels& labels) {
  Shape shape;
  for (const int label : labels) shape.Append(equation.size(label));
  return shape;
}

int PlaceOf(const Labels& labels, int label) {
  return static_cast<int>(std::find(labels.begin(), labels.end(), label) - labels.begin());
}

// The strides of each label in a row-major array with the axes `axes`. A repeated label runs along
// the diagonal.
std::array<int64_t, Shape::kMaxRank> LabelStrides(const Labels& axes, const Shape& shape,
                                                  const Labels& labels) {
  const auto steps = RowMajorStrides(shape);
  std::array<int64_t, Shape::kMaxRank> strides{};
  for (size_t axis = 0; axis < axes.size(); ++axis) {
    strides[static_cast<size_t>(PlaceOf(labels, axes[axis]))] += steps[axis];
  }
  return strides;
}

Labels WithoutRepetitions(const Labels& labels) { return Union({}, labels); }

// A computed value: a step of the evaluation.
struct Stage {
  std::vector<size_t> inputs;
  std::unique_ptr<Kernel> kernel;  // nullptr for an input of the op
  Shape shape;
};

struct Term {
  size_t value;
  Labels labels;
};

class EinsumPlan : public Kernel {
 public:
  explicit EinsumPlan(const KernelContext& context) : equation_(context), dtype_(context.dtype(0)) {
    std::vector<Term> operands;
    for (int i = 0; i < context.num_inputs(); ++i) {
      const size_t value = AddStage({}, context.shape(i), nullptr);
      operands.push_back({value, equation_.input(value)});
    }
    for (Term& operand : operands) TakeDiagonal(operand);
    Term result = std::move(operands[0]);
    for (size_t i = 1; i < operands.size(); ++i) {
      Labels later = equation_.output();
      for (size_t k = i + 1; k < operands.size(); ++k) later = Union(later, operands[k].labels);
      result = Multiply(std::move(result), std::move(operands[i]), later);
    }
    SumOut(result, equation_.output());
    AddOutput(std::move(result));
  }

  void Run(RunContext& run) override {
    std::vector<Tensor> tensors(stages_.size());
    std::vector<void*> values(stages_.size());
    for (size_t i = 0; i < stages_.size(); ++i) {
      const Stage& stage = stages_[i];
      if (stage.kernel == nullptr) {
        values[i] = const_cast<void*>(run.in(static_cast<int>(i)));
        continue;
      }
      const bool is_last = i + 1 == stages_.size();
      if (!is_last) tensors[i] = Tensor(dtype_, stage.shape);
      values[i] = is_last ? run.out(0) : tensors[i].mutable_data();
      std::vector<void*> in;
      for (const size_t input : stage.inputs) in.push_back(values[input]);
      RunContext stage_run(in.data(), &values[i]);
      stage.kernel->Run(stage_run);
      for (const size_t input : stage.inputs) tensors[input] = Tensor();
    }
  }

 private:
  size_t AddStage(std::vector<size_t> inputs, const Shape& shape, std::unique_ptr<Kernel> kernel) {
    stages_.push_back({std::move(inputs), std::move(kernel), shape});
    return stages_.size() - 1;
  }

  // Merges repeated labels and drops broadcast axes of size 1.
  void TakeDiagonal(Term& operand) {
    const Shape shape = stages_[operand.value].shape;
    Labels axes;
    for (size_t i = 0; i < operand.labels.size(); ++i) {
      const int label = operand.labels[i];
      if (shape[static_cast<int>(i)] == equation_.size(label)) axes.push_back(label);
    }
    operand.labels = WithoutRepetitions(axes);
    if (operand.labels.size() == axes.size()) return;
    StridedCopy copy{.dtype = dtype_, .shape = ShapeOf(equation_, operand.labels)};
    copy.in_strides = LabelStrides(axes, ShapeOf(equation_, axes), operand.labels);
    copy.out_strides = RowMajorStrides(copy.shape);
    const auto run_copy = [copy](RunContext& run) {
      if (copy.shape.NumElements() != 0) copy.Run(run.in(0), run.out(0));
    };
    operand.value = AddStage({operand.value}, copy.shape, MakeKernel(run_copy));
  }

  // Sums over labels that are not in `needed`.
  void SumOut(Term& operand, const Labels& needed) {
    const Labels summed = Difference(operand.labels, needed);
    if (summed.empty()) return;
    std::vector<int> axes;
    for (const int label : summed) axes.push_back(PlaceOf(operand.labels, label));
    Reducer reducer(Reduction::kSum, dtype_, ShapeOf(equation_, operand.labels), axes);
    operand.labels = Difference(operand.labels, summed);
    operand.value = AddStage({operand.value}, ShapeOf(equation_, operand.labels),
                             MakeKernel([reducer = std::move(reducer)](RunContext& run) {
                               reducer.Run(run.in(0), run.out(0));
                             }));
  }

  void Transpose(Term& operand, const Labels& order) {
    if (operand.labels == order) return;
    std::vector<int> permutation;
    for (const int label : order) permutation.push_back(PlaceOf(operand.labels, label));
    Transposer transposer(dtype_, ShapeOf(equation_, operand.labels), permutation);
    operand.labels = order;
    operand.value = AddStage(
        {operand.value}, ShapeOf(equation_, order),
        MakeKernel([transposer](RunContext& run) { transposer.Run(run.in(0), run.out(0)); }));
  }

  // The product of `a` and `b`, summed over common labels that are not in `later`.
  Term Multiply(Term a, Term b, const Labels& later) {
    SumOut(a, Union(later, b.labels));
    SumOut(b, Union(later, a.labels));
    Labels batch;
    Labels summed;
    for (const int label : a.labels) {
      if (Contains(b.labels, label)) (Contains(later, label) ? batch : summed).push_back(label);
    }
    const Labels own_a = Difference(a.labels, b.labels);
    const Labels own_b = Difference(b.labels, a.labels);
    Transpose(a, Union(Union(batch, own_a), summed));
    // Avoids transposing b if its summed axes are already last.
    const bool is_b_transposed = b.labels == Union(Union(batch, own_b), summed);
    if (!is_b_transposed) Transpose(b, Union(Union(batch, summed), own_b));

    const int64_t batches = ShapeOf(equation_, batch).NumElements();
    const int64_t m = ShapeOf(equation_, own_a).NumElements();
    const int64_t k = ShapeOf(equation_, summed).NumElements();
    const int64_t n = ShapeOf(equation_, own_b).NumElements();
    if (k != 1 && m * n != 1) {
      const Shape matrix_b = is_b_transposed ? Shape{batches, n, k} : Shape{batches, k, n};
      return AddOp("MatMul", {a.value, b.value}, {{batches, m, k}, matrix_b},
                   Union(Union(batch, own_a), own_b), is_b_transposed);
    }
    // Outer products and single dot products: multiply elementwise, then sum.
    const Shape rows_a = k == 1 ? Shape{batches, m, 1} : Shape{batches, k};
    const Shape rows_b = k == 1 ? Shape{batches, 1, n} : Shape{batches, k};
    Term result = AddOp("Mul", {a.value, b.value}, {rows_a, rows_b},
                        Union(Union(batch, own_a), Union(summed, own_b)), false);
    SumOut(result, later);
    return result;
  }

  // The result of an op whose inputs are reshaped to `shapes`.
  Term AddOp(std::string_view op, std::vector<size_t> inputs, const std::vector<Shape>& shapes,
             Labels labels, bool transpose_b) {
    Node node;
    node.op = op;
    node.attrs.Set("transpose_b", transpose_b);
    std::vector<TensorSpec> specs;
    for (const Shape& shape : shapes) specs.push_back({dtype_, shape});
    const std::vector<const Tensor*> values(specs.size(), nullptr);
    const OpDef& def = *FindOp(op);
    InferContext inferred(node, specs, values);
    def.infer(inferred);
    std::shared_ptr<NodeState> state;
    const KernelContext context(node, specs, values, inferred.outputs(), &state);
    const size_t value =
        AddStage(std::move(inputs), ShapeOf(equation_, labels), def.kernel(context));
    return {value, std::move(labels)};
  }

  // The last stage: orders the axes for the output. Repeated labels write to the diagonal.
  void AddOutput(Term result) {
    const Labels& output = equation_.output();
    if (WithoutRepetitions(output).size() == output.size()) {
      Transpose(result, output);
      if (stages_.back().kernel != nullptr && result.value + 1 == stages_.size()) return;
    }
    const Shape shape = ShapeOf(equation_, output);
    StridedCopy copy{.dtype = dtype_, .shape = ShapeOf(equation_, result.labels)};
    copy.in_strides = RowMajorStrides(copy.shape);
    copy.out_strides = LabelStrides(output, shape, result.labels);
    const auto run_copy = [copy, count = shape.NumElements()](RunContext& run) {
      ZeroElements(copy.dtype, run.out(0), count);
      copy.Run(run.in(0), run.out(0));
    };
    AddStage({result.value}, shape, MakeKernel(run_copy));
  }

  EinsumEquation equation_;
  DType dtype_;
  std::vector<Stage> stages_;  // the first ones are the inputs
};

void InferEinsum(InferContext& context) {
  ExpectNumber(context, 0, "the operands");
  ExpectOneDType(context, 0, context.num_inputs());
  const EinsumEquation equation(context);
  context.set_output(0, context.dtype(0), ShapeOf(equation, equation.output()));
}

std::unique_ptr<Kernel> EinsumKernel(const KernelContext& context) {
  if (context.output(0).shape.NumElements() == 0) return MakeKernel([](RunContext&) {});
  return std::make_unique<EinsumPlan>(context);
}

TFWASM_OP kEinsumOp{.name = "Einsum",
                    .max_inputs = kAnyNumber,
                    .required_attrs = "equation",
                    .infer = InferEinsum,
                    .kernel = EinsumKernel};

}  // namespace

namespace {

// The equation of these operands with a letter for every label.
std::string WriteEquation(const std::vector<Labels>& operands, const Labels& output) {
  Labels all = output;
  for (const Labels& labels : operands) all = Union(all, labels);
  // The axes of an ellipsis have no letters. They get those that are free.
  std::map<int, char> letters;
  char free = 'A';
  for (const int label : all) {
    if (label >= 'A') {
      letters[label] = static_cast<char>(label);
      continue;
    }
    while (Contains(all, free)) ++free;
    letters[label] = free++;
  }
  std::string equation;
  for (size_t i = 0; i < operands.size(); ++i) {
    if (i > 0) equation += ',';
    for (const int label : operands[i]) equation += letters[label];
  }
  equation += "->";
  for (const int label : output) equation += letters[label];
  return equation;
}

// The gradient of operand i is an Einsum of dy, the other operands, and ones for the labels that
// only operand i has.
Operand EinsumGradient(GradientContext& c, const EinsumEquation& equation, int i) {
  std::vector<Operand> operands{c.dy()};
  std::vector<Labels> labels{equation.output()};
  Labels available = equation.output();
  for (int k = 0; k < c.num_inputs(); ++k) {
    if (k == i) continue;
    const Labels& list = equation.input(static_cast<size_t>(k));
    // Not an ellipsis any more, so axes of size 1 are not repeated.
    operands.push_back(BroadcastTo(c.input(k), ShapeOf(equation, list)));
    labels.push_back(list);
    available = Union(available, list);
  }
  const Labels& own = equation.input(static_cast<size_t>(i));
  for (const int label : WithoutRepetitions(Difference(own, available))) {
    operands.push_back(Fill(c.builder(), c.dy().dtype(), {equation.size(label)}, 1));
    labels.push_back({label});
  }
  return c.builder().Emit("Einsum", operands, {{"equation", WriteEquation(labels, own)}});
}

}  // namespace

TFWASM_GRADIENT kEinsumGradient{
    "Einsum", [](GradientContext& c) {
      std::vector<TensorSpec> specs;
      for (int i = 0; i < c.num_inputs(); ++i) {
        specs.push_back({c.input(i).dtype(), c.input(i).shape()});
      }
      const std::vector<const Tensor*> values(specs.size(), nullptr);
      const EinsumEquation equation(OpContext(c.node(), std::move(specs), values));
      for (int i = 0; i < c.num_inputs(); ++i) {
        if (c.wants(i)) c.set(i, EinsumGradient(c, equation, i));
      }
    }};

}  // namespace tfwasm
