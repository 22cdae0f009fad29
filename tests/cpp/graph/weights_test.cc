// SPDX-License-Identifier: Apache-2.0
#include "graph/weights.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>

#include "thrown_error.h"

namespace tfwasm {
namespace {

// Decodes the stream in chunks of at most `portion` bytes, like shards that end anywhere.
WeightMap Decode(std::string_view specs, std::string_view stream, size_t portion) {
  WeightDecoder decoder(specs);
  while (!stream.empty()) {
    const std::span<uint8_t> target = decoder.Target();
    const size_t size = std::min({target.size(), stream.size(), portion});
    std::copy_n(stream.begin(), size, target.begin());
    decoder.Commit(size > 0 ? size : stream.size());  // the latter: beyond the end
    stream.remove_prefix(size);
  }
  return decoder.Take();
}

template <typename T>
std::string Bytes(std::initializer_list<T> values) {
  std::string bytes(values.size() * sizeof(T), '\0');
  std::memcpy(bytes.data(), std::data(values), bytes.size());
  return bytes;
}

std::string StringBytes(std::string_view text) {
  return Bytes({static_cast<uint32_t>(text.size())}) + std::string(text);
}

template <typename T>
std::vector<T> Values(const WeightMap& weights, std::string_view name) {
  const auto it = weights.tensors.find(name);
  REQUIRE(it != weights.tensors.end());
  const auto values = it->second.values<T>();
  return {values.begin(), values.end()};
}

constexpr size_t kPortions[] = {1, 2, 3, 5, 7, 1 << 20};

TEST_CASE("weights of every dtype, cut anywhere") {
  const std::string specs = R"([
      {"name": "f", "shape": [2, 2], "dtype": "float32", "group": "model"},
      {"name": "nothing", "shape": [3, 0], "dtype": "float32"},
      {"name": "i", "shape": [], "dtype": "int32"},
      {"name": "b", "shape": [3], "dtype": "bool"},
      {"name": "c", "shape": [1], "dtype": "complex64"},
      {"name": "__proto__", "shape": [1], "dtype": "int32"},
      {"name": "none", "shape": [0], "dtype": "string"}])";
  const std::string stream = Bytes<float>({1, -2, 0.5F, 4}) + Bytes<int32_t>({-7}) +
                             Bytes<uint8_t>({0, 1, 255}) + Bytes<float>({3, 4}) +
                             Bytes<int32_t>({9});
  for (const size_t portion : kPortions) {
    CAPTURE(portion);
    const WeightMap weights = Decode(specs, stream, portion);
    CHECK(weights.names ==
          std::vector<std::string>{"f", "nothing", "i", "b", "c", "__proto__", "none"});
    CHECK(weights.tensors.at("f").shape() == Shape{2, 2});
    CHECK(Values<float>(weights, "f") == std::vector<float>{1, -2, 0.5F, 4});
    CHECK(weights.tensors.at("nothing").shape() == Shape{3, 0});
    CHECK(Values<int32_t>(weights, "i") == std::vector<int32_t>{-7});
    CHECK(Values<uint8_t>(weights, "b") == std::vector<uint8_t>{0, 1, 1});
    CHECK(Values<Complex64>(weights, "c") == std::vector<Complex64>{{3, 4}});
    CHECK(Values<int32_t>(weights, "__proto__") == std::vector<int32_t>{9});
    CHECK(Values<std::string>(weights, "none").empty());
  }
}

TEST_CASE("strings of any length, cut anywhere") {
  const std::string specs = R"([{"name": "s", "shape": [4], "dtype": "string"},
                                {"name": "after", "shape": [1], "dtype": "float32"}])";
  const std::string long_text(200'000, 'x');
  const std::string stream = StringBytes("ab") + StringBytes("") + StringBytes(long_text) +
                             StringBytes("\xc3\xa9\xff") + Bytes<float>({1});
  CHECK(WeightDecoder(specs).StreamBytes() == -1);
  for (const size_t portion : kPortions) {
    CAPTURE(portion);
    const WeightMap weights = Decode(specs, stream, portion);
    CHECK(Values<std::string>(weights, "s") ==
          std::vector<std::string>{"ab", "", long_text, "\xc3\xa9\xff"});
    CHECK(Values<float>(weights, "after") == std::vector<float>{1});
  }
}

TEST_CASE("quantized weights, cut anywhere") {
  const std::string specs = R"([
      {"name": "u8", "shape": [3], "dtype": "float32",
       "quantization": {"dtype": "uint8", "scale": 0.1, "min": -1.5, "original_dtype": "float32"}},
      {"name": "u16", "shape": [2], "dtype": "float32",
       "quantization": {"dtype": "uint16", "scale": 0.25, "min": 0}},
      {"name": "i8", "shape": [4], "dtype": "int32",
       "quantization": {"dtype": "uint8", "scale": 0.5, "min": -3}},
      {"name": "h", "shape": [3], "dtype": "float32", "quantization": {"dtype": "float16"}}])";
  const std::string stream = Bytes<uint8_t>({0, 10, 255}) + Bytes<uint16_t>({1, 65535}) +
                             Bytes<uint8_t>({0, 1, 2, 255}) +
                             Bytes<uint16_t>({0x3c00, 0xc000, 0x0001});
  CHECK(WeightDecoder(specs).StreamBytes() == static_cast<int64_t>(stream.size()));
  for (const size_t portion : kPortions) {
    CAPTURE(portion);
    const WeightMap weights = Decode(specs, stream, portion);
    CHECK(Values<float>(weights, "u8") == std::vector<float>{-1.5F,
                                                             static_cast<float>(10 * 0.1 - 1.5),
                                                             static_cast<float>(255 * 0.1 - 1.5)});
    CHECK(Values<float>(weights, "u16") == std::vector<float>{0.25F, 16383.75F});
    CHECK(Values<int32_t>(weights, "i8") == std::vector<int32_t>{-3, -2, -2, 125});
    CHECK(Values<float>(weights, "h") == std::vector<float>{1, -2, 0x1p-24F});
  }
}

