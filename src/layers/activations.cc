// SPDX-License-Identifier: Apache-2.0
// Formulas: Keras, keras/src/activations and keras/src/ops/nn.py. Where Keras 2 and 3 differ, the
// generation decides.
#include "layers/activations.h"

#include "core/error.h"
#include "core/training_registry.h"
#include "layers/emit.h"
#include "layers/named.h"

namespace tfwasm {

TFWASM_TRAINING_REGISTRY(activations, ActivationDef, AllActivations)

namespace {

using Call = const ActivationCall&;

Operand Linear(Call c) { return c.x; }

Operand Elu(Call c) { return EluOf(c.x, c.Number("alpha", 1)); }

// The activation's slope is 0.2, the layer's 0.3.
Operand LeakyRelu(Call c) {
  const float alpha = c.Number("alpha", c.config.is_object() ? 0.3f : 0.2f);
  return LeakyReluOf(c.x, c.Number("negative_slope", alpha));
}

Operand SoftmaxLast(Call c) {
  if (c.x.shape().rank() < 2) {
    Throw(Code::kShape, "softmax needs two dimensions, got ", c.x.shape());
  }
  return Unary("Softmax", c.x);
}

Operand HardSigmoid(Call c) { return HardSigmoidOf(c.x, c.generation); }
Operand HardSilu(Call c) { return c.x * HardSigmoidOf(c.x, Generation::kKeras3); }
Operand Swish(Call c) { return c.x * Unary("Sigmoid", c.x); }
Operand Mish(Call c) { return c.x * Unary("Tanh", Unary("Softplus", c.x)); }
Operand GeluNew(Call c) { return GeluOf(c.x, /*approximate=*/true); }
Operand LogSigmoid(Call c) { return -Unary("Softplus", -c.x); }

Operand Gelu(Call c) {
  const JsonValue* approximate = FindMember(c.config, "approximate");
  return GeluOf(c.x,
                approximate != nullptr && approximate->is_boolean() && approximate->get<bool>());
}

Operand Celu(Call c) {
  const float alpha = c.Number("alpha", 1);
  const Operand below = Binary("Minimum", c.x, NumberLike(c.x, 0));
  return Unary("Relu", c.x) + alpha * Unary("Expm1", below / alpha);
}

Operand Glu(Call c) {
  const int axis = c.x.shape().rank() - 1;
  const int64_t half = axis < 0 ? 0 : c.x.shape()[axis] / 2;
  if (axis < 0 || half * 2 != c.x.shape()[axis]) {
    Throw(Code::kShape, "glu needs an even number of features, got ", c.x.shape());
  }
  return Slice(c.x, axis, 0, half) * Unary("Sigmoid", Slice(c.x, axis, half, half));
}

Operand HardTanh(Call c) { return Clip(c.x, -1, 1); }

Operand SoftShrink(Call c) {
  const float threshold = c.Number("threshold", 0.5f);
  return c.x - Clip(c.x, -threshold, threshold);
}

// x where `size` is more than the threshold.
Operand Above(Call c, Operand size, float threshold, float otherwise) {
  const Operand bound = NumberLike(c.x, c.Number("threshold", threshold));
  return Select(Binary("Greater", size, bound), c.x, NumberLike(c.x, otherwise));
}

Operand HardShrink(Call c) { return Above(c, Unary("Abs", c.x), 0.5f, 0); }
Operand TanhShrink(Call c) { return c.x - Unary("Tanh", c.x); }
Operand Threshold(Call c) { return Above(c, c.x, 0, c.Number("value", 0)); }

Operand Squareplus(Call c) { return 0.5f * (c.x + Unary("Sqrt", c.x * c.x + c.Number("b", 4))); }

Operand SparseSigmoid(Call c) { return Clip(0.5f * (c.x + 1.0f), 0, 1); }

// 0 up to -1, (x + 1)^2 / 4 up to 1, x beyond.
Operand SparsePlus(Call c) {
  const Operand inside = Clip(c.x, -1, 1) + 1.0f;
  return 0.25f * inside * inside + Unary("Relu", c.x - 1.0f);
}

// Martins and Astudillo, "From Softmax to Sparsemax", 2016.
Operand Sparsemax(Call c) {
  const Operand& x = c.x;
  Builder& builder = x.builder();
  const int last = x.shape().rank() - 1;
  if (last < 0) Throw(Code::kShape, "sparsemax needs an axis");
  const auto size = static_cast<int32_t>(x.shape()[last]);
  const Operand sorted = builder.EmitAll("TopKV2", {x, builder.Const(Tensor::Scalar(size))})[0];
  const Operand axis = builder.Const(Tensor::Scalar<int32_t>(last));
  const Operand sums = Binary("Cumsum", sorted, axis);
  const Operand ranks = Binary("Cumsum", Unary("OnesLike", sorted), axis);
  const Operand support = Cast(Binary("Greater", ranks * sorted + 1.0f, sums), x.dtype());
  const Operand total = Sum(support * sorted, {last}, /*keep_dims=*/true);
  const Operand count = Sum(support, {last}, /*keep_dims=*/true);
  return Unary("Relu", x - (total - 1.0f) / count);
}

}  // namespace

TFWASM_ACTIVATION kLinear{"linear", "", nullptr, Linear};
TFWASM_ACTIVATION kRelu{"relu", "ReLU", "Relu"};
TFWASM_ACTIVATION kRelu6{"relu6", "", "Relu6"};
TFWASM_ACTIVATION kSigmoid{"sigmoid", "", "Sigmoid"};
TFWASM_ACTIVATION kTanh{"tanh", "", "Tanh"};
TFWASM_ACTIVATION kElu{"elu", "ELU", nullptr, Elu};
TFWASM_ACTIVATION kSelu{"selu", "", "Selu"};
TFWASM_ACTIVATION kSoftplus{"softplus", "", "Softplus"};
TFWASM_ACTIVATION kSoftsign{"softsign", "", "Softsign"};
TFWASM_ACTIVATION kExponential{"exponential", "", "Exp"};
TFWASM_ACTIVATION kLeakyRelu{"leaky_relu", "LeakyReLU", nullptr, LeakyRelu};
TFWASM_ACTIVATION kSoftmax{"softmax", "softmax_v2", nullptr, SoftmaxLast, true};
TFWASM_ACTIVATION kLogSoftmax{"log_softmax", "", "LogSoftmax", nullptr, true};
TFWASM_ACTIVATION kHardSigmoid{"hard_sigmoid", "", nullptr, HardSigmoid};
TFWASM_ACTIVATION kHardSilu{"hard_silu", "hard_swish", nullptr, HardSilu};
TFWASM_ACTIVATION kSwish{"swish", "silu", nullptr, Swish};
TFWASM_ACTIVATION kMish{"mish", "", nullptr, Mish};
TFWASM_ACTIVATION kGelu{"gelu", "", nullptr, Gelu};
TFWASM_ACTIVATION kGeluNew{"gelu_new", "", nullptr, GeluNew};
TFWASM_ACTIVATION kLogSigmoid{"log_sigmoid", "", nullptr, LogSigmoid};
TFWASM_ACTIVATION kCelu{"celu", "", nullptr, Celu};
TFWASM_ACTIVATION kGlu{"glu", "", nullptr, Glu, true};
TFWASM_ACTIVATION kHardTanh{"hard_tanh", "", nullptr, HardTanh};
TFWASM_ACTIVATION kHardShrink{"hard_shrink", "", nullptr, HardShrink};
TFWASM_ACTIVATION kSoftShrink{"soft_shrink", "", nullptr, SoftShrink};
TFWASM_ACTIVATION kTanhShrink{"tanh_shrink", "", nullptr, TanhShrink};
TFWASM_ACTIVATION kThreshold{"threshold", "", nullptr, Threshold};
TFWASM_ACTIVATION kSquareplus{"squareplus", "", nullptr, Squareplus};
TFWASM_ACTIVATION kSparsePlus{"sparse_plus", "", nullptr, SparsePlus};
TFWASM_ACTIVATION kSparseSigmoid{"sparse_sigmoid", "", nullptr, SparseSigmoid};
TFWASM_ACTIVATION kSparsemax{"sparsemax", "", nullptr, Sparsemax, true};

float ActivationCall::Number(const char* key, float fallback) const {
  const JsonValue* found = FindMember(config, key);
  return found != nullptr && found->is_number() ? found->get<float>() : fallback;
}

LayerActivation::LayerActivation(LayerConfig& config, std::string_view key,
                                 std::string_view fallback)
    : LayerActivation(config.Given(key), config.generation()) {
  config.Value(key, std::string(fallback));
  if (!config.Has(key)) def_ = FindNamed(AllActivations(), fallback);
}

LayerActivation::LayerActivation(const Json& value, Generation generation)
    : generation_(generation) {
  if (value.is_null()) return;
  const NamedConfig named(value, "activation");
  def_ = &RequireNamed(AllActivations(), named.name, "activation");
  config_ = ToValue(*named.config);
}

Operand LayerActivation::operator()(Operand x) const {
  if (def_ == nullptr) return x;
  if (def_->apply == nullptr) return Unary(def_->op, x);
  return def_->apply({x, generation_, config_});
}

std::vector<std::string_view> RegisteredActivations() { return NamesOf(AllActivations()); }

}  // namespace tfwasm
