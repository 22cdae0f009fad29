// SPDX-License-Identifier: Apache-2.0
// Layers whose output is a number of a category. Semantics: Keras,
// keras/src/layers/preprocessing/.
#include "layers/categories.h"

#include <algorithm>

#include "core/str_cat.h"
#include "layers/emit.h"
#include "ops/op.h"

namespace tfwasm {

CategoryOutput::CategoryOutput(LayerConfig& config, std::string_view fallback,
                               std::initializer_list<std::string_view> allowed)
    : mode_(config.OneOf("output_mode", fallback, allowed)) {
  if (mode_ == "binary") mode_ = "multi_hot";
  if (mode_ == "tf-idf") mode_ = "tf_idf";
  config.Bool("sparse", false);
}

Operand CategoryOutput::Encode(Operand numbers, int64_t depth, Operand weights,
                               bool is_strict) const {
  if (is_int()) return numbers;
  const Shape& shape = numbers.shape();
  Builder& builder = numbers.builder();
  if (mode_ == "one_hot" && shape.rank() > 1 && shape[shape.rank() - 1] == 1) {
    numbers = Squeeze(numbers, -1);
  }
  std::vector<Operand> inputs{numbers};
  if (!weights.empty()) inputs.push_back(Cast(weights, DType::kFloat32));
  return builder.Emit("_EncodeCategories", inputs,
                      {{"depth", depth}, {"mode", op_mode()}, {"is_strict", is_strict}});
}

Operand NotReady(const Operand& x, std::string_view message) {
  return x.builder().Emit("_NotReady", {x}, {{"message", message}});
}

std::optional<SipKey> ReadSalt(LayerConfig& config) {
  const auto salt = config.MaybeInts("salt");
  if (!salt) return std::nullopt;
  if (salt->size() > 2 || salt->empty()) config.Fail("salt", "one integer or two");
  return SipKey{.first = static_cast<uint64_t>(salt->front()),
                .second = static_cast<uint64_t>(salt->back())};
}

std::optional<std::vector<float>> MaybeFloats(LayerConfig& config, std::string_view key) {
  const auto numbers = config.MaybeNumbers(key);
  if (!numbers) return std::nullopt;
  return std::vector<float>(numbers->begin(), numbers->end());
}

std::optional<std::string> TextOf(const Json& json) {
  if (const std::string_view* text = json.AsString()) return std::string(*text);
  if (const auto number = json.AsInt()) return StrCat(*number);
  return std::nullopt;
}

namespace {

class CategoryEncoding : public Layer {
 public:
  explicit CategoryEncoding(LayerConfig& config)
      : num_tokens_(config.Int("num_tokens")),
        output_(config, "multi_hot", {"multi_hot", "one_hot", "count", "binary"}),
        is_strict_(config.generation() == Generation::kKeras2) {
    if (num_tokens_ < 1) config.Fail("num_tokens", "a positive integer");
  }

  void Call(CallContext& context) override {
    const std::vector<Operand> weights = context.Tensors("count_weights");
    if (context.num_own_inputs() != 1) Throw(Code::kLayer, "expected one input");
    if (!weights.empty() && output_.op_mode() != "count") {
      Throw(Code::kLayer, "count_weights are only for output_mode 'count'");
    }
    context.set_output(output_.Encode(Cast(context.input(), DType::kInt32), num_tokens_,
                                      weights.empty() ? Operand() : weights[0], is_strict_));
  }

 private:
  int64_t num_tokens_;
  CategoryOutput output_;
  bool is_strict_;
};

class Discretization : public Layer {
 public:
  explicit Discretization(LayerConfig& config)
      : boundaries_(MaybeFloats(config, "bin_boundaries")),
        num_bins_(config.MaybeInt("num_bins")),
        output_(config, "int", {"int", "one_hot", "multi_hot", "count", "binary"}) {
    const double epsilon = config.Number("epsilon", 0.01);
    if (!(epsilon > 0 && epsilon < 1)) config.Fail("epsilon", "a number between 0 and 1");
    if (boundaries_ && !std::is_sorted(boundaries_->begin(), boundaries_->end())) {
      config.Fail("bin_boundaries", "ascending numbers");
    }
    if (!boundaries_ && !(num_bins_ >= 1)) config.Fail("num_bins", "it or 'bin_boundaries'");
  }

