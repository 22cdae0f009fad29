// SPDX-License-Identifier: Apache-2.0
#include "kernels/xnn_unary.h"

#include "kernels/thread_pool.h"

namespace tfwasm {

namespace {

// These functions take many times longer than an addition.
double Work(int64_t size) { return 8.0 * static_cast<double>(size); }

}  // namespace

XnnUnary::XnnUnary(xnn_unary_operator function, int64_t size) : size_(size) {
  op_ = XnnOperator::Create("elementwise function", [&](xnn_operator_t* op) {
    return xnn_create_unary_elementwise_nc(function, xnn_datatype_fp32, xnn_datatype_fp32, nullptr,
                                           nullptr, nullptr, 0, op);
  });
  const auto count = static_cast<size_t>(size);
  CheckXnn(xnn_reshape_unary_elementwise_nc(op_.get(), 1, count, count, count, PoolFor(Work(size))),
           "elementwise function");
}

void XnnUnary::Run(const float* in, float* out) const {
  CheckXnn(xnn_setup_unary_elementwise_nc(op_.get(), in, out), "elementwise function");
  op_.Run(PoolFor(Work(size_)));
}

}  // namespace tfwasm
