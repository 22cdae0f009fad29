// SPDX-License-Identifier: Apache-2.0
#include "core/json.h"

#include <doctest/doctest.h>

#include <cmath>
#include <utility>

#include "core/error.h"

namespace tfwasm {
namespace {

Code ParseErrorCode(std::string_view text) {
  try {
    ParseJson(text, "the text");
  } catch (const Error& error) {
    return error.code();
  }
  FAIL("no error for: ", std::string(text.substr(0, 60)));
  return Code::kInternal;
}

std::string Repeat(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

TEST_CASE("numbers keep what they are") {
  struct Case {
    std::string_view text;
    std::optional<int64_t> as_int;
    double as_double;
  };
  const Case cases[] = {
      {"0", 0, 0},
      {"-7", -7, -7},
      {"9223372036854775807", INT64_MAX, 0x1p63},
      {"18446744073709551615", std::nullopt, 0x1p64},
      {"1e3", 1000, 1000},
      {"0.5", std::nullopt, 0.5},
      {"-0x", std::nullopt, 0},
      {"1e300", std::nullopt, 1e300},
      {"0e-33", 0, 0},
      {"0e40", 0, 0},
      {"0.000000000000000000000000000000e-99", 0, 0},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    if (c.text == "-0x") {
      CHECK(ParseErrorCode(c.text) == Code::kJson);
      continue;
    }
    const JsonDocument document = ParseJson(c.text, "the text");
    const Json& json = document.root();
    CHECK(json.AsInt() == c.as_int);
    CHECK(json.AsDouble() == c.as_double);
  }
}

TEST_CASE("each kind is told from the others") {
  const JsonDocument document = ParseJson(
      "\xef\xbb\xbf"  // a byte order mark is accepted
      R"( {"b": true, "s": "\u00e9\n", "n": null, "l": [1, [2]], "o": {"__proto__": 3}} )",
      "the text");
  const Json& json = document.root();
  REQUIRE(json.AsObject() != nullptr);
  CHECK(json.AsObject()->size() == 5);
  CHECK(*json.Find("b")->AsBool());
  CHECK(*json.Find("s")->AsString() == "\xc3\xa9\n");
  CHECK(json.Find("n") == nullptr);
  CHECK(json.Find("absent") == nullptr);
  CHECK((*(*json.Find("l")->AsArray())[1].AsArray())[0].AsInt() == 2);
  CHECK(json.Find("o")->Find("__proto__")->AsInt() == 3);
  CHECK(json.Find("l")->Find("o") == nullptr);
  CHECK(json.Find("s")->AsInt() == std::nullopt);
  CHECK(json.Find("b")->AsDouble() == std::nullopt);
  CHECK(json.Find("l")->KindName() == "a list");
}

TEST_CASE("strings that are decoded in place leave what is around them") {
  JsonDocument parsed =
      ParseJson(R"(["\u0041\n",1e0,"\ud83d\ude00",{"\"\\":"","k":-0.0e9},"\u0000x"])", "it");
  const JsonDocument document = std::move(parsed);
  const Json::Array& list = *document.root().AsArray();
  REQUIRE(list.size() == 5);
  CHECK(*list[0].AsString() == "A\n");
  CHECK(list[1].AsInt() == 1);
  CHECK(*list[2].AsString() == "\xf0\x9f\x98\x80");
  CHECK(list[3].Find("\"\\")->AsString()->empty());
  CHECK(std::signbit(*list[3].Find("k")->AsDouble()));
  CHECK(*list[4].AsString() == std::string_view("\0x", 2));
}

TEST_CASE("long lists and many objects") {
  const JsonDocument document =
      ParseJson("[" + Repeat(R"({"a": [1, 2, 3], "b": {}, "c": "text"},)", 5000) + "[]]", "it");
  const Json::Array& list = *document.root().AsArray();
  REQUIRE(list.size() == 5001);
  for (size_t i = 0; i < 5000; ++i) {
    CHECK((*list[i].Find("a")->AsArray())[2].AsInt() == 3);
    CHECK(list[i].Find("b")->AsObject()->empty());
    CHECK(*list[i].Find("c")->AsString() == "text");
  }
  CHECK(list[5000].AsArray()->empty());
}

TEST_CASE("objects keep their order, and the last of equal keys wins") {
  const JsonDocument document = ParseJson(R"({"z": 1, "a": 2, "z": 3})", "the text");
  const Json& json = document.root();
  CHECK((*json.AsObject())[0].key == "z");
  CHECK((*json.AsObject())[1].key == "a");
  CHECK(json.Find("z")->AsInt() == 3);
}

TEST_CASE("malformed text is an error that says where") {
  const std::string_view cases[] = {
      "",      "{",       "[1,]",        "{\"a\" 1}", "nul",         "NaN",
      "[1] x", "\"\\x\"", "\"\xff\"",    "\"\xe4",    "[\"\xf0\x9f", "<html>",
      "1e999", "{1: 2}",  "\"\\ud800\"", "[1 2]",     "\"a\nb\""};
  for (const std::string_view text : cases) {
    CAPTURE(text);
    CHECK(ParseErrorCode(text) == Code::kJson);
  }
  // The position in the original text, although strings before it are decoded in place.
  const std::pair<std::string_view, int> positions[] = {{"[1, x]", 4},
                                                        {"[\"\\u0041\\n\", x]", 13},
                                                        {"\xef\xbb\xbf[1, x]", 7},
                                                        {std::string_view("[1]\0[2]", 7), 3}};
  for (const auto& [text, position] : positions) {
    CAPTURE(text);
    try {
      ParseJson(text, "the model topology");
      FAIL("no error");
    } catch (const Error& error) {
      const std::string start =
          StrCat("the model topology is not valid JSON at byte ", position, ": ");
      CHECK(error.message().starts_with(start));
    }
  }
}

TEST_CASE("deep nesting is refused without recursion") {
  CHECK(ParseErrorCode(Repeat("[", 100'000)) == Code::kLimit);
  CHECK(ParseErrorCode(Repeat("{\"a\":", 100'000)) == Code::kLimit);
  CHECK(ParseErrorCode(Repeat("[", kMaxJsonDepth + 1)) == Code::kLimit);
  const std::string deepest = Repeat("[", kMaxJsonDepth) + Repeat("]", kMaxJsonDepth);
  CHECK(ParseJson(deepest, "the text").root().AsArray()->size() == 1);
}

TEST_CASE("quoted text reads back") {
  const std::string_view cases[] = {"", "plain", "\"\\/", "\n\t\x01\x1f",
                                    "\xe4\xbd\xa0\xf0\x9f\x98\x80"};
  for (const std::string_view text : cases) {
    CAPTURE(text);
    CHECK(*ParseJson(QuoteJson(text), "the text").root().AsString() == text);
  }
  CHECK(QuoteJson("a\"\n") == "\"a\\u0022\\u000a\"");
}

}  // namespace
}  // namespace tfwasm
