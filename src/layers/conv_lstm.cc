// SPDX-License-Identifier: Apache-2.0
// LSTM with convolutions in place of products. Shi et al., "Convolutional LSTM network", 2015;
// Keras, keras/src/layers/rnn/conv_lstm.py.
#include "layers/emit.h"
#include "layers/recurrent.h"
#include "layers/spatial.h"

namespace tfwasm {

namespace {

constexpr int kNumStates = 2;

// The dimensions from an axis on.
std::vector<int64_t> DimsFrom(const Operand& x, int axis) {
  const auto dims = x.shape().dims().subspan(static_cast<size_t>(axis));
  return {dims.begin(), dims.end()};
}

// Steps and states are in the layout of ops.
class ConvLstmBase : public WindowLayer {
 public:
  // `first`: the first axis of an image in the input.
  ConvLstmBase(LayerConfig& config, int rank, int first)
      : WindowLayer(config, rank, "kernel_size", 0),
        first_(first),
        cell_(config, "filters", /*has_gates=*/true) {
    strides_ = ReadSizes(config, "strides", rank, 1);
    dilations_ = ReadSizes(config, "dilation_rate", rank, 1);
    if (padding_ == "causal") config.Fail("padding", "valid or same");
    // Read by JavaScript, which applies initializers.
    config.Bool("unit_forget_bias", true);
  }

  void Build(BuildContext& context) override {
    const Shape& shape = context.shape();
    CheckRank(shape);
    const int64_t filters = cell_.size();
    const auto kernel = [&](int64_t channels) {
      std::vector<int64_t> dims = sizes_;
      dims.insert(dims.end(), {channels, 4 * filters});
      return Shape(std::span<const int64_t>(dims));
    };
    const int64_t channels = context.dim(first_ - 1 + format_.channel_axis());
    cell_.AddWeights(context, kernel(channels), kernel(filters), {4 * filters});
  }

 protected:
  void CheckRank(const Shape& shape) const {
    const int expected = first_ + rank() + 1;
    if (shape.rank() == expected) return;
    Throw(Code::kShape, "expected ", expected, " dimensions, got ", shape);
  }

  // The gates of images before the recurrent convolution.
  Operand Project(const CallContext& context, const Operand& x) const {
    const Operand z = Convolve(format_.ToOp(x), context.weight(0), OpAttrs());
    return cell_.use_bias() ? Binary("BiasAdd", z, context.weight(2)) : z;
  }

  // The states of a call, or zeros, for the gates of a step.
  std::vector<Operand> States(const CallContext& context, const Operand& z) const {
    std::vector<Operand> states = GivenStates(context, kNumStates);
    for (Operand& state : states) state = format_.ToOp(state);
    const Operand like = Slice(z, z.shape().rank() - 1, 0, cell_.size());
    if (states.empty()) states.resize(kNumStates, ZerosLike(like));
    for (const Operand& state : states) {
      if (state.shape() == like.shape()) continue;
      Throw(Code::kShape, "expected a state of ", like.shape(), ", got ", state.shape());
    }
    return states;
  }

  // The factors of h; empty if nothing is dropped.
  Operand Factors(const CallContext& context, const Operand& h) const {
    const Operand factors = cell_.RecurrentFactors(context, h);
    const bool is_given = !context.Tensors("recurrent_dropout_mask").empty();
    return is_given ? format_.ToOp(factors) : factors;
  }

  std::vector<Operand> Step(const CallContext& context, const Operand& z,
                            const std::vector<Operand>& states, const Operand& factors) const {
    const Operand h = factors.empty() ? states[0] : states[0] * factors;
    AttrMap attrs;
    attrs.Set("strides", std::vector<int64_t>(static_cast<size_t>(h.shape().rank()), 1));
    attrs.Set("padding", std::string("SAME"));
    return LstmStates(cell_, z + Convolve(h, context.weight(1), std::move(attrs)), states[1]);
  }

  // The shape of a step's output.
  Shape StepShape(const Shape& input, int64_t batch) const {
    CheckRank(input);
    std::vector<int64_t> dims = {batch};
    for (int i = 0; i < rank(); ++i) {
      const int64_t size = input[first_ - 1 + format_.first_axis() + i];
      const bool is_known = size != Shape::kUnknownDim;
      dims.push_back(is_known ? ResolveAxis(Axis(i), size).output : size);
    }
    dims.insert(dims.begin() + format_.channel_axis(), cell_.size());
    return Shape(std::span<const int64_t>(dims));
  }

