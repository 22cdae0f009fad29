// SPDX-License-Identifier: Apache-2.0
#include "layers/config.h"

#include <algorithm>
#include <utility>

#include "core/ascii.h"
#include "core/error.h"
#include "core/str_cat.h"

namespace tfwasm {

namespace {

std::optional<int64_t> ToInt(const Json& json) {
  if (const auto number = json.AsInt()) return number;
  const auto number = json.AsDouble();
  const bool is_integral = number && *number == static_cast<double>(static_cast<int32_t>(*number));
  return is_integral ? std::optional<int64_t>(static_cast<int64_t>(*number)) : std::nullopt;
}

bool Contains(NameList names, std::string_view wanted) {
  for (const std::string_view name : names) {
    if (name == wanted) return true;
  }
  return false;
}

}  // namespace

JsonValue ToValue(const Json& json) {
  if (const bool* value = json.AsBool()) return *value;
  if (const auto number = json.AsInt()) return *number;
  if (const auto number = json.AsDouble()) return *number;
  if (const std::string_view* text = json.AsString()) return std::string(*text);
  if (const Json::Array* list = json.AsArray()) {
    JsonValue value = JsonValue::array();
    for (const Json& element : *list) value.push_back(ToValue(element));
    return value;
  }
  if (const Json::Object* object = json.AsObject()) {
    JsonValue value = JsonValue::object();
    for (const JsonMember& member : *object) value[std::string(member.key)] = ToValue(member.value);
    return value;
  }
  return nullptr;
}

std::string SnakeCase(std::string_view name) {
  std::string snake;
  for (const char c : name) {
    const char lower = ToLower(c);
    if (lower != c && !snake.empty() && snake.back() != '_') snake += '_';
    snake += lower;
  }
  return snake;
}

LayerConfig::LayerConfig(const Json& config, Generation generation)
    : config_(config), generation_(generation) {
  if (!config.is_null() && config.AsObject() == nullptr) {
    Throw(Code::kLayer, "a config must be an object, not ", config.KindName());
  }
}

const Json* LayerConfig::Find(std::string_view key) const { return config_.Find(key); }

const Json& LayerConfig::Given(std::string_view key) const {
  static constexpr Json kNone;
  const Json* json = Find(key);
  return json == nullptr ? kNone : *json;
}

bool LayerConfig::IsNull(std::string_view key) const {
  const Json::Object* members = config_.AsObject();
  if (members == nullptr || Has(key)) return false;
  return std::any_of(members->begin(), members->end(),
                     [key](const JsonMember& member) { return member.key == key; });
}

void LayerConfig::Record(std::string_view key, JsonValue value) {
  values_[std::string(key)] = std::move(value);
}

void LayerConfig::Fail(std::string_view key, std::string_view expected) const {
  const Json* json = Find(key);
  if (json == nullptr) Throw(Code::kLayer, "the config has no '", key, "': expected ", expected);
  Throw(Code::kLayer, "'", key, "': expected ", expected, ", got ", WriteJson(ToValue(*json)));
}

template <typename Read>
auto LayerConfig::Maybe(std::string_view key, std::string_view expected, Read read) {
  const Json* json = Find(key);
  const auto value = json == nullptr ? std::nullopt : read(*json);
  if (json != nullptr && !value) Fail(key, expected);
  Record(key, value ? JsonValue(*value) : JsonValue(nullptr));
  return value;
}

int64_t LayerConfig::Int(std::string_view key) {
  const auto value = MaybeInt(key);
  if (!value) Fail(key, "an integer");
  return *value;
}

int64_t LayerConfig::Int(std::string_view key, int64_t fallback) {
  const int64_t value = MaybeInt(key).value_or(fallback);
  Record(key, value);
  return value;
}

std::optional<int64_t> LayerConfig::MaybeInt(std::string_view key) {
  return Maybe(key, "an integer", ToInt);
}

double LayerConfig::Number(std::string_view key) {
  const auto value = MaybeNumber(key);
  if (!value) Fail(key, "a number");
  return *value;
}

double LayerConfig::Number(std::string_view key, double fallback) {
  const double value = MaybeNumber(key).value_or(fallback);
  Record(key, value);
  return value;
}

std::optional<double> LayerConfig::MaybeNumber(std::string_view key) {
  return Maybe(key, "a number", [](const Json& json) { return json.AsDouble(); });
}

bool LayerConfig::Bool(std::string_view key, bool fallback) {
  const Json* json = Find(key);
  const bool* value = json == nullptr ? &fallback : json->AsBool();
  if (value == nullptr) Fail(key, "true or false");
  Record(key, *value);
  return *value;
}

std::string LayerConfig::Text(std::string_view key, std::string_view fallback) {
  const Json* json = Find(key);
  const std::string_view* value = json == nullptr ? &fallback : json->AsString();
  if (value == nullptr) Fail(key, "a text");
  Record(key, std::string(*value));
  return std::string(*value);
}

std::string LayerConfig::OneOf(std::string_view key, std::string_view fallback,
                               std::initializer_list<std::string_view> allowed) {
  std::string value = SnakeCase(Text(key, fallback));
  if (std::find(allowed.begin(), allowed.end(), value) == allowed.end()) {
    std::string names;
    for (const std::string_view name : allowed) names += StrCat(names.empty() ? "" : ", ", name);
    Fail(key, StrCat("one of ", names));
  }
  Record(key, value);
  return value;
}

template <typename T, typename Read>
std::optional<std::vector<T>> LayerConfig::MaybeList(std::string_view key,
                                                     std::string_view expected, Read read) {
  const Json* json = Find(key);
  Record(key, nullptr);
  if (json == nullptr) return std::nullopt;
  const Json::Array* list = json->AsArray();
  const Json::Array one(json, 1);
  std::vector<T> values;
  for (const Json& element : list == nullptr ? one : *list) {
    const std::optional<T> value = read(element);
    if (!value) Fail(key, expected);
    values.push_back(*value);
  }
  Record(key, ToValue(*json));
  return values;
}

std::optional<std::vector<int64_t>> LayerConfig::MaybeInts(std::string_view key) {
  return MaybeList<int64_t>(key, "integers", [](const Json& json) {
    return json.is_null() ? std::optional<int64_t>(-1) : ToInt(json);
  });
}

std::optional<std::vector<double>> LayerConfig::MaybeNumbers(std::string_view key) {
  return MaybeList<double>(key, "numbers", [](const Json& json) { return json.AsDouble(); });
}

std::vector<int64_t> LayerConfig::Ints(std::string_view key, size_t count, int64_t fallback) {
  if (!Has(key)) {
    const std::vector<int64_t> values(count, fallback);
    Record(key, values);
    return values;
  }
  return Ints(key, count);
}

std::vector<int64_t> LayerConfig::Ints(std::string_view key, size_t count) {
  const std::string expected = StrCat("an integer or ", count, " integers");
  auto values = MaybeInts(key);
  if (!values) Fail(key, expected);
  if (values->size() == 1) values->resize(count, values->front());
  if (values->size() != count) Fail(key, expected);
  Record(key, *values);
  return *std::move(values);
}

JsonValue LayerConfig::Value(std::string_view key, const JsonValue& fallback) {
  const Json* json = Find(key);
  JsonValue value = json == nullptr ? fallback : ToValue(*json);
  Record(key, value);
  return value;
}

std::vector<std::string> LayerConfig::UnknownKeys() const {
  std::vector<std::string> keys;
  const Json::Object* members = config_.AsObject();
  if (members == nullptr) return keys;
  for (const JsonMember& member : *members) {
    std::string key(member.key);
    const bool is_known = Contains(ignored_, key) || FindMember(values_, key) != nullptr;
    if (!member.value.is_null() && !is_known) keys.push_back(std::move(key));
  }
  return keys;
}

}  // namespace tfwasm
