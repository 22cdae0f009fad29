// SPDX-License-Identifier: Apache-2.0
#include "core/base64.h"

#include <doctest/doctest.h>

namespace tfwasm {
namespace {

TEST_CASE("base64 decodes") {
  struct Case {
    std::string_view text;
    std::string_view bytes;
  };
  using std::string_view_literals::operator""sv;
  const Case cases[] = {{"", ""},
                        {"Zg==", "f"},
                        {"Zg", "f"},
                        {"Zm8=", "fo"},
                        {"Zm9v", "foo"},
                        {"Zm9vYmFy", "foobar"},
                        {"VkFMSUQ=", "VALID"},
                        {"AAAA", "\0\0\0"sv},
                        {"+/8=", "\xfb\xff"},
                        {"-_8=", "\xfb\xff"}};
  for (const Case& c : cases) {
    CAPTURE(c.text);
    CHECK(DecodeBase64(c.text) == c.bytes);
  }
}

TEST_CASE("malformed base64 is refused") {
  const std::string_view cases[] = {
      "A", "AAAAA", "====", "Z===", "Zg=", "Zg==Zg==", "Zm 9v", "Zm9\n", "Zm9%", "\xff\xff\xff\xff",
      "="};
  for (const std::string_view text : cases) {
    CAPTURE(text);
    CHECK_FALSE(DecodeBase64(text).has_value());
  }
}

}  // namespace
}  // namespace tfwasm
