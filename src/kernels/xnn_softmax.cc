// SPDX-License-Identifier: Apache-2.0
#include "kernels/xnn_softmax.h"

#include "kernels/thread_pool.h"

namespace tfwasm {

XnnSoftmax::XnnSoftmax(int64_t rows, int64_t columns)
    : work_(static_cast<double>(rows) * static_cast<double>(columns)) {
  op_ = XnnOperator::Create("softmax",
                            [&](xnn_operator_t* op) { return xnn_create_softmax_nc_f32(0, op); });
  const auto size = static_cast<size_t>(columns);
  CheckXnn(xnn_reshape_softmax_nc_f32(op_.get(), size, size, size, static_cast<size_t>(rows),
                                      PoolFor(work_)),
           "softmax");
}

void XnnSoftmax::Run(const float* in, float* out) const {
  CheckXnn(xnn_setup_softmax_nc_f32(op_.get(), in, out), "softmax");
  op_.Run(PoolFor(work_));
}

}  // namespace tfwasm
