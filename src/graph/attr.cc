// SPDX-License-Identifier: Apache-2.0
#include "graph/attr.h"

#include <algorithm>
#include <utility>

#include "core/ascii.h"

namespace tfwasm {

namespace {

[[noreturn]] void ThrowMissing(std::string_view name) {
  Throw(Code::kAttr, "the attribute '", name, "' is missing");
}

}  // namespace

const std::vector<Attr>& AttrMap::values() const {
  static const auto* const kNone = new std::vector<Attr>;
  return values_ == nullptr ? *kNone : *values_;
}

const AttrValue* AttrMap::Find(std::string_view name) const {
  for (const Attr& attr : values()) {
    if (attr.name == name) return &attr.value;
  }
  return nullptr;
}

std::vector<Attr>& AttrMap::Own() {
  if (values_ == nullptr || values_.use_count() > 1) {
    values_ = std::make_shared<std::vector<Attr>>(values());
  }
  return *values_;
}

void AttrMap::Set(std::string_view name, AttrValue value) {
  std::vector<Attr>& attrs = Own();
  auto at = attrs.end();
  while (at != attrs.begin() && (at - 1)->name >= name) --at;
  if (at != attrs.end() && at->name == name) {
    at->value = std::move(value);
  } else {
    attrs.insert(at, {std::string(name), std::move(value)});
  }
}

void AttrMap::Erase(std::string_view name) {
  if (Has(name)) std::erase_if(Own(), [&](const Attr& attr) { return attr.name == name; });
}

template <typename T>
const T* AttrMap::Get(std::string_view name, std::string_view kind) const {
  const AttrValue* value = Find(name);
  if (value == nullptr) return nullptr;
  const T* typed = std::get_if<T>(value);
  if (typed == nullptr) Throw(Code::kAttr, "the attribute '", name, "' must be ", kind);
  return typed;
}

int64_t AttrMap::Int(std::string_view name, int64_t fallback) const {
  const auto* value = Get<int64_t>(name, "an integer");
  return value == nullptr ? fallback : *value;
}

float AttrMap::Float(std::string_view name, float fallback) const {
  const AttrValue* value = Find(name);
  if (value == nullptr) return fallback;
  if (const auto* integer = std::get_if<int64_t>(value)) return static_cast<float>(*integer);
  return *Get<float>(name, "a number");
}

bool AttrMap::Bool(std::string_view name, bool fallback) const {
  const auto* value = Get<bool>(name, "a boolean");
  return value == nullptr ? fallback : *value;
}

std::string AttrMap::String(std::string_view name, std::string_view fallback) const {
  const auto* value = Get<std::string>(name, "a string");
  return value == nullptr ? std::string(fallback) : *value;
}

std::string AttrMap::LowerString(std::string_view name, std::string_view fallback) const {
  std::string text = String(name, fallback);
  std::transform(text.begin(), text.end(), text.begin(), ToLower);
  return text;
}

std::vector<int64_t> AttrMap::Ints(std::string_view name, std::vector<int64_t> fallback) const {
  const auto* value = Get<std::vector<int64_t>>(name, "a list of integers");
  if (value == nullptr) return fallback;
  return *value;
}

std::vector<float> AttrMap::Floats(std::string_view name, std::vector<float> fallback) const {
  const auto* value = Get<std::vector<float>>(name, "a list of numbers");
  if (value == nullptr) return fallback;
  return *value;
}

template <typename T>
std::vector<T> AttrMap::List(std::string_view name, std::string_view kind) const {
  const AttrValue* value = Find(name);
  if (value == nullptr) return {};
  // An empty list carries no element kind.
  if (const auto* ints = std::get_if<std::vector<int64_t>>(value); ints && ints->empty()) return {};
  return *Get<std::vector<T>>(name, kind);
}

std::vector<std::string> AttrMap::Strings(std::string_view name) const {
  return List<std::string>(name, "a list of strings");
}

std::vector<DType> AttrMap::Types(std::string_view name) const {
  return List<DType>(name, "a list of dtypes");
}

const std::string& AttrMap::RequireFunction(std::string_view name) const {
  if (!Has(name)) ThrowMissing(name);
  return Get<FunctionRef>(name, "a function")->name;
}

std::vector<FunctionRef> AttrMap::RequireFunctions(std::string_view name) const {
  if (!Has(name)) ThrowMissing(name);
  return List<FunctionRef>(name, "a list of functions");
}

DType AttrMap::Type(std::string_view name, DType fallback) const {
  const auto* value = Get<DType>(name, "a dtype");
  if (value == nullptr) return fallback;
  if (*value == DType::kInvalid) {
    Throw(Code::kDType, "the attribute '", name, "' names a dtype that is not supported");
  }
  return *value;
}

Shape AttrMap::ShapeOr(std::string_view name, const Shape& fallback) const {
  const auto* value = Get<Shape>(name, "a shape");
  return value == nullptr ? fallback : *value;
}

int64_t AttrMap::RequireInt(std::string_view name) const {
  if (!Has(name)) ThrowMissing(name);
  return Int(name, 0);
}

DType AttrMap::RequireType(std::string_view name) const {
  if (!Has(name)) ThrowMissing(name);
  return Type(name, DType::kInvalid);
}

}  // namespace tfwasm