  void Call(CallContext& context) override {
    Operand x = Cast(context.input(), DType::kFloat32);
    if (!boundaries_) x = NotReady(x, "the layer has no bin_boundaries yet: call its adapt()");
    const std::vector<float> boundaries = boundaries_.value_or(std::vector<float>());
    const auto count = static_cast<int64_t>(boundaries.size());
    const Operand sorted = ExpandDims(Numbers(context.builder(), boundaries), 0);
    const Operand bins = Binary("UpperBound", sorted, ReshapeTo(x, {1, -1}));
    const Operand numbers = Binary("Reshape", bins, Unary("Shape", x));
    context.set_output(output_.Encode(numbers, boundaries_ ? count + 1 : *num_bins_));
  }

 private:
  std::optional<std::vector<float>> boundaries_;
  std::optional<int64_t> num_bins_;
  CategoryOutput output_;
};

int64_t ReadBins(LayerConfig& config) {
  const int64_t bins = config.Int("num_bins");
  if (bins < 1 || bins > int64_t{1} << 31) config.Fail("num_bins", "an integer from 1 to 2^31");
  return bins;
}

class Hashing : public Layer {
 public:
  explicit Hashing(LayerConfig& config) : num_bins_(ReadBins(config)) {
    attrs_.Set("num_bins", num_bins_);
    config.Value("mask_value");
    if (config.Has("mask_value")) {
      const auto mask = TextOf(config.Given("mask_value"));
      if (!mask) config.Fail("mask_value", "a text or an integer");
      attrs_.Set("mask", *mask);
    }
    if (const auto salt = ReadSalt(config)) {
      attrs_.Set("key", std::vector<int64_t>{static_cast<int64_t>(salt->first),
                                             static_cast<int64_t>(salt->second)});
    }
    output_.emplace(
        config, "int",
        std::initializer_list<std::string_view>{"int", "one_hot", "multi_hot", "count"});
  }

  void Call(CallContext& context) override {
    Operand x = context.input();
    if (x.dtype() != DType::kString) x = Cast(x, DType::kInt32);
    context.set_output(
        output_->Encode(context.builder().Emit("_HashToBins", {x}, attrs_), num_bins_));
  }

 private:
  int64_t num_bins_;
  AttrMap attrs_;
  std::optional<CategoryOutput> output_;
};

class HashedCrossing : public Layer {
 public:
  explicit HashedCrossing(LayerConfig& config)
      : num_bins_(ReadBins(config)), output_(config, "int", {"int", "one_hot"}) {}

  void Call(CallContext& context) override {
    for (const Operand& input : context.inputs()) {
      const Shape& shape = input.shape();
      if (shape.rank() < 2 || (shape.rank() == 2 && shape[1] == 1)) continue;
      Throw(Code::kShape, "inputs of shape [batch] or [batch, 1] are expected, got ", shape);
    }
    const Operand bins =
        context.builder().Emit("_HashToBins", context.inputs(), {{"num_bins", num_bins_}});
    context.set_output(output_.Encode(bins, num_bins_));
  }

 private:
  int64_t num_bins_;
  CategoryOutput output_;
};

}  // namespace

TFWASM_LAYER kCategoryEncoding{
    .name = "CategoryEncoding", .make = MakeLayer<CategoryEncoding>, .max_inputs = 2};
TFWASM_LAYER kDiscretization{.name = "Discretization", .make = MakeLayer<Discretization>};
TFWASM_LAYER kHashing{.name = "Hashing", .make = MakeLayer<Hashing>};
TFWASM_LAYER kHashedCrossing{.name = "HashedCrossing",
                             .make = MakeLayer<HashedCrossing>,
                             .min_inputs = 2,
                             .max_inputs = kAnyNumber};

}  // namespace tfwasm
