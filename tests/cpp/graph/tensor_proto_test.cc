// SPDX-License-Identifier: Apache-2.0
#include "graph/tensor_proto.h"

#include <doctest/doctest.h>

#include <cmath>

#include "thrown_error.h"

namespace tfwasm {
namespace {

TensorProto Read(std::string_view json) {
  return ReadTensorProto(ParseJson(json, "the tensor").root(), "the tensor");
}

template <typename T>
struct Case {
  std::string_view json;
  std::vector<T> values;
};

template <typename T>
void CheckValues(const std::vector<Case<T>>& cases) {
  for (const Case<T>& c : cases) {
    CAPTURE(c.json);
    const TensorProto proto = Read(c.json);
    REQUIRE_FALSE(proto.value.empty());
    CHECK(proto.value.dtype() == proto.dtype);
    CHECK(proto.value.shape() == proto.shape);
    const auto values = proto.value.template values<T>();
    CHECK(std::vector<T>(values.begin(), values.end()) == c.values);
  }
}

constexpr std::string_view kDims2 = R"("tensorShape": {"dim": [{"size": "2"}]})";

std::string Tensor2(std::string_view fields) { return StrCat("{", kDims2, ", ", fields, "}"); }

TEST_CASE("float values") {
  const std::string content = Tensor2(R"("dtype": "DT_FLOAT", "tensorContent": "AACAPwAAAMA=")");
  const std::string snake = Tensor2(R"("dtype": 1, "tensor_content": "AACAPwAAAMA=")");
  const std::string half = Tensor2(R"("dtype": "DT_HALF", "halfVal": [15360, 49152])");
  const std::string half_content = Tensor2(R"("dtype": "DT_HALF", "tensorContent": "ADwAwA==")");
  const std::string list = Tensor2(R"("dtype": "DT_FLOAT", "floatVal": [1, "-Infinity"])");
  const std::string repeated = Tensor2(R"("dtype": "DT_FLOAT", "floatVal": [0.5])");
  const std::string wide = Tensor2(R"("dtype": "DT_DOUBLE", "doubleVal": [1, 2])");
  CheckValues<float>({{content, {1, -2}},
                      {snake, {1, -2}},
                      {half, {1, -2}},
                      {half_content, {1, -2}},
                      {list, {1, -INFINITY}},
                      {repeated, {0.5, 0.5}},
                      {wide, {1, 2}},
                      {R"({"dtype": "DT_FLOAT", "tensorShape": {}, "floatVal": [3]})", {3}},
                      {R"({"dtype": "DT_FLOAT", "floatVal": [3]})", {3}},
                      {R"({"dtype": "DT_FLOAT", "tensorShape": {"dim": [{}]}})", {}}});
}

TEST_CASE("integer values, clamped to int32") {
  const std::string int64 = Tensor2(R"("dtype": "DT_INT64", "int64Val": ["-1", "9999999999"])");
  const std::string int64_content =
      Tensor2(R"("dtype": "DT_INT64", "tensorContent": "AQAAAAAAAAAAAAAAAAAAgA==")");
  const std::string uint8 = Tensor2(R"("dtype": "DT_UINT8", "intVal": [0, 255])");
  const std::string int8_content = Tensor2(R"("dtype": "DT_INT8", "tensorContent": "f4A=")");
  const std::string int32 = Tensor2(R"("dtype": "DT_INT32", "intVal": [4])");
  CheckValues<int32_t>({{int64, {-1, INT32_MAX}},
                        {int64_content, {1, INT32_MIN}},
                        {uint8, {0, 255}},
                        {int8_content, {127, -128}},
                        {int32, {4, 4}}});
}

TEST_CASE("booleans, strings and complex numbers") {
  const std::string bools = Tensor2(R"("dtype": "DT_BOOL", "boolVal": [true, false])");
  const std::string bool_content = Tensor2(R"("dtype": "DT_BOOL", "tensorContent": "AAc=")");
  CheckValues<uint8_t>({{bools, {1, 0}}, {bool_content, {0, 1}}});
  const std::string strings = Tensor2(R"("dtype": "DT_STRING", "stringVal": ["YQ==", ""])");
  CheckValues<std::string>({{strings, {"a", ""}}});
  const std::string complex = Tensor2(R"("dtype": "DT_COMPLEX64", "scomplexVal": [1, 2, 3, 4])");
  CheckValues<Complex64>({{complex, {{1, 2}, {3, 4}}}});
}

TEST_CASE("a shape without values is no value") {
  const TensorProto proto = Read(Tensor2(R"("dtype": "DT_FLOAT")"));
  CHECK(proto.value.empty());
  CHECK(proto.dtype == DType::kFloat32);
  CHECK(proto.shape == Shape{2});
  // Also for types that tfwasm does not support.
  CHECK(Read(Tensor2(R"("dtype": "DT_VARIANT")")).dtype == DType::kInvalid);
}

TEST_CASE("malformed tensors are errors") {
  struct ErrorCase {
    std::string fields;
    std::string_view code;
  };
  const ErrorCase cases[] = {
      {R"("dtype": "DT_FLOAT", "floatVal": [1, 2, 3])", "E_ATTR"},
      {R"("dtype": "DT_FLOAT", "intVal": [1])", "E_ATTR"},
      {R"("dtype": "DT_FLOAT", "tensorContent": "AACA")", "E_ATTR"},
      {R"("dtype": "DT_FLOAT", "tensorContent": "*"  )", "E_ATTR"},
      {R"("dtype": "DT_STRING", "tensorContent": "AQFh")", "E_ATTR"},
      {R"("dtype": "DT_HALF", "halfVal": [65536])", "E_ATTR"},
      {R"("dtype": "DT_BOOL", "boolVal": [1])", "E_ATTR"},
      {R"("dtype": "DT_COMPLEX64", "scomplexVal": [1])", "E_ATTR"},
      {R"("dtype": "DT_FLOAT", "floatVal": 1)", "E_JSON"},
      {R"("dtype": "DT_FLOAT", "floatVal": [1], "tensorContent": "AACAPwAAAMA=")", "E_AMBIGUOUS"},
      {R"("dtype": "DT_FLOAT", "floatVal": [1], "intVal": [1])", "E_AMBIGUOUS"},
      {R"("dtype": "DT_QUINT8", "intVal": [1])", "E_DTYPE"},
      {R"("floatVal": [1])", "E_DTYPE"},
      {R"("dtype": "DT_FLOAT", "tensorShape": {"unknownRank": true})", "E_SHAPE"},
      {R"("dtype": "DT_FLOAT", "tensorShape": {"dim": [{"size": "-1"}]})", "E_SHAPE"},
  };
  for (const ErrorCase& c : cases) {
    CAPTURE(c.fields);
    CHECK(ErrorCodeOf([&] { Read(Tensor2(c.fields)); }) == c.code);
  }
}

TEST_CASE("one value cannot ask for all memory") {
  const size_t before = Buffer::live_bytes();
  const std::string_view huge =
      R"({"dtype": "DT_FLOAT", "tensorShape": {"dim": [{"size": "4294967296"}]}, "floatVal": [1]})";
  CHECK(ErrorCodeOf([&] { Read(huge); }) == "E_LIMIT");
  CHECK(ErrorCodeOf([] { ZeroTensor(DType::kString, {1 << 28}); }) == "E_LIMIT");
  const std::string_view overflowing = R"({"dtype": "DT_FLOAT", "tensorShape":
      {"dim": [{"size": "4294967296"}, {"size": "4294967296"}]}, "floatVal": [1]})";
  CHECK(ErrorCodeOf([&] { Read(overflowing); }) == "E_SHAPE");
  CHECK(Buffer::live_bytes() == before);
}

}  // namespace
}  // namespace tfwasm