  const CellConfig& cell() const { return cell_; }

 private:
  Operand Convolve(const Operand& x, const Operand& kernel, AttrMap attrs) const {
    return x.builder().Emit(rank() == 3 ? "Conv3D" : "Conv2D", {x, format_.ToOpFilter(kernel)},
                            std::move(attrs));
  }

  int first_;
  CellConfig cell_;
};

class ConvLstm : public ConvLstmBase {
 public:
  ConvLstm(LayerConfig& config, int rank) : ConvLstmBase(config, rank, 2), sequence_(config) {}

  void Call(CallContext& context) override {
    CheckRank(context.input().shape());
    const Operand x = cell().DropInput(context, sequence_.ToBatchFirst(context.input()), true);
    const int64_t steps = x.shape()[1];
    if (steps == 0) Throw(Code::kShape, "expected at least one step, got ", x.shape());
    // One convolution for all steps.
    const Operand images = Project(context, Rows(x, DimsFrom(x, 2)));
    const std::vector<int64_t> dims = DimsFrom(images, 1);
    const Operand z = Rows(images, WithSteps(steps, dims));
    const std::vector<Operand> states = States(context, Rows(Slice(z, 1, 0, 1), dims));
    const Operand factors = Factors(context, states[0]);
    StepResults results = RunSteps(sequence_, z, sequence_.Mask(context), states,
                                   [&](const Operand& step, const std::vector<Operand>& old) {
                                     return Step(context, step, old, factors);
                                   });
    for (Operand& state : results.states) state = format_.FromOp(state);
    sequence_.Return(context, FromOp(sequence_.OutputOf(results)), results.states);
  }

  std::optional<std::vector<TensorSpec>> OutputSpecs(
      const std::vector<TensorSpec>& inputs) const override {
    const Shape& shape = inputs[0].shape;
    CheckRank(shape);
    return sequence_.Outputs(shape, StepShape(shape, shape[sequence_.batch_axis()]), kNumStates);
  }

 private:
  static std::vector<int64_t> WithSteps(int64_t steps, std::vector<int64_t> dims) {
    dims.insert(dims.begin(), steps);
    return dims;
  }

  // A step, or all, in the layout of the layer.
  Operand FromOp(const Operand& y) const {
    if (!sequence_.returns_sequence()) return format_.FromOp(y);
    const Operand images = format_.FromOp(Rows(y, DimsFrom(y, 2)));
    return Rows(images, WithSteps(y.shape()[1], DimsFrom(images, 1)));
  }

  SequenceConfig sequence_;
};

// [x, h, c] -> [h, h, c].
class ConvLstmCell : public ConvLstmBase {
 public:
  ConvLstmCell(LayerConfig& config, int rank) : ConvLstmBase(config, rank, 1) {}

  void Call(CallContext& context) override {
    CheckRank(context.input().shape());
    const Operand z = Project(context, cell().DropInput(context, context.input(), false));
    const std::vector<Operand> states = States(context, z);
    std::vector<Operand> news = Step(context, z, states, Factors(context, states[0]));
    for (Operand& state : news) state = format_.FromOp(state);
    context.set_outputs({news[0], news[0], news[1]});
  }

  std::optional<std::vector<TensorSpec>> OutputSpecs(
      const std::vector<TensorSpec>& inputs) const override {
    const Shape& shape = inputs[0].shape;
    CheckRank(shape);
    const TensorSpec output = {DType::kFloat32, StepShape(shape, shape[0])};
    return std::vector<TensorSpec>(1 + kNumStates, output);
  }
};

template <int kRank>
constexpr LayerDef ConvLstmDef(std::string_view name) {
  return {.name = name,
          .make = MakeLayer<ConvLstm, kRank>,
          .mask = MaskRule::kOwn,
          .max_inputs = 1 + kNumStates};
}

}  // namespace

TFWASM_LAYER kConvLstm1d = ConvLstmDef<1>("ConvLSTM1D");
TFWASM_LAYER kConvLstm2d = ConvLstmDef<2>("ConvLSTM2D");
TFWASM_LAYER kConvLstm3d = ConvLstmDef<3>("ConvLSTM3D");
TFWASM_LAYER kConvLstm2dCell{
    .name = "ConvLSTM2DCell", .make = MakeLayer<ConvLstmCell, 2>, .max_inputs = 3 + kNumStates};

}  // namespace tfwasm
