// SPDX-License-Identifier: Apache-2.0
#include "core/json.h"

#include <doctest/doctest.h>

#include <cmath>
#include <utility>

#include "core/error.h"
#include "core/json_value.h"
#include "test_random.h"

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
      {"-0", 0, 0},
      {"-9223372036854775808", INT64_MIN, -0x1p63},
      {"9223372036854775808", std::nullopt, 0x1p63},
      {"-9223372036854775809", INT64_MIN, -0x1p63},
      {"18446744073709551616", std::nullopt, 0x1p64},
      {"100000000000000000000000", std::nullopt, 1e23},
      {"1E+2", 100, 100},
      {"1e300", std::nullopt, 1e300},
      {"2.2250738585072011e-308", std::nullopt, 2.2250738585072011e-308},
      {"5e-324", std::nullopt, 5e-324},
      {"1e-400", 0, 0},
      // Half-way between two doubles, and a little more.
      {"9007199254740993", 9007199254740993, 9007199254740992},
      {"9007199254740993.0", 9007199254740992, 9007199254740992},
      {"9007199254740993.00000000000000000000000000000000001", 9007199254740994, 9007199254740994},
      {"1.7976931348623158e308", std::nullopt, 1.7976931348623157e308},
      {"0e-33", 0, 0},
      {"0e40", 0, 0},
      {"0.000000000000000000000000000000e-99", 0, 0},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
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

TEST_CASE("strings with escapes leave what is around them") {
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

TEST_CASE("every escape is decoded") {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {R"("\"\\\/\b\f\n\r\t")", "\"\\/\b\f\n\r\t"},
      {R"("\u00e9\u00E9")", "\xc3\xa9\xc3\xa9"},
      {R"("\u20ac")", "\xe2\x82\xac"},
      {R"("\uD834\uDD1E")", "\xf0\x9d\x84\x9e"},
      {R"("\ufffe\uffff")", "\xef\xbf\xbe\xef\xbf\xbf"},
  };
  for (const auto& [text, decoded] : cases) {
    CAPTURE(text);
    const JsonDocument document = ParseJson(text, "the text");
    CHECK(*document.root().AsString() == decoded);
  }
}

// Reads back `text` between quotes, before another value.
void CheckString(std::string_view text, std::string_view decoded) {
  const JsonDocument document = ParseJson(StrCat("[\"", text, "\", 1]"), "the text");
  const Json::Array& list = *document.root().AsArray();
  if (*list[0].AsString() != decoded || list[1].AsInt() != 1) FAIL(std::string(text));
}

