// SPDX-License-Identifier: Apache-2.0
#include "core/json_value.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>

#include "core/json.h"

namespace tfwasm {
namespace {

TEST_CASE("values are written without spaces, members in their order") {
  JsonValue value = JsonValue::object();
  value["z"] = {1, -2.5, "three", nullptr, true};
  value["a"] = JsonValue::object();
  value["list"] = JsonValue::array();
  CHECK(WriteJson(value) == R"({"z":[1,-2.5,"three",null,true],"a":{},"list":[]})");
}

TEST_CASE("written strings read back") {
  const std::string_view cases[] = {"",
                                    "plain",
                                    "\"\\/",
                                    "\b\f\n\r\t",
                                    std::string_view("\0\x01\x1f\x7f", 4),
                                    "\xe4\xbd\xa0\xf0\x9f\x98\x80"};
  for (const std::string_view text : cases) {
    CAPTURE(text);
    JsonValue value = JsonValue::object();
    value[std::string(text)] = text;
    const JsonDocument document = ParseJson(WriteJson(value), "the text");
    CHECK(*document.root().Find(text)->AsString() == text);
  }
  CHECK(WriteJson("a\"\n\x01") == R"("a\"\n\u0001")");
}

TEST_CASE("invalid UTF-8 is replaced") {
  CHECK(WriteJson("a\xff z") == "\"a\xef\xbf\xbd z\"");
  CHECK(WriteJson("cut\xe2\x82") == "\"cut\xef\xbf\xbd\"");
}

TEST_CASE("written numbers read back as the same") {
  using Limits = std::numeric_limits<double>;
  for (const double number : {0.1, -0.0, 1e21, 1e-7, 1.0 / 3, Limits::max(), Limits::min(),
                              Limits::denorm_min(), -123456789.125, 9007199254740993.0}) {
    CAPTURE(number);
    const auto read = ParseJsonNumber(WriteJson(number));
    REQUIRE(read);
    CHECK(*read == number);
  }
  for (const int64_t number : {INT64_MIN, int64_t{-1}, int64_t{0}, INT64_MAX}) {
    CHECK(ParseJson(WriteJson(number), "it").root().AsInt() == number);
  }
  CHECK(WriteJson(Limits::infinity()) == "null");
}

}  // namespace
}  // namespace tfwasm
