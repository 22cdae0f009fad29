// SPDX-License-Identifier: Apache-2.0
#include "convert/model_reader.h"

#include "core/error.h"

namespace tfwasm {

void ModelReader::RequestLater(const std::string& later) {
  Throw(Code::kInternal, "the constant '", later, "' has no value");
}

Tensor ModelReader::TakeLater(const std::string& later) {
  Throw(Code::kInternal, "the constant '", later, "' has no value");
}

}  // namespace tfwasm
