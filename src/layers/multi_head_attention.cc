// SPDX-License-Identifier: Apache-2.0
// Vaswani et al., "Attention Is All You Need", 2017; Ainslie et al., "GQA", 2023. Inputs: query,
// value, key (the value unless it is given), and a mask [batch, T, S] of booleans.
#include <cmath>
#include <string>

#include "layers/attention.h"
#include "layers/emit.h"
#include "layers/projection.h"
#include "layers/softmax.h"

namespace tfwasm {

namespace {

// The letters of einsums over projected tensors [batch, ..., head, feature].
struct AttentionLetters {
  // `axes`: those that attend; `rank`: of the projected tensors.
  AttentionLetters(const std::vector<int>& axes, int rank) {
    char next = 'a';
    std::string from;
    std::string to;
    for (int axis = 0; axis < rank; ++axis) {
      const bool attends = std::find(axes.begin(), axes.end(), axis) != axes.end();
      query += next;
      key += attends ? static_cast<char>(next - 'a' + 'A') : next;
      if (attends) {
        from += query.back();
        to += key.back();
      } else if (axis + 1 < rank) {
        scores += next;
      }
      ++next;
    }
    scores += from + to;
  }

  std::string query;
  std::string key;
  std::string scores;
};

class MultiHeadAttention : public Layer {
 public:
  // Of one config key or another for the same.
  MultiHeadAttention(LayerConfig& config, bool is_grouped)
      : generation_(config.generation()),
        heads_(Positive(config, is_grouped ? "num_query_heads" : "num_heads")),
        key_heads_(is_grouped ? Positive(config, "num_key_value_heads") : heads_),
        key_dim_(Positive(config, is_grouped ? "head_dim" : "key_dim")),
        value_dim_(is_grouped ? key_dim_ : ValueDim(config)),
        use_bias_(config.Bool("use_bias", true)),
        dropout_(config),
        kernel_(config, "kernel", "glorot_uniform"),
        bias_(config, "bias", "zeros") {
    if (heads_ % key_heads_ != 0) {
      config.Fail("num_key_value_heads", "a divisor of num_query_heads");
    }
    if (!is_grouped) {
      output_ = config.MaybeInts("output_shape").value_or(std::vector<int64_t>());
      axes_ = config.MaybeInts("attention_axes").value_or(std::vector<int64_t>());
    }
    // What only some versions write.
    if (config.Has("use_gate")) use_gate_ = config.Bool("use_gate", false);
    if (config.Has("sliding_window")) window_ = Positive(config, "sliding_window");
    for (const char* key : {"query_shape", "key_shape", "value_shape", "softmax_robust_masking"}) {
      if (config.Has(key)) config.Value(key);
    }
  }

  void Build(BuildContext& context) override {
    const int key_input = KeyInput(context.num_inputs());
    const int64_t features = context.dim(-1);
    AddProjection(context, "query", {features, heads_, key_dim_}, 1);
    AddProjection(context, "key", {context.dim(-1, key_input), key_heads_, key_dim_}, 1);
    if (use_gate_) AddProjection(context, "gate", {features, heads_, value_dim_}, 1);
    AddProjection(context, "value", {context.dim(-1, 1), key_heads_, value_dim_}, 1);
    Shape output{heads_, value_dim_};
    for (const int64_t dim : output_) output.Append(dim);
    if (output_.empty()) output.Append(features);
    AddProjection(context, "attention_output", output, 2);
  }

  void Call(CallContext& context) override {
    const Operand input = context.input();
    if (input.shape().rank() < 3) {
      Throw(Code::kShape, "expected [batch, steps, features], got ", input.shape());
    }
    int next = 0;
    const auto project = [&](Operand x, int summed) {
      const int step = use_bias_ ? 2 : 1;
      const Operand bias = use_bias_ ? context.weight(next + 1) : Operand();
      const Operand y = Project(x, context.weight(next), bias, summed);
      next += step;
      return y;
    };
    const float scale = 1 / std::sqrt(static_cast<float>(key_dim_));
    const Operand query = project(input, 1) * scale;
    const Operand key = Repeat(project(context.input(KeyInput(context.num_inputs())), 1));
    const Operand gate = use_gate_ ? Unary("Sigmoid", project(input, 1)) : Operand();
    const Operand value = Repeat(project(context.input(1), 1));

    const std::vector<int> axes = Axes(input.shape().rank());
    const AttentionLetters letters(axes, query.shape().rank());
    const auto einsum = [&](Operand a, Operand b, const std::string& equation) {
      return context.builder().Emit("Einsum", {a, b}, {{"N", 2}, {"equation", equation}});
    };
    const Operand scores = Softmax(
        context, einsum(query, key, StrCat(letters.query, ",", letters.key, "->", letters.scores)),
        axes);
    Operand y = einsum(dropout_.Apply(context, scores), value,
                       StrCat(letters.scores, ",", letters.key, "->", letters.query));
    if (use_gate_) y = y * gate;
    SetAttentionResults(context, project(y, 2), scores);
  }

