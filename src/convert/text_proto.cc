// SPDX-License-Identifier: Apache-2.0
#include "convert/text_proto.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <limits>
#include <optional>

#include "convert/text_schema.h"
#include "convert/text_tokens.h"
#include "core/ascii.h"
#include "core/error.h"
#include "core/json.h"

namespace tfwasm {

namespace {

constexpr int kMostNesting = 100;

void AppendVarint(uint64_t value, std::string& out) {
  for (; value >= 128; value >>= 7) out += static_cast<char>(value | 128);
  out += static_cast<char>(value);
}

void AppendKey(int number, int wire_type, std::string& out) {
  AppendVarint(static_cast<uint64_t>(number) << 3 | static_cast<uint64_t>(wire_type), out);
}

void AppendBytes(int number, std::string_view bytes, std::string& out) {
  AppendKey(number, 2, out);
  AppendVarint(bytes.size(), out);
  out += bytes;
}

template <typename T>
void AppendFixed(T value, std::string& out) {
  for (size_t i = 0; i < sizeof(T); ++i) out += static_cast<char>(value >> 8 * i & 0xff);
}

class Encoder {
 public:
  explicit Encoder(std::string_view text) : tokens_(text) {}

  std::string Encode(std::string_view type) {
    std::string out;
    EncodeFields(type, "", out);
    return out;
  }

 private:
  // Until the token `end`.
  void EncodeFields(std::string_view type, std::string_view end, std::string& out) {
    if (++depth_ > kMostNesting) {
      Throw(Code::kLimit, "messages are nested more than ", kMostNesting, " deep");
    }
    while (tokens_.current() != end) {
      if (tokens_.current().empty()) tokens_.Fail("the text ends inside a message");
      if (tokens_.TakeIf("[")) {  // a message of any type
        while (!tokens_.TakeIf("]")) tokens_.Take();
        SkipValues();
      } else {
        const std::string_view name = tokens_.Take();
        const auto field = FindField(type, name);
        field ? EncodeValues(*field, out) : SkipValues();
      }
      if (!tokens_.TakeIf(",")) tokens_.TakeIf(";");
    }
    --depth_;
  }

  void EncodeValues(const TextField& field, std::string& out) {
    tokens_.TakeIf(":");
    if (!tokens_.TakeIf("[")) return EncodeValue(field, out);
    while (!tokens_.TakeIf("]")) {
      EncodeValue(field, out);
      tokens_.TakeIf(",");
    }
  }

  void EncodeValue(const TextField& field, std::string& out) {
    switch (field.kind) {
      case 'm': {
        std::string inner;
        EncodeFields(field.type, TakeOpening(), inner);
        tokens_.Take();
        return AppendBytes(field.number, inner, out);
      }
      case 's':
        return AppendBytes(field.number, TakeString(), out);
      case 'f':
        AppendKey(field.number, 5, out);
        return AppendFixed(std::bit_cast<uint32_t>(static_cast<float>(TakeDouble())), out);
      case 'd':
        AppendKey(field.number, 1, out);
        return AppendFixed(std::bit_cast<uint64_t>(TakeDouble()), out);
      default:
        AppendKey(field.number, 0, out);
        return AppendVarint(static_cast<uint64_t>(TakeInteger()), out);
    }
  }

  // Returns the token that ends the message.
  std::string_view TakeOpening() {
    if (tokens_.TakeIf("{")) return "}";
    if (tokens_.TakeIf("<")) return ">";
    tokens_.Fail("a message must begin with {");
  }

  void SkipValues() {
    tokens_.TakeIf(":");
    if (!tokens_.TakeIf("[")) return SkipValue();
    while (!tokens_.TakeIf("]")) {
      SkipValue();
      tokens_.TakeIf(",");
    }
  }

  void SkipValue() {
    const std::string_view first = tokens_.current();
    if (first == "{" || first == "<") {
      std::string ignored;
      EncodeFields("", TakeOpening(), ignored);
      tokens_.Take();
    } else if (IsString(first)) {
      TakeString();
    } else {
      tokens_.Take();
    }
  }

  static bool IsString(std::string_view token) {
    return token.starts_with('"') || token.starts_with('\'');
  }

  // Adjacent strings are one.
  std::string TakeString() {
    if (!IsString(tokens_.current())) tokens_.Fail("a string was expected");
    std::string value;
    while (IsString(tokens_.current())) value += tokens_.TakeString();
    return value;
  }

  int64_t TakeInteger() {
    const std::string_view text = tokens_.Take();
    if (IsOneOf(text, "true,True,t")) return 1;
    if (IsOneOf(text, "false,False,f")) return 0;
    if (const auto number = FindEnumValue(text)) return *number;
    std::string_view digits = text;
    const bool is_negative = digits.starts_with('-');
    if (is_negative) digits.remove_prefix(1);
    int base = 10;
    if (digits.starts_with("0x") || digits.starts_with("0X")) {
      base = 16;
      digits.remove_prefix(2);
    } else if (digits.size() > 1 && digits.starts_with('0')) {
      base = 8;
    }
    uint64_t value = 0;
    const char* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, value, base);
    if (error != std::errc() || stop != end) {
      tokens_.Fail(StrCat("an integer was expected, got '", text, "'"));
    }
    return static_cast<int64_t>(is_negative ? ~value + 1 : value);
  }

  double TakeDouble() {
    std::string_view text = tokens_.Take();
    const std::string_view whole = text;
    const bool is_negative = text.starts_with('-');
    if (is_negative) text.remove_prefix(1);
    std::optional<double> value;
    if (EqualsIgnoringCase(text, "inf") || EqualsIgnoringCase(text, "infinity")) {
      value = std::numeric_limits<double>::infinity();
    } else if (EqualsIgnoringCase(text, "nan")) {
      value = std::numeric_limits<double>::quiet_NaN();
    } else {
      if (text.ends_with('f') || text.ends_with('F')) text.remove_suffix(1);
      // JSON needs digits on both sides of the point.
      std::string number(text);
      if (number.starts_with('.')) number = "0" + number;
      const size_t point = number.find('.');
      if (point != number.npos &&
          (point + 1 == number.size() || number[point + 1] == 'e' || number[point + 1] == 'E')) {
        number.insert(point + 1, "0");
      }
      value = ParseJsonNumber(number);
    }
    if (!value) tokens_.Fail(StrCat("a number was expected, got '", whole, "'"));
    return is_negative ? -*value : *value;
  }

  static bool IsOneOf(std::string_view text, NameList names) {
    for (const std::string_view name : names) {
      if (name == text) return true;
    }
    return false;
  }

  TextTokens tokens_;
  int depth_ = 0;
};

}  // namespace

bool IsTextProto(std::string_view bytes) {
  const std::string_view start = bytes.substr(0, 512);
  const bool is_printable = std::ranges::all_of(start, [](char c) {
    return static_cast<unsigned char>(c) >= ' ' || c == '\n' || c == '\r' || c == '\t';
  });
  return is_printable && start.find_first_of(":{<") != start.npos;
}

std::string EncodeTextProto(std::string_view text, std::string_view type) {
  return Encoder(text).Encode(type);
}

}  // namespace tfwasm
