// SPDX-License-Identifier: Apache-2.0
// Layers that combine several inputs. Semantics: Keras, keras/src/layers/merging.
#include <algorithm>
#include <array>
#include <string>

#include "layers/emit.h"
#include "layers/layer.h"
#include "ops/op.h"

namespace tfwasm {

namespace {

// Inputs of lower rank get axes of size 1 behind the batch.
std::vector<Operand> WithEqualRanks(const std::vector<Operand>& inputs) {
  int rank = 0;
  for (const Operand& input : inputs) rank = std::max(rank, input.shape().rank());
  std::vector<Operand> aligned = inputs;
  for (Operand& input : aligned) {
    if (input.shape().rank() == 0) Throw(Code::kShape, "an input has no batch dimension");
    while (input.shape().rank() < rank) input = ExpandDims(input, 1);
  }
  return aligned;
}

std::vector<Operand> MasksOf(const CallContext& context) {
  std::vector<Operand> masks;
  for (int i = 0; i < context.num_inputs(); ++i) masks.push_back(context.mask(i));
  return masks;
}

// Keras 2: the AND of those that are present; Keras 3: the OR, if all are present.
Operand CombineMasks(const std::vector<Operand>& masks, Generation generation) {
  const bool is_keras3 = generation == Generation::kKeras3;
  Operand combined;
  for (const Operand& mask : masks) {
    if (mask.empty() && is_keras3) return {};
    if (mask.empty()) continue;
    combined =
        combined.empty() ? mask : Binary(is_keras3 ? "LogicalOr" : "LogicalAnd", combined, mask);
  }
  return combined;
}

Operand OrMaybe(Operand a, Operand b) {
  return a.empty() || b.empty() ? Operand() : Binary("LogicalOr", a, b);
}

// The product and the extremes of Keras 3 leave out masked elements. Where all are masked, the
// product is 0, and an extreme is that of the first input.
struct UnmaskedResult {
  Operand value = {};
  Operand mask = {};  // empty: all elements count

  void MultiplyBy(Operand x, Operand x_mask) {
    if (!x_mask.empty()) x = Select(x_mask, x, NumberLike(x, 1));
    mask = value.empty() ? x_mask : OrMaybe(mask, x_mask);
    value = value.empty() ? x : Binary("Mul", value, x);
  }

  void Extend(const char* op, Operand x, Operand x_mask) {
    if (value.empty()) {
      *this = {x, x_mask};
      return;
    }
    if (!x_mask.empty()) x = Select(x_mask, x, value);
    if (!mask.empty()) value = Select(mask, value, x);
    mask = OrMaybe(mask, x_mask);
    value = Binary(op, value, x);
  }
};

constexpr char kAdd[] = "AddV2";
constexpr char kSubtract[] = "Sub";
constexpr char kMultiply[] = "Mul";
constexpr char kMaximum[] = "Maximum";
constexpr char kMinimum[] = "Minimum";

// An op of two inputs, from the first input to the last.
class Merge : public Layer {
 public:
  explicit Merge(LayerConfig& config, const char* op, bool is_average = false)
      : op_(op), is_average_(is_average), generation_(config.generation()) {}

  void Call(CallContext& context) override {
    const std::vector<Operand> inputs = WithEqualRanks(context.inputs());
    context.set_mask(CombineMasks(MasksOf(context), generation_));
    if (generation_ == Generation::kKeras3 && !is_average_ && op_ != kAdd && op_ != kSubtract) {
      context.set_output(MergeUnmasked(context, inputs));
      return;
    }
    Operand result = inputs[0];
    for (size_t i = 1; i < inputs.size(); ++i) result = Binary(op_, result, inputs[i]);
    if (is_average_) result = result / static_cast<float>(inputs.size());
    context.set_output(result);
  }

 private:
  Operand MergeUnmasked(const CallContext& context, const std::vector<Operand>& inputs) const {
    UnmaskedResult result;
    for (int i = 0; i < context.num_inputs(); ++i) {
      const Operand x = inputs[static_cast<size_t>(i)];
      Operand mask = context.mask(i);
      if (!mask.empty()) mask = ExpandMask(mask, x.shape().rank());
      op_ == kMultiply ? result.MultiplyBy(x, mask) : result.Extend(op_, x, mask);
    }
    if (op_ != kMultiply || result.mask.empty()) return result.value;
    return Select(result.mask, result.value, NumberLike(result.value, 0));
  }

  const char* op_;
  bool is_average_;
  Generation generation_;
};

constexpr LayerDef MergeLayer(std::string_view name, std::unique_ptr<Layer> (*make)(LayerConfig&),
                              int min_inputs = 1, int max_inputs = kAnyNumber) {
  return {.name = name,
          .make = make,
          .mask = MaskRule::kOwn,
          .min_inputs = min_inputs,
          .max_inputs = max_inputs};
}

class Concatenate : public Layer {
 public:
  explicit Concatenate(LayerConfig& config)
      : axis_(config.Int("axis", -1)), generation_(config.generation()) {}

