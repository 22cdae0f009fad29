// SPDX-License-Identifier: Apache-2.0
// The exception type of the core. The bindings convert it to a TfwasmError.
#pragma once

#include <exception>
#include <optional>
#include <string>
#include <string_view>

#include "core/str_cat.h"

namespace tfwasm {

// Error codes. Users see them as `TfwasmError.code`.
enum class Code {
  kAmbiguous,      // two contradicting sources for one value
  kAttr,           // a node attribute is missing, of the wrong kind or out of range
  kCycle,          // the graph has a cycle that is not a loop
  kDisposed,       // use after dispose
  kDType,          // unknown or unsupported dtype
  kDuplicate,      // a name occurs twice
  kEdge,           // a node input refers to nothing
  kFile,           // a file is missing or not of the expected format
  kInput,          // a tensor passed to the model does not fit
  kInternal,       // a bug in tfwasm
  kJson,           // malformed JSON
  kLayer,          // a layer's config or call is wrong
  kLimit,          // exceeds a size or depth limit of tfwasm
  kOom,            // the wasm heap cannot grow any further
  kOp,             // ops that tfwasm does not support
  kProto,          // malformed protobuf data
  kQuant,          // bad quantization parameters
  kShape,          // incompatible shapes
  kState,          // a model to convert changes its variables
  kString,         // malformed string tensor bytes
  kWeightBytes,    // too few or too many weight bytes
  kWeightMissing,  // a constant without weights
};

// "E_SHAPE" for Code::kShape.
std::string_view CodeName(Code code);

class Error : public std::exception {
 public:
  Error(Code code, std::string message) : code_(code), message_(std::move(message)) {}

  Code code() const { return code_; }
  const std::string& message() const [[clang::lifetimebound]] { return message_; }
  // The node that failed and its op; empty if no node is known.
  const std::string& node() const [[clang::lifetimebound]] { return node_; }
  const std::string& op() const [[clang::lifetimebound]] { return op_; }

  // Sets the node, and prefixes the message with "[op 'node'] ", or "[op] " if the node has no
  // name. Only the first call has an effect.
  void Blame(std::string_view op, std::string_view node);

  const char* what() const noexcept override { return message_.c_str(); }

 private:
  Code code_;
  std::string message_;
  std::string node_;
  std::string op_;
};

// Whether an error may be deferred to the run that reaches its cause. True for errors of the model,
// since the node may be on a branch that is not taken. False for bugs in tfwasm and lack of memory.
// std::bad_alloc is not an Error and is never deferred.
bool MayDefer(const Error& error);

// Calls `f`. Returns the error it throws if that error may be deferred, else rethrows it.
template <typename F>
std::optional<Error> Deferring(F f) {
  try {
    f();
  } catch (const Error& error) {
    if (!MayDefer(error)) throw;
    return error;
  }
  return std::nullopt;
}

[[noreturn]] void ThrowError(Code code, std::string message);

// Calls `f`. Errors that it throws blame the node.
template <typename F>
auto Blaming(std::string_view op, std::string_view node, F f) -> decltype(f()) {
  try {
    return f();
  } catch (Error& error) {
    error.Blame(op, node);
    throw;
  }
}

namespace str_cat_internal {
template <typename... Args>
[[noreturn]] void ThrowConcat(Code code, Args... args) {
  ThrowError(code, Concat<Args...>(args...));
}
}  // namespace str_cat_internal

// Throw(Code::kShape, "expected rank 4, got ", shape)
template <typename... Args>
[[noreturn]] [[gnu::always_inline]] inline void Throw(Code code, const Args&... args) {
  str_cat_internal::ThrowConcat<typename str_cat_internal::Passed<Args>::Type...>(code, args...);
}

}  // namespace tfwasm
