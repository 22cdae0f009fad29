// SPDX-License-Identifier: Apache-2.0
#include "graph/weight_spec.h"

#include <doctest/doctest.h>

#include "graph/weights.h"
#include "thrown_error.h"

namespace tfwasm {
namespace {

TEST_CASE("weight specs") {
  const auto specs = ReadWeightSpecs(R"([
      {"name": "", "shape": [1, 2], "dtype": "float32", "quantization": null},
      {"name": "constructor", "shape": [], "dtype": "int32",
       "quantization": {"dtype": "uint16", "scale": 2, "min": -8}}])");
  REQUIRE(specs.size() == 2);
  CHECK(specs[0].name.empty());
  CHECK(specs[0].shape == Shape{1, 2});
  CHECK(specs[0].StoredElementSize() == 4);
  CHECK(specs[1].encoding == WeightSpec::Encoding::kUint16);
  CHECK(specs[1].scale == 2);
  CHECK(specs[1].min == -8);
  CHECK(specs[1].StoredElementSize() == 2);
}

TEST_CASE("malformed weight specs are errors") {
  struct Case {
    std::string_view fields;  // the faulty fields of an otherwise valid spec
    std::string_view code;
  };
  const Case cases[] = {
      {R"("shape": [4294967296, 4294967296], "dtype": "float32")", "E_SHAPE"},
      {R"("shape": [2147483648, 3], "dtype": "bool")", "E_SHAPE"},
      {R"("shape": [9007199254740993], "dtype": "float32")", "E_SHAPE"},
      {R"("shape": [-1], "dtype": "float32")", "E_SHAPE"},
      {R"("shape": [1.5], "dtype": "float32")", "E_SHAPE"},
      {R"("shape": ["2"], "dtype": "float32")", "E_SHAPE"},
      {R"("shape": [null], "dtype": "float32")", "E_SHAPE"},
      {R"("shape": [1e300], "dtype": "float32")", "E_SHAPE"},
      {R"("shape": [1,1,1,1,1,1,1,1,1], "dtype": "float32")", "E_SHAPE"},
      {R"("shape": 3, "dtype": "float32")", "E_SHAPE"},
      {R"("dtype": "float32")", "E_SHAPE"},
      {R"("shape": [4294967296], "dtype": "float32")", "E_LIMIT"},
      {R"("shape": [1])", "E_DTYPE"},
      {R"("shape": [1], "dtype": "float64")", "E_DTYPE"},
      {R"("shape": [1], "dtype": "invalid")", "E_DTYPE"},
      {R"("shape": [1], "dtype": 1)", "E_DTYPE"},
      {R"("shape": [1], "dtype": "float32", "quantization": {})", "E_QUANT"},
      {R"("shape": [1], "dtype": "float32", "quantization": true)", "E_QUANT"},
      {R"("shape": [1], "dtype": "float32", "quantization": {"dtype": "int8", "scale": 1, "min": 0})",
       "E_QUANT"},
      {R"("shape": [1], "dtype": "float32", "quantization": {"dtype": "uint8", "scale": 1})",
       "E_QUANT"},
      {R"("shape": [1], "dtype": "float32", "quantization": {"dtype": "uint8", "min": 1})",
       "E_QUANT"},
      {R"("shape": [1], "dtype": "float32",
          "quantization": {"dtype": "uint8", "scale": "NaN", "min": 1})",
       "E_QUANT"},
      {R"("shape": [1], "dtype": "float32",
          "quantization": {"dtype": "uint8", "scale": 0, "min": 1})",
       "E_QUANT"},
      {R"("shape": [1], "dtype": "float32",
          "quantization": {"dtype": "uint8", "scale": 1e37, "min": 0})",
       "E_QUANT"},
      {R"("shape": [1], "dtype": "int32",
          "quantization": {"dtype": "uint16", "scale": 100000, "min": 0})",
       "E_QUANT"},
      {R"("shape": [1], "dtype": "int32", "quantization": {"dtype": "float16"})", "E_QUANT"},
      {R"("shape": [1], "dtype": "bool",
          "quantization": {"dtype": "uint8", "scale": 1, "min": 0})",
       "E_QUANT"},
      {R"("shape": [1], "dtype": "string",
          "quantization": {"dtype": "uint8", "scale": 1, "min": 0})",
       "E_QUANT"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.fields);
    const auto error =
        ThrownBy([&] { WeightDecoder(StrCat("[{\"name\": \"the weight\", ", c.fields, "}]")); });
    REQUIRE(error);
    CHECK(CodeName(error->code()) == c.code);
    CHECK(error->message().find("'the weight'") != std::string::npos);
  }
}

TEST_CASE("malformed manifests are errors") {
  const std::string_view same = R"({"name": "a", "shape": [], "dtype": "bool"})";
  const std::pair<std::string, std::string_view> cases[] = {
      {"{}", "E_JSON"},
      {"null", "E_JSON"},
      {"[1]", "E_JSON"},
      {"[{}]", "E_JSON"},
      {"[{\"name\": 3}]", "E_JSON"},
      {"[", "E_JSON"},
      {StrCat("[", same, ",", same, "]"), "E_DUPLICATE"}};
  for (const auto& [manifest, code] : cases) {
    CAPTURE(manifest);
    CHECK(ErrorCodeOf([&] { ReadWeightSpecs(manifest); }) == code);
  }
}

}  // namespace
}  // namespace tfwasm
