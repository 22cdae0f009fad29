// SPDX-License-Identifier: Apache-2.0
// The one exception type. The boundary turns it into a TfwasmError in JavaScript.
#pragma once

#include <exception>
#include <string>
#include <string_view>

#include "core/str_cat.h"

namespace tfwasm {

// What went wrong, in the vocabulary that users see as `TfwasmError.code`.
enum class Code {
  kAmbiguous,      // two contradicting sources for one value
  kAttr,           // a node attribute is missing, of the wrong kind or out of range
  kCycle,          // the graph has a cycle outside a loop
  kDisposed,       // use after dispose
  kDType,          // unknown or unsupported dtype
  kDuplicate,      // a name occurs twice
  kEdge,           // a node input refers to nothing
  kInput,          // a tensor handed to the model does not fit
  kInternal,       // a bug in tfwasm
  kJson,           // malformed JSON
  kLimit,          // larger or deeper than tfwasm accepts
  kOom,            // the wasm heap cannot grow any further
  kOp,             // operations that tfwasm does not have
  kQuant,          // bad quantization parameters
  kShape,          // shapes that do not fit together
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
  const std::string& message() const { return message_; }
  // The node that failed and its op; empty when no node is to blame.
  const std::string& node() const { return node_; }
  const std::string& op() const { return op_; }

  // Names the node to blame and puts "[op 'node'] " before the message, or "[op] " for a node
  // without a name; the innermost call wins.
  void Blame(std::string_view op, std::string_view node);

  const char* what() const noexcept override { return message_.c_str(); }

 private:
  Code code_;
  std::string message_;
  std::string node_;
  std::string op_;
};

[[noreturn]] void ThrowError(Code code, std::string message);

// Throw(Code::kShape, "expected rank 4, got ", shape)
template <typename... Args>
[[noreturn]] void Throw(Code code, const Args&... args) {
  ThrowError(code, StrCat(args...));
}

}  // namespace tfwasm