TEST_CASE("large quantized weights keep their bytes until they are read") {
  constexpr int kSize = 1000;
  std::string stream;
  for (int i = 0; i < kSize; ++i) stream += static_cast<char>(i * 7);
  const std::string specs = StrCat(
      R"([{"name": "w", "shape": [)", kSize,
      R"(], "dtype": "float32", "quantization": {"dtype": "uint8", "scale": 1, "min": 0}}])");
  const auto check = [](const Tensor& tensor) {
    const auto values = tensor.values<float>();
    for (size_t i = 0; i < kSize; ++i) {
      REQUIRE(values[i] == static_cast<float>((i * 7) & 255));
    }
  };
  for (const size_t portion : {size_t{1}, size_t{100}, size_t{257}, size_t{kSize}}) {
    const size_t live_bytes = Buffer::live_bytes();
    const WeightMap weights = Decode(specs, stream, portion);
    const Tensor& weight = weights.tensors.at("w");
    CHECK(weight.is_quantized());
    CHECK(weight.bytes() == 4 * kSize);
    CHECK(Buffer::live_bytes() == live_bytes + kSize);
    check(weight.Dequantized());
    CHECK(Buffer::live_bytes() == live_bytes + kSize);
    const Tensor same = weight.Reshaped({10, kSize / 10});
    check(same);
    CHECK(!weight.is_quantized());
    CHECK(same.data() == weight.data());
    CHECK(Buffer::live_bytes() == live_bytes + 4 * kSize);
  }
}

TEST_CASE("plain weights are received where they stay") {
  WeightDecoder decoder(R"([{"name": "w", "shape": [4], "dtype": "float32"}])");
  const uint8_t* address = decoder.Target().data();
  CHECK(decoder.Target().size() == 16);
  std::fill_n(decoder.Target().begin(), 16, uint8_t{0});
  decoder.Commit(3);
  CHECK(decoder.Target().data() == address + 3);
  decoder.Commit(13);
  CHECK(decoder.Target().empty());
  const WeightMap weights = decoder.Take();
  CHECK(weights.tensors.at("w").data() == address);
}

TEST_CASE("too few and too many bytes are errors") {
  const std::string specs = R"([{"name": "a", "shape": [2], "dtype": "int32"},
                                {"name": "b", "shape": [2], "dtype": "bool"}])";
  const std::string strings = R"([{"name": "s", "shape": [2], "dtype": "string"}])";
  struct Case {
    std::string_view specs;
    std::string stream;
    std::string_view code;
  };
  const Case cases[] = {
      {specs, "", "E_WEIGHT_BYTES"},
      {specs, std::string(7, '\0'), "E_WEIGHT_BYTES"},
      {specs, std::string(9, '\0'), "E_WEIGHT_BYTES"},
      {specs, std::string(10, '\0'), ""},
      {specs, std::string(11, '\0'), "E_WEIGHT_BYTES"},
      {"[]", "", ""},
      {"[]", "x", "E_WEIGHT_BYTES"},
      {R"([{"name": "z", "shape": [0], "dtype": "int32"}])", "x", "E_WEIGHT_BYTES"},
      {strings, StringBytes("ab") + StringBytes("cd"), ""},
      {strings, StringBytes("ab") + StringBytes("cd") + "x", "E_WEIGHT_BYTES"},
      {strings, StringBytes("ab"), "E_STRING"},
      {strings, StringBytes("ab") + Bytes<uint32_t>({1000}) + "few", "E_STRING"},
      {strings, Bytes<uint32_t>({0xffffffff}) + "few", "E_STRING"},
  };
  const size_t live_bytes = Buffer::live_bytes();
  for (const Case& c : cases) {
    for (const size_t portion : kPortions) {
      CAPTURE(c.specs);
      CAPTURE(c.stream.size());
      CAPTURE(portion);
      CHECK(ErrorCodeOf([&] { Decode(c.specs, c.stream, portion); }) == c.code);
    }
  }
  CHECK(Buffer::live_bytes() == live_bytes);
  const auto error = ThrownBy([&] { Decode(specs, std::string(9, '\0'), 4); });
  CHECK(error->message() ==
        "the weights end after 9 bytes, before weight 1 'b' of 2 was complete; "
        "the manifest declares 10 bytes");
}

TEST_CASE("memory is taken only when the bytes are due") {
  const size_t live_bytes = Buffer::live_bytes();
  WeightDecoder decoder(R"([{"name": "a", "shape": [1], "dtype": "int32"},
                            {"name": "b", "shape": [250000000], "dtype": "int32"},
                            {"name": "s", "shape": [250000000], "dtype": "string"}])");
  CHECK(Buffer::live_bytes() == live_bytes);
  CHECK(decoder.Target().size() == 4);
  CHECK(Buffer::live_bytes() == live_bytes + 4);
}

}  // namespace
}  // namespace tfwasm
