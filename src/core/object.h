// SPDX-License-Identifier: Apache-2.0
// Objects that the elements of resource and variant tensors refer to: lists, arrays and tables.
#pragma once

#include <memory>
#include <string_view>

namespace tfwasm {

class Object {
 public:
  virtual ~Object() = default;
  // The name in error messages, such as "TensorList". One string per class.
  virtual std::string_view kind() const = 0;
};

using ObjectPtr = std::shared_ptr<Object>;

}  // namespace tfwasm
