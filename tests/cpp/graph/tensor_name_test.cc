// SPDX-License-Identifier: Apache-2.0
#include "graph/tensor_name.h"

#include <doctest/doctest.h>

namespace tfwasm {
namespace {

TEST_CASE("tensor names are taken apart") {
  struct Case {
    std::string_view text;
    std::string_view node;
    std::string_view output_name;
    int index;
  };
  const Case cases[] = {{"a", "a", "", 0},        {"a/b:0", "a/b", "", 0},
                        {"a:12", "a", "", 12},    {"a:65535", "a", "", 65535},
                        {"a:out", "a", "out", 0}, {"a:out:2", "a", "out", 2},
                        {"a:007", "a", "", 7}};
  for (const Case& c : cases) {
    CAPTURE(c.text);
    const auto name = ParseTensorName(c.text);
    REQUIRE(name);
    CHECK(name->node == c.node);
    CHECK(name->output_name == c.output_name);
    CHECK(name->index == c.index);
  }
}

TEST_CASE("other text is no tensor name") {
  const std::string_view cases[] = {"",
                                    ":",
                                    ":0",
                                    "a:",
                                    "a::0",
                                    "a:o:",
                                    "a:o:x",
                                    "a:o:1:2",
                                    "a:0:1",
                                    "a:65536",
                                    "a:o:-1",
                                    "a:999999999999",
                                    "a:o:99999999999999999999"};
  for (const std::string_view text : cases) {
    CAPTURE(text);
    CHECK_FALSE(ParseTensorName(text).has_value());
  }
}

}  // namespace
}  // namespace tfwasm
