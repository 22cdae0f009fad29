// SPDX-License-Identifier: Apache-2.0
// Formulas: Keras, keras/src/activations and keras/src/ops/nn.py. Where Keras 2 and 3 differ, the
// generation decides.
#include "layers/activations.h"

#include <cmath>
#include <numbers>
#include <span>

#include "core/error.h"
#include "layers/emit.h"

namespace tfwasm {

// The bounds of the section of TFWASM_ACTIVATION.
[[gnu::weak]] extern const ActivationDef first_activation[] __asm__(
    "__start_tfwasm_training_activations");
[[gnu::weak]] extern const ActivationDef activations_end[] __asm__(
    "__stop_tfwasm_training_activations");

namespace {

using Config = const JsonValue&;

std::span<const ActivationDef> AllActivations() {
  return {first_activation, static_cast<size_t>(activations_end - first_activation)};
}

const ActivationDef* Find(std::string_view name) {
  for (const ActivationDef& def : AllActivations()) {
    if (def.name == name) return &def;
    for (const std::string_view alias : def.aliases) {
      if (alias == name) return &def;
    }
  }
  return nullptr;
}

float NumberOr(Config config, const char* key, float fallback) {
  const auto found = config.find(key);
  return found != config.end() && found->is_number() ? found->get<float>() : fallback;
}

// The name in the object form: {"class_name": "function", "config": "relu"}, or
// {"class_name": "LeakyReLU", "config": {...}}.
std::string NameOf(const JsonValue& value) {
  if (value.is_string()) return value.get<std::string>();
  const auto class_name = value.find("class_name");
  const auto config = value.find("config");
  if (class_name == value.end() || !class_name->is_string()) return {};
  if (config != value.end() && config->is_string()) return config->get<std::string>();
  return class_name->get<std::string>();
}

template <const char* kOp>
Operand Op(Operand x, Generation /*generation*/, Config /*config*/) {
  return x.builder().Emit(kOp, {x});
}

constexpr char kRelu[] = "Relu";
constexpr char kRelu6[] = "Relu6";
constexpr char kSigmoid[] = "Sigmoid";
constexpr char kTanh[] = "Tanh";
constexpr char kSelu[] = "Selu";
constexpr char kSoftplus[] = "Softplus";
constexpr char kSoftsign[] = "Softsign";
constexpr char kExp[] = "Exp";

Operand Linear(Operand x, Generation /*generation*/, Config /*config*/) { return x; }

Operand Elu(Operand x, Generation /*generation*/, Config config) {
  return EluOf(x, NumberOr(config, "alpha", 1));
}

// The activation's slope is 0.2, the layer's 0.3.
Operand LeakyRelu(Operand x, Generation /*generation*/, Config config) {
  const bool is_layer = config.is_object();
  const float alpha = NumberOr(config, "alpha", is_layer ? 0.3f : 0.2f);
  return LeakyReluOf(x, NumberOr(config, "negative_slope", alpha));
}

Operand SoftmaxLast(Operand x, Generation /*generation*/, Config /*config*/) {
  if (x.shape().rank() < 2) Throw(Code::kShape, "softmax needs two dimensions, got ", x.shape());
  return x.builder().Emit("Softmax", {x});
}

Operand LogSoftmaxLast(Operand x, Generation /*generation*/, Config /*config*/) {
  return x.builder().Emit("LogSoftmax", {x});
}

Operand HardSigmoid(Operand x, Generation generation, Config /*config*/) {
  return HardSigmoidOf(x, generation);
}

Operand HardSilu(Operand x, Generation /*generation*/, Config /*config*/) {
  return x * HardSigmoidOf(x, Generation::kKeras3);
}

Operand Swish(Operand x, Generation /*generation*/, Config /*config*/) {
  return x * x.builder().Emit("Sigmoid", {x});
}

Operand Mish(Operand x, Generation /*generation*/, Config /*config*/) {
  Builder& builder = x.builder();
  return x * builder.Emit("Tanh", {builder.Emit("Softplus", {x})});
}

Operand Gelu(Operand x, Generation /*generation*/, Config config) {
  const auto approximate = config.find("approximate");
  const bool is_tanh = approximate != config.end() && *approximate == JsonValue(true);
  return GeluOf(x, is_tanh);
}

Operand GeluNew(Operand x, Generation /*generation*/, Config /*config*/) { return GeluOf(x, true); }

Operand LogSigmoid(Operand x, Generation /*generation*/, Config /*config*/) {
  return -x.builder().Emit("Softplus", {-x});
}

Operand Celu(Operand x, Generation /*generation*/, Config config) {
  const float alpha = NumberOr(config, "alpha", 1);
  Builder& builder = x.builder();
  const Operand zero = NumberLike(x, 0);
  return builder.Emit("Maximum", {x, zero}) +
         alpha * builder.Emit("Expm1", {builder.Emit("Minimum", {x, zero}) / alpha});
}

Operand Glu(Operand x, Generation /*generation*/, Config /*config*/) {
  Builder& builder = x.builder();
  const int axis = x.shape().rank() - 1;
  const auto halves = builder.EmitAll("Split", {builder.Const(Tensor::Scalar<int32_t>(axis)), x},
                                      {{"num_split", int64_t{2}}});
  return halves[0] * builder.Emit("Sigmoid", {halves[1]});
}

Operand HardTanh(Operand x, Generation /*generation*/, Config /*config*/) { return Clip(x, -1, 1); }

Operand HardShrink(Operand x, Generation /*generation*/, Config config) {
  const float threshold = NumberOr(config, "threshold", 0.5f);
  Builder& builder = x.builder();
  const Operand size = builder.Emit("Abs", {x});
  return Select(builder.Emit("Greater", {size, NumberLike(x, threshold)}), x, ZerosLike(x));
}

Operand SoftShrink(Operand x, Generation /*generation*/, Config config) {
  return x - Clip(x, -NumberOr(config, "threshold", 0.5f), NumberOr(config, "threshold", 0.5f));
}

Operand TanhShrink(Operand x, Generation /*generation*/, Config /*config*/) {
  return x - x.builder().Emit("Tanh", {x});
}

Operand Threshold(Operand x, Generation /*generation*/, Config config) {
  const Operand bound = NumberLike(x, NumberOr(config, "threshold", 0));
  const Operand value = Fill(x.builder(), x.dtype(), x.shape(), NumberOr(config, "value", 0));
  return Select(x.builder().Emit("Greater", {x, bound}), x, value);
}

Operand Squareplus(Operand x, Generation /*generation*/, Config config) {
  return 0.5f * (x + x.builder().Emit("Sqrt", {x * x + NumberOr(config, "b", 4)}));
}

Operand SparseSigmoid(Operand x, Generation /*generation*/, Config /*config*/) {
  return Clip(0.5f * (x + 1.0f), 0, 1);
}

// 0 up to -1, (x + 1)^2 / 4 up to 1, x beyond.
Operand SparsePlus(Operand x, Generation /*generation*/, Config /*config*/) {
  const Operand inside = Clip(x, -1, 1) + 1.0f;
  return 0.25f * inside * inside + x.builder().Emit("Relu", {x - 1.0f});
}

// Martins and Astudillo, "From Softmax to Sparsemax", 2016.
Operand Sparsemax(Operand x, Generation /*generation*/, Config /*config*/) {
  Builder& builder = x.builder();
  const int last = x.shape().rank() - 1;
  const int64_t size = x.shape()[last];
  const Operand sorted =
      builder.EmitAll("TopKV2", {x, builder.Const(Tensor::Scalar(static_cast<int32_t>(size)))})[0];
  const Operand axis = builder.Const(Tensor::Scalar<int32_t>(last));
  const Operand sums = builder.Emit("Cumsum", {sorted, axis});
  Tensor counts(DType::kFloat32, {size});
  for (int64_t i = 0; i < size; ++i) {
    counts.mutable_values<float>()[static_cast<size_t>(i)] = static_cast<float>(i + 1);
  }
  const Operand ranks = builder.Const(counts);
  const Operand is_in = builder.Emit("Greater", {ranks * sorted + 1.0f, sums});
  const Operand support = Cast(is_in, x.dtype());
  const Operand count = Sum(support, {last}, true);
  return builder.Emit("Relu", {x - (Sum(support * sorted, {last}, true) - 1.0f) / count});
}

}  // namespace

TFWASM_ACTIVATION kLinear{"linear", "", Linear};
TFWASM_ACTIVATION kReluActivation{"relu", "ReLU", Op<kRelu>};
TFWASM_ACTIVATION kRelu6Activation{"relu6", "", Op<kRelu6>};
TFWASM_ACTIVATION kSigmoidActivation{"sigmoid", "", Op<kSigmoid>};
TFWASM_ACTIVATION kTanhActivation{"tanh", "", Op<kTanh>};
TFWASM_ACTIVATION kEluActivation{"elu", "ELU", Elu};
TFWASM_ACTIVATION kSeluActivation{"selu", "", Op<kSelu>};
TFWASM_ACTIVATION kSoftplusActivation{"softplus", "", Op<kSoftplus>};
TFWASM_ACTIVATION kSoftsignActivation{"softsign", "", Op<kSoftsign>};
TFWASM_ACTIVATION kExponential{"exponential", "", Op<kExp>};
TFWASM_ACTIVATION kLeakyReluActivation{"leaky_relu", "LeakyReLU", LeakyRelu};
TFWASM_ACTIVATION kSoftmaxActivation{"softmax", "softmax_v2", SoftmaxLast};
TFWASM_ACTIVATION kLogSoftmaxActivation{"log_softmax", "", LogSoftmaxLast};
TFWASM_ACTIVATION kHardSigmoid{"hard_sigmoid", "", HardSigmoid};
TFWASM_ACTIVATION kHardSilu{"hard_silu", "hard_swish", HardSilu};
TFWASM_ACTIVATION kSwish{"swish", "silu", Swish};
TFWASM_ACTIVATION kMish{"mish", "", Mish};
TFWASM_ACTIVATION kGelu{"gelu", "", Gelu};
TFWASM_ACTIVATION kGeluNew{"gelu_new", "", GeluNew};
TFWASM_ACTIVATION kLogSigmoid{"log_sigmoid", "", LogSigmoid};
TFWASM_ACTIVATION kCelu{"celu", "", Celu};
TFWASM_ACTIVATION kGlu{"glu", "", Glu};
TFWASM_ACTIVATION kHardTanh{"hard_tanh", "", HardTanh};
TFWASM_ACTIVATION kHardShrink{"hard_shrink", "", HardShrink};
TFWASM_ACTIVATION kSoftShrink{"soft_shrink", "", SoftShrink};
TFWASM_ACTIVATION kTanhShrink{"tanh_shrink", "", TanhShrink};
TFWASM_ACTIVATION kThreshold{"threshold", "", Threshold};
TFWASM_ACTIVATION kSquareplus{"squareplus", "", Squareplus};
TFWASM_ACTIVATION kSparsePlus{"sparse_plus", "", SparsePlus};
TFWASM_ACTIVATION kSparseSigmoid{"sparse_sigmoid", "", SparseSigmoid};
TFWASM_ACTIVATION kSparsemax{"sparsemax", "", Sparsemax};

LayerActivation::LayerActivation(LayerConfig& config, std::string_view key,
                                 std::string_view fallback)
    : LayerActivation(config.Value(key, std::string(fallback)), config.generation()) {}

LayerActivation::LayerActivation(const JsonValue& value, Generation generation)
    : generation_(generation) {
  if (value.is_null()) return;
  const std::string name = NameOf(value);
  def_ = Find(name);
  if (def_ == nullptr) def_ = Find(SnakeCase(name));
  if (def_ == nullptr) Throw(Code::kLayer, "unknown activation ", WriteJson(value));
  if (!value.is_object()) return;
  const auto config = value.find("config");
  if (config != value.end() && config->is_object()) config_ = *config;
}

std::vector<std::string_view> RegisteredActivations() {
  std::vector<std::string_view> names;
  for (const ActivationDef& def : AllActivations()) {
    names.push_back(def.name);
    for (const std::string_view alias : def.aliases) names.push_back(alias);
  }
  return names;
}

}  // namespace tfwasm
