// SPDX-License-Identifier: Apache-2.0
// The objects that JavaScript holds, by number. Numbers are never used again, so that a handle
// that was disposed is recognized for ever.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "core/error.h"

namespace tfwasm {

template <typename T>
class HandleTable {
 public:
  // `kind` is what error messages call the objects: "tensor".
  explicit HandleTable(std::string_view kind) : kind_(kind) {}

  int32_t Add(T object) {
    objects_.emplace(++last_, std::move(object));
    return last_;
  }

  // Throws E_DISPOSED when the handle is unknown.
  T& Get(int32_t handle) {
    const auto it = objects_.find(handle);
    if (it == objects_.end()) Throw(Code::kDisposed, "this ", kind_, " has been disposed");
    return it->second;
  }

  // Disposing twice is harmless.
  void Remove(int32_t handle) { objects_.erase(handle); }

  size_t size() const { return objects_.size(); }
  const std::unordered_map<int32_t, T>& objects() const { return objects_; }

 private:
  std::string_view kind_;
  int32_t last_ = 0;
  std::unordered_map<int32_t, T> objects_;
};

}  // namespace tfwasm