// Plain characters are looked at several at once.
TEST_CASE("strings of every length, with another character at every place") {
  for (size_t length = 1; length < 80; ++length) {
    for (size_t place = 0; place < length; ++place) {
      const std::string before(place, 'x');
      const std::string after(length - place - 1, 'x');
      CheckString(StrCat(before, "\\n", after), StrCat(before, "\n", after));
      CheckString(StrCat(before, "\xc3\xa9", after), StrCat(before, "\xc3\xa9", after));
      CheckString(StrCat(before, "\x7f", after), StrCat(before, "\x7f", after));
      for (const char control : {'\0', '\x01', '\n', '\x1f'}) {
        const std::string text = StrCat("\"", before, control, after, "\"");
        if (ParseErrorCode(text) != Code::kJson) FAIL(text);
      }
    }
  }
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

TEST_CASE("malformed text is an error") {
  const std::string_view cases[] = {
      "",           "{",       "[1,]",        "{\"a\" 1}", "nul",         "NaN",        "Infinity",
      "[1] x",      "\"\\x\"", "\"\xff\"",    "\"\xe4",    "[\"\xf0\x9f", "<html>",     "1e999",
      "-1e999",     "{1: 2}",  "[1 2]",       "\"a\nb\"",  "tru",         "truE",       "[tru",
      "01",         "-",       "1.",          ".5",        "+1",          "1e",         "1e+",
      "0x10",       "// 1\n1", "/* */ 1",     "'a'",       "{\"a\": }",   "{,}",        "[,]",
      "{\"a\":1,}", "}",       "\"\\u12g4\"", "\"\\u12",   "\xef\xbb",    "\xfe\xff[]", " ",
      "\"",         "[1}",     "{\"a\":1]",   "\v1"};
  for (const std::string_view text : cases) {
    CAPTURE(text);
    CHECK(ParseErrorCode(text) == Code::kJson);
  }
}

TEST_CASE("lone surrogates and invalid UTF-8 are errors") {
  const std::string_view cases[] = {R"(\ud800)",
                                    R"(\udc00)",
                                    R"(\ud800\ud800)",
                                    R"(\ud800x)",
                                    R"(\ud800\n)",
                                    R"(\udc00\ud800)",
                                    "\x80",              // no first byte
                                    "\xc0\x80",          // longer than necessary
                                    "\xe0\x9f\xbf",      // the same
                                    "\xed\xa0\x80",      // a surrogate
                                    "\xf4\x90\x80\x80",  // above U+10FFFF
                                    "\xe2\x82",          // truncated
                                    "\xf5\x80\x80\x80"};
  for (const std::string_view text : cases) {
    CAPTURE(text);
    CHECK(ParseErrorCode(StrCat("\"", text, "\"")) == Code::kJson);
    CHECK(ParseErrorCode(StrCat("\"some text before it ", text, " and after it\"")) == Code::kJson);
  }
}

TEST_CASE("errors say where and what") {
  struct Case {
    std::string_view text;
    int position;
    std::string_view message;
  };
  const Case cases[] = {
      {"", 0, "attempting to parse an empty input"},
      {"[", 1, "unexpected end of input"},
      {"[1, x]", 4, "invalid literal"},
      // The position in the original text, although strings before it have escapes.
      {"[\"\\u0041\\n\", x]", 13, "invalid literal"},
      {"\xef\xbb\xbf[1, x]", 7, "invalid literal"},
      {std::string_view("[1]\0[2]", 7), 3, "invalid literal"},
      {std::string_view("[1,\0 2]", 7), 3, "invalid literal"},
      {std::string_view("[\"a\0\"]", 6), 3, "invalid string: control character U+0000 (NUL)"},
      {"[1,\n 2 \"text\"]", 7, "unexpected string literal; expected ']'"},
      {"{\"a\" 1234}", 5, "unexpected number literal; expected ':'"},
      {"{\"a\": true false}", 11, "unexpected false literal; expected '}'"},
      {"{\"a\": 1, null}", 9, "unexpected null literal; expected string literal"},
      {"[1] [2]", 4, "unexpected '['; expected end of input"},
      {"[\"plain text\n\"]", 12, "invalid string: control character U+000A (LF) must be escaped"},
      {"[\"\xc3(\"]", 3, "invalid string: ill-formed UTF-8 byte"},
      {"[\"\\q\"]", 3, "invalid string: forbidden character after backslash"},
      {"\"text", 5, "invalid string: missing closing quote"},
      {"[1.x]", 3, "invalid number; expected digit after '.'"},
      {"[2e999]", 1, "number overflow parsing '2e999'"},
  };
  for (const auto& [text, position, message] : cases) {
    CAPTURE(text);
    try {
      ParseJson(text, "the model topology");
      FAIL("no error");
    } catch (const Error& error) {
      const std::string start =
          StrCat("the model topology is not valid JSON at byte ", position, ": ", message);
      CHECK(error.message().substr(0, start.size()) == start);
    }
  }
}

// As the library reads it.
JsonValue ToJsonValue(const Json& json) {
  if (const bool* value = json.AsBool()) return *value;
  if (const auto* text = json.AsString()) return *text;
  if (const auto integer = json.AsInt()) return *integer;
  if (const auto number = json.AsDouble()) return *number;
  if (const auto* list = json.AsArray()) {
    JsonValue values = JsonValue::array();
    for (const Json& value : *list) values.push_back(ToJsonValue(value));
    return values;
  }
  if (json.is_null()) return nullptr;
  JsonValue object = JsonValue::object();
  for (const auto& [key, value] : *json.AsObject()) object[std::string(key)] = ToJsonValue(value);
  return object;
}

void ExpectAsLibrary(const std::string& text) {
  const JsonValue expected = JsonValue::parse(text, nullptr, false);
  if (expected.is_discarded()) {
    if (ParseErrorCode(text) != Code::kJson) FAIL(text);
  } else if (ToJsonValue(ParseJson(text, "the text").root()) != expected) {
    FAIL(text);
  }
}

// The library gets only a part of the text. That must not change what it accepts.
TEST_CASE("changed texts are read as by the library alone") {
  const std::string text =
      R"( {"plain": ["a long plain string", "", "\n\\", "x\"y", "\ud83d\ude00", "\u00e9"], )"
      "\n\t\"\xc3\xa9\": {\"a\\u0020\": [true ,false, null], \"n\": [0, -1.5e-3, 12E+2 , 7]} } ";
  const std::string_view inserted = "\"\\ \n\t{}[]:,0e-.+utfn\x01\x7f\x80\xc3\xa9/";
  ExpectAsLibrary(text);
  TestRandom random(1);
  const auto place = [&](std::string_view in) {
    return static_cast<size_t>(random.Int(0, static_cast<int>(in.size()) - 1));
  };
  for (int i = 0; i < 20'000; ++i) {
    std::string changed = text;
    for (int change = random.Int(1, 3); change > 0; --change) {
      const size_t at = place(changed);
      const char c = inserted[place(inserted)];
      switch (random.Int(0, 2)) {
        case 0:
          changed.insert(at, 1, c);
          break;
        case 1:
          changed.erase(at, 1);
          break;
        default:
          changed[at] = c;
      }
    }
    ExpectAsLibrary(changed);
  }
}

TEST_CASE("deep nesting is refused without recursion") {
  CHECK(ParseErrorCode(Repeat("[", 100'000)) == Code::kLimit);
  CHECK(ParseErrorCode(Repeat("{\"a\":", 100'000)) == Code::kLimit);
  CHECK(ParseErrorCode(Repeat("[", kMaxJsonDepth + 1)) == Code::kLimit);
  const std::string deepest = Repeat("[", kMaxJsonDepth) + Repeat("]", kMaxJsonDepth);
  CHECK(ParseJson(deepest, "the text").root().AsArray()->size() == 1);
}

TEST_CASE("texts that are too long are refused unread") {
  CHECK(ParseErrorCode(std::string(kMaxJsonBytes + 1, ' ')) == Code::kLimit);
}

TEST_CASE("a number alone") {
  CHECK(ParseJsonNumber("-12.5e1") == -125);
  CHECK(ParseJsonNumber("9223372036854775807") == 0x1p63);
  CHECK(ParseJsonNumber("0e-30") == 0);
  for (const std::string_view text :
       {"", "1x", "1 2", "\"1\"", "[1]", "true", "nan", "1e999", "-"}) {
    CAPTURE(text);
    CHECK(ParseJsonNumber(text) == std::nullopt);
  }
  CHECK(ParseJsonNumber(Repeat("[", kMaxJsonDepth + 1)) == std::nullopt);
}

}  // namespace
}  // namespace tfwasm
