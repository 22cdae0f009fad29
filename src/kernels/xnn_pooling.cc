// SPDX-License-Identifier: Apache-2.0
#include "kernels/xnn_pooling.h"

#include <limits>

#include "kernels/scratch.h"
#include "kernels/thread_pool.h"

namespace tfwasm {

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

uint32_t U32(int64_t value) { return static_cast<uint32_t>(value); }
size_t Size(int64_t value) { return static_cast<size_t>(value); }

double Work(const PoolingGeometry& pool) {
  return static_cast<double>(pool.batch * pool.height.output * pool.width.output) *
         static_cast<double>(pool.channels) *
         static_cast<double>(pool.window.height.size * pool.window.width.size);
}

}  // namespace

XnnMaxPool::XnnMaxPool(const PoolingGeometry& pool) : work_(Work(pool)) {
  op_ = XnnOperator::Create("max pooling", [&](xnn_operator_t* op) {
    return xnn_create_max_pooling2d_nhwc_f32(
        U32(pool.height.before), U32(pool.width.after), U32(pool.height.after),
        U32(pool.width.before), U32(pool.window.height.size), U32(pool.window.width.size),
        U32(pool.window.height.stride), U32(pool.window.width.stride), 1, 1, -kInfinity, kInfinity,
        0, op);
  });
  size_t out_height = 0;
  size_t out_width = 0;
  CheckXnn(xnn_reshape_max_pooling2d_nhwc_f32(op_.get(), Size(pool.batch), Size(pool.in_height),
                                              Size(pool.in_width), Size(pool.channels),
                                              Size(pool.channels), Size(pool.channels), &out_height,
                                              &out_width, PoolFor(work_)),
           "max pooling");
}

void XnnMaxPool::Run(const float* in, float* out) {
  CheckXnn(xnn_setup_max_pooling2d_nhwc_f32(op_.get(), in, out), "max pooling");
  op_.Run(PoolFor(work_));
}

XnnAveragePool::XnnAveragePool(const PoolingGeometry& pool) : pool_(pool), work_(Work(pool)) {
  op_ = XnnOperator::Create("average pooling", [&](xnn_operator_t* op) {
    return xnn_create_average_pooling2d_nhwc_f32(
        U32(pool.height.before), U32(pool.width.after), U32(pool.height.after),
        U32(pool.width.before), U32(pool.window.height.size), U32(pool.window.width.size),
        U32(pool.window.height.stride), U32(pool.window.width.stride), -kInfinity, kInfinity, 0,
        op);
  });
  Prepare();
}

void XnnAveragePool::Prepare() {
  if (prepared_threads_ == ThreadCount()) return;
  size_t alignment = 0;
  size_t out_height = 0;
  size_t out_width = 0;
  CheckXnn(xnn_reshape_average_pooling2d_nhwc_f32(
               op_.get(), Size(pool_.batch), Size(pool_.in_height), Size(pool_.in_width),
               Size(pool_.channels), Size(pool_.channels), Size(pool_.channels), &workspace_bytes_,
               &alignment, &out_height, &out_width, PoolFor(work_)),
           "average pooling");
  prepared_threads_ = ThreadCount();
}

void XnnAveragePool::Run(const float* in, float* out) {
  Prepare();
  void* workspace = workspace_bytes_ == 0 ? nullptr : ScratchSpace(workspace_bytes_);
  CheckXnn(xnn_setup_average_pooling2d_nhwc_f32(op_.get(), workspace, in, out), "average pooling");
  op_.Run(PoolFor(work_));
}

}  // namespace tfwasm
