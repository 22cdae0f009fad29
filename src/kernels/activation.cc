// SPDX-License-Identifier: Apache-2.0
#include "kernels/activation.h"

#include "kernels/thread_pool.h"

namespace tfwasm {

namespace {

xnn_unary_operator UnaryOperator(ActivationKind kind) {
  switch (kind) {
    case ActivationKind::kElu:
      return xnn_unary_elu;
    case ActivationKind::kLeakyRelu:
      return xnn_unary_leaky_relu;
    case ActivationKind::kSigmoid:
      return xnn_unary_sigmoid;
    case ActivationKind::kTanh:
      return xnn_unary_tanh;
    default:
      return xnn_unary_clamp;
  }
}

xnn_unary_params Parameters(const Activation& activation) {
  xnn_unary_params params = {};
  switch (activation.kind) {
    case ActivationKind::kElu:
      params.elu.alpha = 1;
      break;
    case ActivationKind::kLeakyRelu:
      params.leaky_relu.negative_slope = activation.alpha;
      break;
    case ActivationKind::kClamp:
      params.clamp.min = activation.min;
      params.clamp.max = activation.max;
      break;
    default:
      break;
  }
  return params;
}

}  // namespace

ActivationStep::ActivationStep(const Activation& activation, int64_t count)
    : activation_(activation), count_(count) {
  switch (activation.kind) {
    case ActivationKind::kNone:
    case ActivationKind::kPrelu:
    case ActivationKind::kHardSwish:
      return;
    default:
      break;
  }
  const xnn_unary_params params = Parameters(activation);
  op_ = XnnOperator::Create("activation", [&](xnn_operator_t* op) {
    return xnn_create_unary_elementwise_nc(UnaryOperator(activation.kind), xnn_datatype_fp32,
                                           xnn_datatype_fp32, &params, nullptr, nullptr, 0, op);
  });
}

void ActivationStep::Run(float* data) const {
  if (activation_.kind == ActivationKind::kHardSwish) {
    HardSwish(data, data, count_, activation_.scale);
    return;
  }
  if (!op_ || count_ == 0) return;
  const pthreadpool_t pool = PoolFor(static_cast<double>(count_));
  const auto count = static_cast<size_t>(count_);
  CheckXnn(xnn_reshape_unary_elementwise_nc(op_.get(), 1, count, count, count, pool), "activation");
  CheckXnn(xnn_setup_unary_elementwise_nc(op_.get(), data, data), "activation");
  op_.Run(pool);
}

}  // namespace tfwasm
