// SPDX-License-Identifier: Apache-2.0
// Attention with one head. Inputs: query [batch, T, features], value [batch, S, features], and key,
// which is the value unless it is given. Formulas: Luong et al., "Effective Approaches to
// Attention-based Neural Machine Translation", 2015; Bahdanau et al., "Neural Machine Translation
// by Jointly Learning to Align and Translate", 2015; Keras, keras/src/layers/attention.
#include "layers/attention.h"

#include "layers/emit.h"
#include "layers/softmax.h"

namespace tfwasm {

Operand BothMasks(Operand a, Operand b) {
  if (a.empty() || b.empty()) return a.empty() ? b : a;
  return Binary("LogicalAnd", a, b);
}

Operand PositionMask(Builder& builder, int64_t queries, int64_t keys, bool is_causal,
                     int64_t window) {
  const auto positions = [&](int64_t count) {
    std::vector<int64_t> list;
    for (int64_t i = 0; i < count; ++i) list.push_back(i);
    return builder.Ints(list);
  };
  Operand mask;
  if (!is_causal && window == 0) return mask;
  const Operand query = Reshape(positions(queries), {queries, 1});
  const Operand key = positions(keys);
  if (is_causal) mask = Binary("GreaterEqual", query, key);
  if (window == 0) return mask;
  const Operand distance = Unary("Abs", Binary("Sub", query, key));
  return BothMasks(mask,
                   Binary("Less", distance, NumberLike(distance, static_cast<float>(window))));
}

void SetAttentionResults(CallContext& context, Operand output, Operand scores) {
  const bool wants_scores = context.Flag("return_attention_scores", false);
  context.set_outputs(wants_scores ? std::vector<Operand>{output, scores}
                                   : std::vector<Operand>{output});
  context.set_mask(context.mask());
}

namespace {

class Attention : public Layer {
 public:
  explicit Attention(LayerConfig& config, bool is_additive)
      : is_additive_(is_additive),
        use_scale_(config.Bool("use_scale", is_additive)),
        uses_tanh_(is_additive || config.OneOf("score_mode", "dot", {"dot", "concat"}) == "concat"),
        dropout_(config) {
    // Before it became an argument of the call.
    if (config.Has("causal")) is_causal_ = config.Bool("causal", false);
  }

  void Build(BuildContext& context) override {
    const auto add = [&](const char* name, const Shape& shape, const char* initializer) {
      context.AddWeight(
          {.name = name, .tensor = {DType::kFloat32, shape}, .initializer = initializer});
    };
    if (use_scale_ && is_additive_) add("scale", {context.dim(-1)}, "glorot_uniform");
    if (use_scale_ && !is_additive_) add("scale", {}, "ones");
    if (uses_tanh_ && !is_additive_) add("concat_score_weight", {}, "ones");
  }

  void Call(CallContext& context) override {
    const Operand value = context.input(1);
    const Operand scores = Scores(context);
    const int rank = scores.shape().rank();
    const Shape& shape = scores.shape();
    Operand mask = context.mask(1);
    if (!mask.empty()) mask = ExpandDims(mask, -2);
    const bool is_causal = is_causal_ || context.Flag("use_causal_mask", false);
    const Operand positions =
        PositionMask(context.builder(), shape[rank - 2], shape[rank - 1], is_causal, 0);
    // Both generations subtract from masked scores.
    const Operand weights =
        MaskedSoftmax(scores, BothMasks(mask, positions), {rank - 1}, Generation::kKeras2);
    Operand y = Binary("BatchMatMulV2", dropout_.Apply(context, weights), value);
    if (!context.mask().empty()) y = y * Cast(ExpandMask(context.mask(), rank), y.dtype());
    SetAttentionResults(context, y, weights);
  }

 private:
  Operand Scores(const CallContext& context) const {
    Operand query = context.input(0);
    Operand key = context.input(context.num_inputs() > 2 ? 2 : 1);
    // Keras takes [steps, features], too.
    if (query.shape().rank() < 2 || key.shape().rank() < 2) {
      Throw(Code::kShape, "expected [batch, steps, features], got ", query.shape(), " and ",
            key.shape());
    }
    const Operand scale = use_scale_ ? context.weight(0) : Operand();
    const auto scaled = [&](Operand x) { return scale.empty() ? x : x * scale; };
    if (!uses_tanh_) {
      return scaled(context.builder().Emit("BatchMatMulV2", {query, key}, {{"adj_y", true}}));
    }
    const Operand sum = ExpandDims(query, -2) + ExpandDims(key, -3);
    const std::vector<int> last = {sum.shape().rank() - 1};
    if (is_additive_) return Sum(scaled(Unary("Tanh", sum)), last, /*keep_dims=*/false);
    return context.weight(use_scale_ ? 1 : 0) *
           Sum(Unary("Tanh", scaled(sum)), last, /*keep_dims=*/false);
  }

  bool is_additive_;
  bool use_scale_;
  bool uses_tanh_;
  AttentionDropout dropout_;
  bool is_causal_ = false;
};

constexpr LayerDef AttentionLayer(std::string_view name,
                                  std::unique_ptr<Layer> (*make)(LayerConfig&)) {
  return {.name = name, .make = make, .mask = MaskRule::kOwn, .min_inputs = 2, .max_inputs = 3};
}

}  // namespace

TFWASM_LAYER kAttention = AttentionLayer("Attention", MakeLayer<Attention, false>);
TFWASM_LAYER kAdditiveAttention = AttentionLayer("AdditiveAttention", MakeLayer<Attention, true>);

}  // namespace tfwasm
