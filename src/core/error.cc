// SPDX-License-Identifier: Apache-2.0
#include "core/error.h"

namespace tfwasm {

std::string_view CodeName(Code code) {
  switch (code) {
    case Code::kAmbiguous:
      return "E_AMBIGUOUS";
    case Code::kAttr:
      return "E_ATTR";
    case Code::kCycle:
      return "E_CYCLE";
    case Code::kDisposed:
      return "E_DISPOSED";
    case Code::kDType:
      return "E_DTYPE";
    case Code::kDuplicate:
      return "E_DUPLICATE";
    case Code::kEdge:
      return "E_EDGE";
    case Code::kFile:
      return "E_FILE";
    case Code::kInput:
      return "E_INPUT";
    case Code::kInternal:
      return "E_INTERNAL";
    case Code::kJson:
      return "E_JSON";
    case Code::kLayer:
      return "E_LAYER";
    case Code::kLimit:
      return "E_LIMIT";
    case Code::kOom:
      return "E_OOM";
    case Code::kOp:
      return "E_OP";
    case Code::kProto:
      return "E_PROTO";
    case Code::kQuant:
      return "E_QUANT";
    case Code::kShape:
      return "E_SHAPE";
    case Code::kState:
      return "E_STATE";
    case Code::kString:
      return "E_STRING";
    case Code::kWeightBytes:
      return "E_WEIGHT_BYTES";
    case Code::kWeightMissing:
      return "E_WEIGHT_MISSING";
  }
  return "E_INTERNAL";
}

void Error::Blame(std::string_view op, std::string_view node) {
  if (!op_.empty()) return;
  op_ = op;
  node_ = node;
  const std::string place = node.empty() ? "" : StrCat(" '", node, "'");
  message_ = StrCat("[", op, place, "] ", message_);
}

bool MayDefer(const Error& error) {
  return error.code() != Code::kInternal && error.code() != Code::kOom;
}

void ThrowError(Code code, std::string message) { throw Error(code, std::move(message)); }

}  // namespace tfwasm