  void Call(CallContext& context) override {
    const int axis = NormalizeAxis(axis_, context.input().shape().rank());
    context.set_output(context.num_inputs() == 1 ? context.input()
                                                 : Concat(context.inputs(), axis));
    context.set_mask(MaskOf(context, axis));
  }

 private:
  // Keras 2: masked if any of the features along the last axis is; Keras 3: if all are.
  Operand MaskOf(const CallContext& context, int axis) const {
    int rank = 0;
    std::vector<Operand> masks = MasksOf(context);
    for (size_t i = 0; i < masks.size(); ++i) {
      Operand& mask = masks[i];
      if (mask.empty()) continue;
      if (mask.shape().rank() == context.inputs()[i].shape().rank()) mask = Reduced(mask);
      rank = mask.shape().rank();
    }
    if (rank == 0) return {};
    if (axis >= rank) return CombineMasks(masks, generation_);
    for (size_t i = 0; i < masks.size(); ++i) {
      if (masks[i].empty()) masks[i] = NothingMasked(context.inputs()[i], rank);
    }
    return Concat(masks, axis);
  }

  // Over the last axis.
  Operand Reduced(Operand mask) const {
    const char* op = generation_ == Generation::kKeras2 ? "All" : "Any";
    return Binary(op, mask, mask.builder().Ints({-1}));
  }

  // Of the first `rank` axes.
  static Operand NothingMasked(Operand x, int rank) {
    std::vector<int> others;
    for (int axis = rank; axis < x.shape().rank(); ++axis) others.push_back(axis);
    const Operand sizes = Unary("Shape", Reduce("Max", x, others, /*keep_dims=*/false));
    return Binary("Fill", sizes, x.builder().Const(Tensor::Scalar(true)));
  }

  int64_t axis_;
  Generation generation_;
};

// Sums products over one axis of each input.
class DotLayer : public Layer {
 public:
  explicit DotLayer(LayerConfig& config)
      : normalize_(config.Bool("normalize", false)), generation_(config.generation()) {
    const auto axes = config.MaybeInts("axes");
    if (!axes || axes->empty() || axes->size() > 2 || axes->front() == 0 || axes->back() == 0) {
      config.Fail("axes", "one or two axes that are not 0");
    }
    axes_ = {axes->front(), axes->back()};
  }

  void Call(CallContext& context) override {
    Builder& builder = context.builder();
    // "abc,aed->abed" for axes 2 and 1, but with the summed axis as z.
    std::string equation;
    std::string result = "->a";
    std::vector<Operand> inputs;
    char next = 'b';
    for (int i = 0; i < 2; ++i) {
      Operand x = context.input(i);
      const int axis = NormalizeAxis(axes_[static_cast<size_t>(i)], x.shape().rank());
      if (axis == 0) Throw(Code::kShape, "cannot multiply along the batch");
      if (i == 1) equation += ',';
      for (int k = 0; k < x.shape().rank(); ++k) {
        equation += k == 0 ? 'a' : k == axis ? 'z' : next;
        if (k != 0 && k != axis) result += next++;
      }
      if (normalize_) x = Normalized(x, {axis}, LeastSquareSum(generation_));
      inputs.push_back(x);
    }
    Operand y = builder.Emit("Einsum", inputs, {{"N", 2}, {"equation", equation + result}});
    if (y.shape().rank() == 1) y = ExpandDims(y, 1);
    context.set_output(y);
  }

 private:
  std::array<int64_t, 2> axes_;
  bool normalize_;
  Generation generation_;
};

}  // namespace

TFWASM_LAYER kAddLayer = MergeLayer("Add", MakeLayer<Merge, kAdd>);
TFWASM_LAYER kSubtractLayer = MergeLayer("Subtract", MakeLayer<Merge, kSubtract>, 2, 2);
TFWASM_LAYER kMultiplyLayer = MergeLayer("Multiply", MakeLayer<Merge, kMultiply>);
TFWASM_LAYER kAverageLayer = MergeLayer("Average", MakeLayer<Merge, kAdd, true>);
TFWASM_LAYER kMaximumLayer = MergeLayer("Maximum", MakeLayer<Merge, kMaximum>);
TFWASM_LAYER kMinimumLayer = MergeLayer("Minimum", MakeLayer<Merge, kMinimum>);
TFWASM_LAYER kConcatenateLayer = MergeLayer("Concatenate", MakeLayer<Concatenate>);
TFWASM_LAYER kDotLayer{
    .name = "Dot", .make = MakeLayer<DotLayer>, .min_inputs = 2, .max_inputs = 2};

}  // namespace tfwasm
