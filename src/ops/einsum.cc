// SPDX-License-Identifier: Apache-2.0
// Sums of products after Einstein's convention: two operands after another are brought into the
// form [shared and kept, own, summed over] and multiplied as matrices.
#include <algorithm>

#include "kernels/copy.h"
#include "kernels/reduce.h"
#include "kernels/strided_copy.h"
#include "kernels/transpose.h"
#include "ops/arguments.h"
#include "ops/einsum_equation.h"

namespace tfwasm {

namespace {

Shape ShapeOf(const EinsumEquation& equation, const Labels& labels) {
  Shape shape;
  for (const int label : labels) shape.Append(equation.size(label));
  return shape;
}

// The strides of each label in an array whose axes are `axes`: a label that occurs twice runs
// along the diagonal.
void LabelStrides(const Labels& axes, const Shape& shape, const Labels& labels,
                  std::array<int64_t, Shape::kMaxRank>& strides) {
  const auto steps = RowMajorStrides(shape);
  strides.fill(0);
  for (size_t axis = 0; axis < axes.size(); ++axis) {
    const auto place = std::find(labels.begin(), labels.end(), axes[axis]) - labels.begin();
    strides[static_cast<size_t>(place)] += steps[axis];
  }
}

Labels WithoutRepetitions(const Labels& labels) {
  Labels result;
  for (const int label : labels) {
    if (!Contains(result, label)) result.push_back(label);
  }
  return result;
}

// A value on the way, computed by `run(in, out)` from the values before it.
struct Stage {
  std::vector<size_t> inputs;
  std::function<void(const std::vector<void*>& in, void* out)> run;
  Shape shape;
};

struct Operand {
  size_t value;
  Labels labels;
};

}  // namespace

// Works out the stages for given shapes.
class EinsumPlan : public Kernel {
 public:
  explicit EinsumPlan(const KernelContext& context)
      : context_(&context), equation_(context), dtype_(context.dtype(0)) {
    for (int i = 0; i < context.num_inputs(); ++i) {
      const auto index = static_cast<size_t>(i);
      stages_.push_back({.inputs = {}, .run = nullptr, .shape = context.shape(i)});
      operands_.push_back({index, equation_.input(index)});
    }
    for (Operand& operand : operands_) Diagonal(operand);
    while (operands_.size() > 1) Multiply();
    SumOut(operands_[0], equation_.output());
    Output(operands_[0]);
    context_ = nullptr;
  }

  void Run(RunContext& run) override {
    std::vector<Tensor> tensors(stages_.size());
    std::vector<void*> values(stages_.size());
    for (size_t i = 0; i < stages_.size(); ++i) {
      const Stage& stage = stages_[i];
      if (stage.run == nullptr) {
        values[i] = const_cast<void*>(run.in(static_cast<int>(i)));
        continue;
      }
      const bool is_last = i + 1 == stages_.size();
      if (!is_last) tensors[i] = Tensor(dtype_, stage.shape);
      values[i] = is_last ? run.out(0) : tensors[i].mutable_data();
      std::vector<void*> in;
      for (const size_t input : stage.inputs) in.push_back(values[input]);
      stage.run(in, values[i]);
      for (const size_t input : stage.inputs) tensors[input] = Tensor();
    }
  }

 private:
  template <typename F>
  size_t AddStage(std::vector<size_t> inputs, const Shape& shape, F run) {
    stages_.push_back({std::move(inputs), std::move(run), shape});
    return stages_.size() - 1;
  }

  // Takes the diagonal of repeated labels, and drops axes of size 1 that broadcast.
  void Diagonal(Operand& operand) {
    const Labels axes = operand.labels;
    const Shape& shape = stages_[operand.value].shape;
    Labels kept;
    for (size_t axis = 0; axis < axes.size(); ++axis) {
      if (shape[static_cast<int>(axis)] == equation_.size(axes[axis])) kept.push_back(axes[axis]);
    }
    Labels labels = WithoutRepetitions(kept);
    if (labels.size() < kept.size()) {
      StridedCopy copy{.dtype = dtype_, .shape = ShapeOf(equation_, labels)};
      LabelStrides(kept, ShapeOf(equation_, kept), labels, copy.in_strides);
      copy.out_strides = RowMajorStrides(copy.shape);
      operand.value =
          AddStage({operand.value}, copy.shape, [copy](const std::vector<void*>& in, void* out) {
            if (copy.shape.NumElements() != 0) copy.Run(in[0], out);
          });
    }
    operand.labels = std::move(labels);
  }

  // Sums over the labels that are not needed.
  void SumOut(Operand& operand, const Labels& needed) {
    std::vector<int> axes;
    Labels kept;
    for (size_t axis = 0; axis < operand.labels.size(); ++axis) {
      const int label = operand.labels[axis];
      if (Contains(needed, label)) {
        kept.push_back(label);
      } else {
        axes.push_back(static_cast<int>(axis));
      }
    }
    if (axes.empty()) return;
    auto reducer = std::make_shared<Reducer>(Reduction::kSum, dtype_,
                                             ShapeOf(equation_, operand.labels), axes);
    operand.value =
        AddStage({operand.value}, ShapeOf(equation_, kept),
                 [reducer](const std::vector<void*>& in, void* out) { reducer->Run(in[0], out); });
    operand.labels = std::move(kept);
  }

