// SPDX-License-Identifier: Apache-2.0
#include "graph/attr_reader.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "core/flag_list.h"
#include "graph/graphdef_reader.h"
#include "thrown_error.h"

namespace tfwasm {
namespace {

// The value of {"a": `message`}. It must be a T.
template <typename T>
T Read(std::string_view message) {
  const AttrMap attrs = ReadAttrs(StrCat("{\"a\":", message, "}"));
  REQUIRE(attrs.Has("a"));
  const T* value = std::get_if<T>(attrs.Find("a"));
  REQUIRE(value != nullptr);
  return *value;
}

TEST_CASE("attributes of every kind") {
  CHECK(Read<std::string>(R"({"s": "U0FNRQ=="})") == "SAME");
  CHECK(Read<std::string>(R"({"s": [83, 65, 77, 69]})") == "SAME");
  CHECK(Read<std::string>(R"({"s": ""})").empty());
  CHECK(Read<int64_t>(R"({"i": "-9223372036854775808"})") == INT64_MIN);
  CHECK(Read<int64_t>(R"({"i": 7})") == 7);
  CHECK(Read<float>(R"({"f": 0})") == 0.0F);
  CHECK(Read<float>(R"({"f": 0.001})") == 0.001F);
  CHECK(Read<float>(R"({"f": "2.5e-1"})") == 0.25F);
  CHECK(std::isnan(Read<float>(R"({"f": "NaN"})")));
  CHECK(Read<float>(R"({"f": "-Infinity"})") == -std::numeric_limits<float>::infinity());
  CHECK(Read<bool>(R"({"b": true})"));
  CHECK_FALSE(Read<bool>(R"({"b": false})"));
  CHECK(Read<FunctionRef>(R"({"func": {"name": "body", "attr": {}}})").name == "body");
}

TEST_CASE("dtypes by name and by number") {
  struct Case {
    std::string_view type;
    DType dtype;
  };
  const Case cases[] = {{"\"DT_FLOAT\"", DType::kFloat32},
                        {"1", DType::kFloat32},
                        {"\"DT_HALF\"", DType::kFloat32},
                        {"9", DType::kInt32},
                        {"\"DT_INT64\"", DType::kInt32},
                        {"10", DType::kBool},
                        {"\"DT_FLOAT_REF\"", DType::kFloat32},
                        {"103", DType::kInt32},
                        {"\"DT_RESOURCE\"", DType::kResource},
                        {"999", DType::kInvalid},
                        {"-1", DType::kInvalid},
                        {"\"nonsense\"", DType::kInvalid}};
  for (const Case& c : cases) {
    CAPTURE(c.type);
    CHECK(Read<DType>(StrCat("{\"type\":", c.type, "}")) == c.dtype);
  }
}

TEST_CASE("shapes, known and not") {
  struct Case {
    std::string_view json;
    Shape shape;
  };
  const Case cases[] = {
      {R"({"dim": [{"size": "-1"}, {"size": 224}]})", {-1, 224}},
      {R"({"dim": [{}, {"size": "3", "name": "x"}]})", {0, 3}},
      {R"({})", {}},
      {R"({"unknownRank": false})", {}},
      {R"({"unknownRank": true})", Shape::UnknownRank()},
      {R"({"unknown_rank": true})", Shape::UnknownRank()},
  };
  for (const Case& c : cases) {
    CAPTURE(c.json);
    CHECK(Read<Shape>(StrCat("{\"shape\":", c.json, "}")) == c.shape);
  }
}

TEST_CASE("lists of each kind") {
  CHECK(Read<std::vector<int64_t>>(R"({"list": {"i": ["1", 2]}})") == std::vector<int64_t>{1, 2});
  CHECK(Read<std::vector<int64_t>>(R"({"list": {}})").empty());
  CHECK(Read<std::vector<int64_t>>(R"({"list": {"s": []}})").empty());
  CHECK(Read<std::vector<float>>(R"({"list": {"f": [1, 2.5]}})") == std::vector<float>{1, 2.5});
  CHECK(Read<FlagList>(R"({"list": {"b": [true, false]}})") == FlagList{true, false});
  CHECK(Read<std::vector<std::string>>(R"({"list": {"s": ["Qmlhc0FkZA==", "UmVsdQ=="]}})") ==
        std::vector<std::string>{"BiasAdd", "Relu"});
  CHECK(Read<std::vector<DType>>(R"({"list": {"type": ["DT_FLOAT", 3]}})") ==
        std::vector<DType>{DType::kFloat32, DType::kInt32});
  CHECK(Read<std::vector<Shape>>(R"({"list": {"shape": [{}, {"dim": [{"size": 2}]}]}})") ==
        std::vector<Shape>{{}, {2}});
  CHECK(Read<std::vector<FunctionRef>>(R"({"list": {"func": [{"name": "f"}]}})")[0].name == "f");
}

TEST_CASE("what has no value here is left out") {
  const std::string_view cases[] = {R"({"a": {"placeholder": "T"}})", R"({"a": {}})",
                                    R"({"a": {"list": {"tensor": [{}]}}})",
                                    R"({"_class": {"list": {"s": ["bG9j"]}}})"};
  for (const std::string_view json : cases) {
    CAPTURE(json);
    CHECK(ReadAttrs(json).values().empty());
  }
}

TEST_CASE("malformed attributes are errors") {
  struct Case {
    std::string_view json;
    std::string_view code;
  };
  const Case cases[] = {
      {R"({"s": "not base64!"})", "E_ATTR"},
      {R"({"s": 3})", "E_ATTR"},
      {R"({"s": [1, 256]})", "E_ATTR"},
      {R"({"i": 1.5})", "E_ATTR"},
      {R"({"i": "9223372036854775808"})", "E_ATTR"},
      {R"({"i": "12abc"})", "E_ATTR"},
      {R"({"i": ""})", "E_ATTR"},
      {R"({"f": "inf"})", "E_ATTR"},
      {R"({"f": "0x10"})", "E_ATTR"},
      {R"({"f": "1.5.5"})", "E_ATTR"},
      {R"({"f": []})", "E_ATTR"},
      {R"({"b": 1})", "E_ATTR"},
      {R"({"type": null})", "E_ATTR"},
      {R"({"type": {}})", "E_ATTR"},
      {R"({"func": {}})", "E_ATTR"},
      {R"({"surprise": 1})", "E_ATTR"},
      {R"({"i": 1, "f": 2})", "E_AMBIGUOUS"},
      {R"({"list": {"i": [1], "f": [1]}})", "E_AMBIGUOUS"},
      {R"({"list": {"i": 1}})", "E_JSON"},
      {R"({"list": []})", "E_JSON"},
      {R"(7)", "E_JSON"},
      {R"({"shape": {"dim": [{"size": -2}]}})", "E_SHAPE"},
      {R"({"shape": {"dim": [{"size": "1e9"}]}})", "E_ATTR"},
      {R"({"shape": {"dim": [{},{},{},{},{},{},{},{},{}]}})", "E_SHAPE"},
      {R"({"shape": {"dim": [{"size": 9007199254740993}]}})", "E_SHAPE"},
      {R"({"shape": {"dim": {}}})", "E_JSON"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.json);
    const auto error = ThrownBy([&] { ReadAttrs(StrCat("{\"a\":", c.json, "}")); });
    REQUIRE(error);
    CHECK(CodeName(error->code()) == c.code);
    CHECK(error->message().starts_with("the attribute 'a': "));
  }
}

TEST_CASE("attributes of a node are limited in number") {
  std::string json = "{";
  for (int i = 300; i > 0; --i) json += StrCat("\"a", i, "\":{},");
  const auto error = ThrownBy([&] { ReadAttrs(json + "\"a\":{}}"); });
  REQUIRE(error);
  CHECK(error->code() == Code::kLimit);
}

TEST_CASE("the last of equal kinds wins, and null is none") {
  CHECK(Read<int64_t>(R"({"i": 1, "i": 2})") == 2);
  CHECK(Read<int64_t>(R"({"f": null, "i": 2, "other": 3})") == 2);
  CHECK(Read<std::vector<int64_t>>(R"({"list": {"f": [], "i": [1], "i": [2]}})") ==
        std::vector<int64_t>{2});
}

}  // namespace
}  // namespace tfwasm
