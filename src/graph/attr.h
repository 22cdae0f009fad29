// SPDX-License-Identifier: Apache-2.0
// Attribute values of graph nodes, and checked access to them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/dtype.h"
#include "core/flag_list.h"
#include "core/shape.h"
#include "core/tensor.h"

namespace tfwasm {

// A reference to a library function, by name.
struct FunctionRef {
  std::string name;
};

// Every kind a GraphDef attribute can have. An empty GraphDef list is an empty int list.
using AttrValue =
    std::variant<bool, int64_t, float, std::string, DType, Shape, Tensor, FunctionRef,
                 std::vector<int64_t>, std::vector<float>, FlagList, std::vector<std::string>,
                 std::vector<DType>, std::vector<Shape>, std::vector<FunctionRef>>;

struct Attr {
  std::string name;
  AttrValue value;
};

// Copy-on-write: copies share their attributes until one of them is changed. A model's nodes are
// copied for every pair of feeds and fetches.
class AttrMap {
 public:
  // nullptr when there is no such attribute.
  const AttrValue* Find(std::string_view name) const [[clang::lifetimebound]];
  bool Has(std::string_view name) const { return Find(name) != nullptr; }
  // Reserves memory for `count` attributes.
  void Reserve(size_t count) { Own().reserve(count); }
  void Set(std::string_view name, AttrValue value);
  void Erase(std::string_view name);
  // All attributes, sorted by name.
  const std::vector<Attr>& values() const [[clang::lifetimebound]];

  // The attribute, or `fallback` if it is absent. Throws E_ATTR if it has another kind.
  int64_t Int(std::string_view name, int64_t fallback) const;
  float Float(std::string_view name, float fallback) const;  // accepts ints
  bool Bool(std::string_view name, bool fallback) const;
  std::string String(std::string_view name, std::string_view fallback) const;
  std::vector<int64_t> Ints(std::string_view name, std::vector<int64_t> fallback = {}) const;
  std::vector<float> Floats(std::string_view name, std::vector<float> fallback = {}) const;
  std::vector<std::string> Strings(std::string_view name) const;
  std::vector<DType> Types(std::string_view name) const;
  DType Type(std::string_view name, DType fallback) const;
  Shape ShapeOr(std::string_view name, const Shape& fallback) const;

  // Like the above, but throws E_ATTR if the attribute is absent.
  int64_t RequireInt(std::string_view name) const;
  DType RequireType(std::string_view name) const;
  // Names of library functions.
  const std::string& RequireFunction(std::string_view name) const [[clang::lifetimebound]];
  std::vector<FunctionRef> RequireFunctions(std::string_view name) const;

  // Like String, with ASCII letters in lower case: "SAME" and "same" are the same padding.
  std::string LowerString(std::string_view name, std::string_view fallback) const;

 private:
  // The list for writing. Copies it first if another map shares it.
  std::vector<Attr>& Own();
  template <typename T>
  const T* Get(std::string_view name, std::string_view kind) const;
  template <typename T>
  std::vector<T> List(std::string_view name, std::string_view kind) const;

  std::shared_ptr<std::vector<Attr>> values_;  // nullptr: none
};

}  // namespace tfwasm