  void Transpose(Operand& operand, const Labels& order) {
    if (operand.labels == order) return;
    std::vector<int> permutation;
    for (const int label : order) {
      permutation.push_back(static_cast<int>(
          std::find(operand.labels.begin(), operand.labels.end(), label) - operand.labels.begin()));
    }
    auto transposer =
        std::make_shared<Transposer>(dtype_, ShapeOf(equation_, operand.labels), permutation);
    operand.value = AddStage(
        {operand.value}, ShapeOf(equation_, order),
        [transposer](const std::vector<void*>& in, void* out) { transposer->Run(in[0], out); });
    operand.labels = order;
  }

  // Replaces the first two operands by their product.
  void Multiply() {
    Operand a = std::move(operands_[0]);
    Operand b = std::move(operands_[1]);
    operands_.erase(operands_.begin());
    Labels later = equation_.output();
    for (size_t i = 1; i < operands_.size(); ++i) Append(later, operands_[i].labels);
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
    // Spares b a transposition where its summed axes are last already.
    const bool is_b_transposed = b.labels == Union(Union(batch, own_b), summed);
    if (!is_b_transposed) Transpose(b, Union(Union(batch, summed), own_b));

    const int64_t batches = ShapeOf(equation_, batch).NumElements();
    const int64_t m = ShapeOf(equation_, own_a).NumElements();
    const int64_t k = ShapeOf(equation_, summed).NumElements();
    const int64_t n = ShapeOf(equation_, own_b).NumElements();
    const Labels labels = Union(Union(batch, own_a), own_b);
    const Shape shape = ShapeOf(equation_, labels);
    size_t product;
    if (summed.empty()) {
      product = AddOp("Mul", {a.value, b.value}, {{batches, m, 1}, {batches, 1, n}}, shape, false);
    } else if (is_b_transposed) {
      product =
          AddOp("MatMul", {a.value, b.value}, {{batches, m, k}, {batches, n, k}}, shape, true);
    } else {
      product =
          AddOp("MatMul", {a.value, b.value}, {{batches, m, k}, {batches, k, n}}, shape, false);
    }
    operands_[0] = {product, labels};
  }

  // A stage that runs the kernel of an op.
  size_t AddOp(std::string_view op, std::vector<size_t> inputs, const std::vector<Shape>& shapes,
               const Shape& output, bool transpose_b) {
    Node node;
    node.name = context_->node().name;
    node.op = op;
    node.attrs.Set("transpose_b", transpose_b);
    std::vector<TensorSpec> specs;
    for (const Shape& shape : shapes) specs.push_back({dtype_, shape});
    std::vector<const Tensor*> values(specs.size(), nullptr);
    const OpDef& def = *FindOp(op);
    InferContext infer(node, specs, values);
    def.infer(infer);
    std::shared_ptr<NodeState> state;
    const KernelContext context(node, specs, values, infer.outputs(), &state);
    std::shared_ptr<Kernel> kernel = def.kernel(context);
    return AddStage(std::move(inputs), output, [kernel](const std::vector<void*>& in, void* out) {
      RunContext run(in.data(), &out);
      kernel->Run(run);
    });
  }

  // The last stage: axes in the order of the output, along diagonals where labels repeat.
  void Output(Operand& operand) {
    const Labels& output = equation_.output();
    const Labels labels = WithoutRepetitions(output);
    if (labels.size() == output.size()) {
      Transpose(operand, output);
      if (stages_.back().run == nullptr) AddCopy(operand);
      return;
    }
    StridedCopy copy{.dtype = dtype_, .shape = ShapeOf(equation_, operand.labels)};
    copy.in_strides = RowMajorStrides(copy.shape);
    const Shape shape = ShapeOf(equation_, output);
    LabelStrides(output, shape, operand.labels, copy.out_strides);
    AddStage({operand.value}, shape,
             [copy, dtype = dtype_, count = shape.NumElements()](const std::vector<void*>& in,
                                                                 void* out) {
               ZeroElements(dtype, out, count);
               copy.Run(in[0], out);
             });
  }

  void AddCopy(const Operand& operand) {
    const Shape shape = ShapeOf(equation_, operand.labels);
    AddStage(
        {operand.value}, shape,
        [dtype = dtype_, count = shape.NumElements()](const std::vector<void*>& in, void* out) {
          CopyElements(dtype, in[0], out, count);
        });
  }

  const KernelContext* context_;
  EinsumEquation equation_;
  DType dtype_;
  std::vector<Stage> stages_;  // the first ones are the inputs
  std::vector<Operand> operands_;
};

namespace {

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

const OpRegistration kEinsum(
    {.name = "Einsum", .max_inputs = kAnyNumber, .infer = InferEinsum, .kernel = EinsumKernel});

}  // namespace

}  // namespace tfwasm