 private:
  static int64_t Positive(LayerConfig& config, std::string_view key) {
    const int64_t value = config.Int(key);
    if (value < 1) config.Fail(key, "a positive integer");
    return value;
  }

  int64_t ValueDim(LayerConfig& config) const {
    return config.Has("value_dim") ? Positive(config, "value_dim")
                                   : config.MaybeInt("value_dim").value_or(key_dim_);
  }

  static int KeyInput(int num_inputs) { return num_inputs > 2 ? 2 : 1; }

  // The axes that attend: all between the batch and the features.
  std::vector<int> Axes(int rank) const {
    std::vector<int> axes;
    for (const int64_t axis : axes_) axes.push_back(NormalizeAxis(axis, rank));
    for (int axis = 1; axes_.empty() && axis < rank - 1; ++axis) axes.push_back(axis);
    return axes;
  }

  void AddProjection(BuildContext& context, const char* name, const Shape& kernel,
                     int summed) const {
    context.AddWeight(StrCat(name, "/kernel"), kernel, kernel_);
    if (!use_bias_) return;
    context.AddWeight(StrCat(name, "/bias"),
                      Shape(kernel.dims().subspan(static_cast<size_t>(summed))), bias_);
  }

  // Query heads share the heads of keys and values in groups of neighbours.
  Operand Repeat(Operand x) const {
    if (heads_ == key_heads_) return x;
    std::vector<int64_t> positions;
    for (int64_t head = 0; head < heads_; ++head) positions.push_back(head * key_heads_ / heads_);
    return Gather(x, x.builder().Ints(positions), x.shape().rank() - 2);
  }

  // Which keys a query may see: [batch, T, S], or less.
  Operand Mask(const CallContext& context, const Shape& scores, size_t num_axes) const {
    Operand mask = context.num_inputs() > 3 ? Cast(context.input(3), DType::kBool) : Operand();
    if (!context.mask(0).empty()) mask = BothMasks(mask, ExpandDims(context.mask(0), -1));
    for (const int i : {1, 2}) {
      if (!context.mask(i).empty()) mask = BothMasks(mask, ExpandDims(context.mask(i), -2));
    }
    const bool is_causal = context.Flag("use_causal_mask", false);
    if ((is_causal || window_ != 0) && num_axes != 1) {
      Throw(Code::kLayer, "a causal mask or a sliding window needs one attention axis");
    }
    if (num_axes != 1) return mask;
    const int rank = scores.rank();
    return BothMasks(mask, PositionMask(context.builder(), scores[rank - 2], scores[rank - 1],
                                        is_causal, window_));
  }

  // Over the keys. Masks get an axis for the heads.
  Operand Softmax(const CallContext& context, Operand scores, const std::vector<int>& axes) const {
    const int rank = scores.shape().rank();
    const auto count = static_cast<int>(axes.size());
    Operand mask = Mask(context, scores.shape(), axes.size());
    while (!mask.empty() && mask.shape().rank() > 2 * count && mask.shape().rank() < rank) {
      mask = ExpandDims(mask, -2 * count - 1);
    }
    std::vector<int> keys;
    for (int axis = rank - count; axis < rank; ++axis) keys.push_back(axis);
    return MaskedSoftmax(scores, mask, keys, generation_);
  }

  Generation generation_;
  int64_t heads_;
  int64_t key_heads_;
  int64_t key_dim_;
  int64_t value_dim_;
  bool use_bias_;
  AttentionDropout dropout_;
  WeightOptions kernel_;
  WeightOptions bias_;
  std::vector<int64_t> output_;  // empty: the features of the query
  std::vector<int64_t> axes_;    // empty: all
  bool use_gate_ = false;
  int64_t window_ = 0;  // 0: none
};

constexpr LayerDef MultiHeadLayer(std::string_view name, NameList aliases,
                                  std::unique_ptr<Layer> (*make)(LayerConfig&)) {
  return {.name = name,
          .aliases = aliases,
          .make = make,
          .mask = MaskRule::kOwn,
          .min_inputs = 2,
          .max_inputs = 4};
}

}  // namespace

TFWASM_LAYER kMultiHeadAttention =
    MultiHeadLayer("MultiHeadAttention", "", MakeLayer<MultiHeadAttention, false>);
TFWASM_LAYER kGroupQueryAttention = MultiHeadLayer("GroupQueryAttention", "GroupedQueryAttention",
                                                   MakeLayer<MultiHeadAttention, true>);

}  // namespace tfwasm
