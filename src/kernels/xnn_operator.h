// SPDX-License-Identifier: Apache-2.0
// Ownership and error handling of XNNPACK operators.
#pragma once

#include <xnnpack.h>

#include <cstdint>
#include <memory>
#include <string_view>

namespace tfwasm {

// Initializes XNNPACK at the first call. Throws E_OOM or E_INTERNAL.
void EnsureXnnpack();

[[noreturn]] void ThrowXnnError(xnn_status status, std::string_view what);

// Throws E_OOM or E_INTERNAL if `status` is not success. `what` names the operation.
inline void CheckXnn(xnn_status status, std::string_view what) {
  if (status != xnn_status_success) ThrowXnnError(status, what);
}

// Throws E_LIMIT if `groups` matrices of `inputs` x `outputs` weights are too large to pack.
// XNNPACK pads them and does not check for overflow of wasm's 32-bit sizes.
void CheckPackedSize(int64_t groups, int64_t inputs, int64_t outputs);

class XnnOperator {
 public:
  XnnOperator() = default;  // no operator

  // `create` gets a pointer for the new xnn_operator_t and returns an xnn_status.
  template <typename F>
  static XnnOperator Create(std::string_view what, const F& create) {
    EnsureXnnpack();
    xnn_operator_t op = nullptr;
    CheckXnn(create(&op), what);
    // Some code paths of XNNPACK report success although an allocation failed.
    if (op == nullptr) ThrowXnnError(xnn_status_out_of_memory, what);
    return XnnOperator(op);
  }

  explicit operator bool() const { return op_ != nullptr; }
  xnn_operator_t get() const { return op_.get(); }

  // The operator must have been reshaped and set up.
  void Run(pthreadpool_t pool) const { CheckXnn(xnn_run_operator(op_.get(), pool), "running"); }

 private:
  struct Deleter {
    void operator()(xnn_operator_t op) const { xnn_delete_operator(op); }
  };

  explicit XnnOperator(xnn_operator_t op) : op_(op) {}

  std::unique_ptr<xnn_operator, Deleter> op_;
};

}  // namespace tfwasm
