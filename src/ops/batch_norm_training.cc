// SPDX-License-Identifier: Apache-2.0
// Batch normalization with the statistics of the batch, over the last axis: Ioffe and Szegedy,
// "Batch Normalization", 2015. FusedBatchNorm and ops for moments do the same in more passes over
// memory.
#include <cmath>
#include <vector>

#include "kernels/batch_norm.h"
#include "kernels/scale_channels.h"
#include "ops/arguments.h"
#include "ops/gradient.h"
#include "ops/infer.h"

namespace tfwasm {

namespace {

enum Input { kX, kGamma, kBeta };
enum Output { kY, kMean, kVariance };
enum GradInput { kDy, kGradX, kGradGamma, kGradMean, kGradVariance };

float Epsilon(const AttrMap& attrs) { return attrs.Float("epsilon", 0.001f); }

ChannelRows RowsOf(const Shape& shape) {
  const int64_t channels = shape[shape.rank() - 1];
  int64_t rows = 1;
  for (int axis = 0; axis < shape.rank() - 1; ++axis) rows *= shape[axis];
  return {rows, channels};
}

// That inputs from `first` on have one element for each channel of input `x`.
void ExpectChannels(InferContext& context, int x, int first) {
  for (int i = 0; i < context.num_inputs(); ++i) {
    context.ExpectDType(i, DType::kFloat32, "each input");
  }
  ExpectRankAtLeast(context, x, 2, "the input");
  const Shape& shape = context.shape(x);
  const Shape wanted{shape[shape.rank() - 1]};
  for (int i = first; i < context.num_inputs(); ++i) {
    if (context.shape(i) == wanted) continue;
    Throw(Code::kShape, "each input for channels must have shape ", wanted, ", got ",
          context.shape(i));
  }
}

void InferTraining(InferContext& context) {
  ExpectChannels(context, kX, kGamma);
  context.set_output(kY, DType::kFloat32, context.shape(kX));
  for (const int i : {kMean, kVariance}) {
    context.set_output(i, DType::kFloat32, context.shape(kGamma));
  }
}

void InferGrad(InferContext& context) {
  ExpectChannels(context, kGradX, kGradGamma);
  if (context.shape(kDy) != context.shape(kGradX)) {
    Throw(Code::kShape, "a gradient of ", context.shape(kDy), " does not fit an input of ",
          context.shape(kGradX));
  }
  context.set_output(0, DType::kFloat32, context.shape(kGradX));
  for (const int i : {1, 2}) context.set_output(i, DType::kFloat32, context.shape(kGradGamma));
}

void RunTraining(ChannelRows size, float epsilon, RunContext& run) {
  auto* mean = run.out<float>(kMean);
  auto* variance = run.out<float>(kVariance);
  ChannelMoments(run.in<float>(kX), size, mean, variance);
  const auto* gamma = run.in<float>(kGamma);
  const auto* beta = run.in<float>(kBeta);
  const auto channels = static_cast<size_t>(size.channels);
  std::vector<float> factors(channels);
  std::vector<float> terms(channels);
  for (size_t c = 0; c < channels; ++c) {
    factors[c] = gamma[c] / std::sqrt(variance[c] + epsilon);
    terms[c] = beta[c] - mean[c] * factors[c];
  }
  const AxisSplit split(Shape{size.rows, size.channels}, 1);
  ScaleChannels(run.in<float>(kX), split, factors.data(), terms.data(), run.out<float>(kY));
}

// dx = gamma / deviation * (dy - the mean of dy - (x - mean) / variance * the mean of dy (x -
// mean)).
void RunGrad(ChannelRows size, float epsilon, RunContext& run) {
  const auto* dy = run.in<float>(kDy);
  const auto* x = run.in<float>(kGradX);
  const auto* gamma = run.in<float>(kGradGamma);
  const auto* mean = run.in<float>(kGradMean);
  const auto* variance = run.in<float>(kGradVariance);
  auto* dgamma = run.out<float>(1);
  auto* dbeta = run.out<float>(2);
  ChannelSums(dy, x, mean, size, dbeta, dgamma);
  const auto channels = static_cast<size_t>(size.channels);
  std::vector<float> scales(channels);
  std::vector<float> factors(channels);
  std::vector<float> terms(channels);
  const auto count = static_cast<float>(size.rows);
  for (size_t c = 0; c < channels; ++c) {
    const float inverse = 1 / std::sqrt(variance[c] + epsilon);
    scales[c] = gamma[c] * inverse;
    factors[c] = -scales[c] * inverse * inverse * dgamma[c] / count;
    terms[c] = -scales[c] * dbeta[c] / count;
    dgamma[c] *= inverse;
  }
  CombineChannels(dy, x, size, mean, scales.data(), factors.data(), terms.data(),
                  run.out<float>(0));
}

template <int kInput, auto kRun>
std::unique_ptr<Kernel> KernelOf(const KernelContext& context) {
  return MakeKernel([size = RowsOf(context.shape(kInput)), epsilon = Epsilon(context.attrs())](
                        RunContext& run) { kRun(size, epsilon, run); });
}

// Over all axes but the last.
Operand SumRows(const Operand& x) {
  std::vector<int> axes;
  for (int axis = 0; axis < x.shape().rank() - 1; ++axis) axes.push_back(axis);
  return Sum(x, axes, /*keep_dims=*/false);
}

}  // namespace

TFWASM_TRAINING_OP kTrainBatchNormOp{.name = "_TrainBatchNorm",
                                     .min_inputs = 3,
                                     .max_inputs = 3,
                                     .num_outputs = [](const Node&) { return 3; },
                                     .infer = InferTraining,
                                     .kernel = KernelOf<kX, RunTraining>};

TFWASM_TRAINING_OP kTrainBatchNormGradOp{.name = "_TrainBatchNormGrad",
                                         .min_inputs = 5,
                                         .max_inputs = 5,
                                         .num_outputs = [](const Node&) { return 3; },
                                         .infer = InferGrad,
                                         .kernel = KernelOf<kGradX, RunGrad>,
                                         .in_place_inputs = 1 << kDy};

TFWASM_GRADIENT kTrainBatchNormGradient{
    "_TrainBatchNorm", [](GradientContext& c) {
      const Operand x = c.input(kX);
      const Operand mean = c.output(kMean);
      const std::vector<Operand> gradients = c.builder().EmitAll(
          "_TrainBatchNormGrad", {c.dy(kY), x, c.input(kGamma), mean, c.output(kVariance)},
          AttrMap(c.attrs()));
      const auto count = static_cast<float>(RowsOf(x.shape()).rows);
      Operand dx = gradients[0];
      if (c.has_dy(kMean)) dx = dx + c.dy(kMean) / count;
      if (c.has_dy(kVariance)) dx = dx + (x - mean) * (c.dy(kVariance) * (2 / count));
      c.set(kX, dx);
      c.set(kGamma, gradients[1]);
      c.set(kBeta, gradients[2]);
    }};

// Second order. With d = x - mean, r = 1 / sqrt(variance + epsilon), and mean and variance as
// inputs of their own:
//   dx = gamma r (dy - Mean(dy)) - gamma r^3 d Mean(dy d),  dgamma = r Sum(dy d),  dbeta = Sum(dy).
TFWASM_GRADIENT kTrainBatchNormGradGradient{
    "_TrainBatchNormGrad", [](GradientContext& c) {
      const Operand dy = c.input(kDy);
      const Operand gamma = c.input(kGradGamma);
      const Operand d = c.input(kGradX) - c.input(kGradMean);
      const Operand r = c.builder().Emit("Rsqrt", {c.input(kGradVariance) + Epsilon(c.attrs())});
      const Operand cube = r * r * r;
      const auto count = static_cast<float>(RowsOf(dy.shape()).rows);
      const Operand of_dx = c.dy(0);
      const Operand of_gamma = c.dy(1);
      const Operand moment = SumRows(dy * d);
      const Operand mean_moment = moment / count;
      const Operand projection = SumRows(of_dx * d);
      const Operand mean_projection = projection / count;
      c.set(kDy, gamma * r * (of_dx - SumRows(of_dx) / count) - gamma * cube * d * mean_projection +
                     of_gamma * r * d + c.dy(2));
      const Operand of_d =
          of_gamma * r * dy - gamma * cube * (of_dx * mean_moment + dy * mean_projection);
      c.set(kGradX, of_d);
      c.set(kGradMean, -SumRows(of_d));
      const Operand along = SumRows(of_dx * (dy - SumRows(dy) / count));
      c.set(kGradGamma, r * along - cube * mean_moment * projection);
      const Operand of_r =
          gamma * along - 3.0f * (gamma * r * r * mean_moment * projection) + of_gamma * moment;
      c.set(kGradVariance, -0.5f * (cube * of_r));
    }};

}  // namespace tfwasm
