// SPDX-License-Identifier: Apache-2.0
#include "kernels/xnn_matmul.h"

#include <algorithm>

#include "kernels/thread_pool.h"
#include "kernels/vector_matmul.h"

namespace tfwasm {

namespace {

constexpr std::string_view kFullyConnected = "fully connected";
constexpr std::string_view kBatchMatMul = "batch matrix multiply";

}  // namespace

XnnFullyConnected::XnnFullyConnected(int64_t inputs, int64_t outputs, const float* weights,
                                     bool is_transposed, const float* bias,
                                     const Activation& activation)
    : inputs_(inputs), outputs_(outputs), activation_(activation) {
  CheckPackedSize(1, inputs, outputs);
  const auto in = static_cast<size_t>(inputs);
  const auto out = static_cast<size_t>(outputs);
  const Activation none;
  const Activation& clamp = activation.IsFusable() ? activation : none;
  // XNNPACK's "transposed" is TensorFlow's usual layout.
  const uint32_t flags = is_transposed ? 0 : XNN_FLAG_TRANSPOSE_WEIGHTS;
  if (!is_transposed && PackedWeights::IsFor(outputs)) {
    weights_ = std::make_unique<PackedWeights>(1, inputs, outputs, weights, bias);
  }
  const xnn_weights_cache_t packed = weights_ ? weights_->cache() : nullptr;
  op_ = XnnOperator::Create(kFullyConnected, [&](xnn_operator_t* op) {
    return xnn_create_fully_connected_nc_f32(in, out, in, out, weights, bias, clamp.min, clamp.max,
                                             flags, nullptr, packed, op);
  });
}

void XnnFullyConnected::Run(int64_t rows, const float* in, float* out) {
  if (rows == 1 && weights_) {
    return VectorMatMul(inputs_, outputs_, in, *weights_, activation_, out);
  }
  const pthreadpool_t pool = PoolFor(static_cast<double>(rows) * static_cast<double>(inputs_) *
                                     static_cast<double>(outputs_));
  if (rows != prepared_rows_ || ThreadCount() != prepared_threads_) {
    prepared_rows_ = 0;
    CheckXnn(xnn_reshape_fully_connected_nc_f32(op_.get(), static_cast<size_t>(rows), pool),
             kFullyConnected);
    prepared_rows_ = rows;
    prepared_threads_ = ThreadCount();
  }
  CheckXnn(xnn_setup_fully_connected_nc_f32(op_.get(), in, out), kFullyConnected);
  op_.Run(pool);
}

XnnBatchMatMul::XnnBatchMatMul(Dims dims)
    : dims_(std::move(dims)),
      work_(static_cast<double>(dims_.m) * static_cast<double>(dims_.k) *
            static_cast<double>(dims_.n)) {
  for (size_t i = 0; i < dims_.batch_a.size(); ++i) {
    work_ *= static_cast<double>(std::max(dims_.batch_a[i], dims_.batch_b[i]));
  }
  int64_t matrices = 1;
  for (const size_t dim : dims_.batch_b) matrices *= static_cast<int64_t>(dim);
  CheckPackedSize(matrices, dims_.k, dims_.n);
  const uint32_t flags = dims_.is_b_transposed ? XNN_FLAG_TRANSPOSE_B : 0;
  op_ = XnnOperator::Create(kBatchMatMul, [&](xnn_operator_t* op) {
    return xnn_create_batch_matrix_multiply_nc_f32(flags, op);
  });
  Prepare();
}

void XnnBatchMatMul::Prepare() {
  if (prepared_threads_ == ThreadCount()) return;
  size_t alignment = 0;
  CheckXnn(xnn_reshape_batch_matrix_multiply_nc_f32(
               op_.get(), dims_.batch_a.size(), dims_.batch_a.data(), dims_.batch_b.data(),
               static_cast<size_t>(dims_.m), static_cast<size_t>(dims_.k),
               static_cast<size_t>(dims_.n), &workspace_bytes_, &alignment, PoolFor(work_)),
           kBatchMatMul);
  prepared_threads_ = ThreadCount();
}

size_t XnnBatchMatMul::WorkspaceBytes() {
  Prepare();
  return workspace_bytes_;
}

void XnnBatchMatMul::Run(const float* a, const float* b, float* out, void* workspace) {
  Prepare();
  CheckXnn(xnn_setup_batch_matrix_multiply_nc_f32(op_.get(), workspace, a, b, out), kBatchMatMul);
  op_.Run(PoolFor(work_));
}

}  // namespace tfwasm
