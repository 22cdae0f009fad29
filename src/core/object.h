// SPDX-License-Identifier: Apache-2.0
// What the elements of resource and variant tensors point to: lists, arrays and tables.
#pragma once

#include <memory>
#include <string_view>

namespace tfwasm {

class Object {
 public:
  virtual ~Object() = default;
  // What error messages call it: "TensorList". One string for each class.
  virtual std::string_view kind() const = 0;
};

using ObjectPtr = std::shared_ptr<Object>;

}  // namespace tfwasm
