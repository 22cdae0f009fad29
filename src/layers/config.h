// SPDX-License-Identifier: Apache-2.0
// Reads the config of a layer, and records it with the defaults that it has filled in.
//
//   units_ = config.Int("units");
//   use_bias_ = config.Bool("use_bias", true);
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"
#include "core/json_value.h"
#include "core/name_list.h"

namespace tfwasm {

// The Keras that wrote a config. Some names mean different functions.
enum class Generation : uint8_t {
  kKeras2 = 2,  // also Keras 1 and TensorFlow.js
  kKeras3 = 3,
};

class LayerConfig {
 public:
  // `config` must be an object, or null for no keys. Keys are in snake case.
  explicit LayerConfig(const Json& config, Generation generation);

  Generation generation() const { return generation_; }

  // Each call reads one key. Throws E_LAYER if it has the wrong kind, or is absent and has no
  // fallback. null counts as absent.
  int64_t Int(std::string_view key);
  int64_t Int(std::string_view key, int64_t fallback);
  double Number(std::string_view key);
  double Number(std::string_view key, double fallback);
  bool Bool(std::string_view key, bool fallback);
  std::string Text(std::string_view key, std::string_view fallback);
  // In snake case. Throws E_LAYER unless it is one of these.
  std::string OneOf(std::string_view key, std::string_view fallback,
                    std::initializer_list<std::string_view> allowed);
  // nullopt: absent or null.
  std::optional<int64_t> MaybeInt(std::string_view key);
  std::optional<double> MaybeNumber(std::string_view key);
  // null elements: -1.
  std::optional<std::vector<int64_t>> MaybeInts(std::string_view key);
  // A list, or one number.
  std::optional<std::vector<double>> MaybeNumbers(std::string_view key);
  bool IsList(std::string_view key) const { return Given(key).AsArray() != nullptr; }
  // A list, or one number for all `count` elements.
  std::vector<int64_t> Ints(std::string_view key, size_t count, int64_t fallback);
  std::vector<int64_t> Ints(std::string_view key, size_t count);
  // Any JSON: initializers, activations and others that have configs of their own.
  JsonValue Value(std::string_view key, const JsonValue& fallback = nullptr);
  bool Has(std::string_view key) const { return Find(key) != nullptr; }
  // Whether the config has the key, with the value null.
  bool IsNull(std::string_view key) const;
  // Keys that a config may have, but that mean nothing.
  void Ignore(NameList keys) { ignored_ = keys; }
  // As it was given, without a record of it; null if it is absent.
  const Json& Given(std::string_view key) const;

  // What has been read, with defaults.
  const JsonValue& values() const { return values_; }
  // The keys that have not been read or ignored, and whose value is not null.
  std::vector<std::string> UnknownKeys() const;

  [[noreturn]] void Fail(std::string_view key, std::string_view expected) const;

 private:
  const Json* Find(std::string_view key) const;
  // A key that `read` turns into an optional value.
  template <typename Read>
  auto Maybe(std::string_view key, std::string_view expected, Read read);
  template <typename T, typename Read>
  std::optional<std::vector<T>> MaybeList(std::string_view key, std::string_view expected,
                                          Read read);
  void Record(std::string_view key, JsonValue value);

  const Json& config_;
  Generation generation_;
  JsonValue values_ = JsonValue::object();
  NameList ignored_;
};

// A copy of a parsed value.
JsonValue ToValue(const Json& json);

// "channelsLast" -> "channels_last".
std::string SnakeCase(std::string_view name);

}  // namespace tfwasm
