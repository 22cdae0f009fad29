// SPDX-License-Identifier: Apache-2.0
#include "graph/weight_receiver.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "core/quantization.h"

namespace tfwasm {

namespace {

using Encoding = WeightSpec::Encoding;

// Receives directly into the tensor.
class PlainReceiver : public WeightReceiver {
 public:
  explicit PlainReceiver(const WeightSpec& spec) : tensor_(spec.dtype, spec.shape) {}

  std::span<uint8_t> Target() override {
    auto* data = static_cast<uint8_t*>(tensor_.mutable_data());
    return {data + received_, tensor_.bytes() - received_};
  }

  void Commit(size_t bytes) override {
    const std::span<uint8_t> written = Target().first(bytes);
    // Normalizes to 0 and 1, the only valid bools.
    if (tensor_.dtype() == DType::kBool) {
      for (uint8_t& byte : written) byte = byte != 0;
    }
    received_ += bytes;
  }

  Tensor Take() override { return std::move(tensor_); }

 private:
  Tensor tensor_;
  size_t received_ = 0;
};

// Receives elements in the bytes of the stream, in which they stay.
class QuantizedReceiver : public WeightReceiver {
 public:
  QuantizedReceiver(const WeightSpec& spec, Quantization::Kind kind)
      : tensor_(Tensor::Quantized(spec.dtype, spec.shape,
                                  {.kind = kind, .scale = spec.scale, .min = spec.min})) {}

  std::span<uint8_t> Target() override { return tensor_.buffer()->stored().subspan(received_); }
  void Commit(size_t bytes) override { received_ += bytes; }

  Tensor Take() override {
    // Passes read small constants, and they would save little.
    constexpr size_t kMostBytesDequantized = 1024;
    return tensor_.bytes() <= kMostBytesDequantized ? tensor_.Dequantized() : std::move(tensor_);
  }

 private:
  Tensor tensor_;
  size_t received_ = 0;
};

// An element is a 32-bit length and that many bytes. Memory grows only as bytes arrive, so a false
// length cannot request it.
class StringReceiver : public WeightReceiver {
 public:
  explicit StringReceiver(const WeightSpec& spec)
      : shape_(spec.shape), count_(static_cast<uint64_t>(spec.shape.NumElements())) {}

  // Only bytes that must belong to this weight: at least a length for each remaining element.
  std::span<uint8_t> Target() override {
    constexpr uint64_t kMostBytes = 64 << 10;
    const uint64_t lengths_to_come = count_ - strings_.size() - (in_string_ ? 0 : prefix_size_ > 0);
    const uint64_t rest = in_string_ ? to_read_ : prefix_size_ > 0 ? 4 - prefix_size_ : 0;
    staging_.resize(static_cast<size_t>(std::min(kMostBytes, lengths_to_come * 4 + rest)));
    return staging_;
  }

  void Commit(size_t bytes) override {
    std::span<const uint8_t> input(staging_.data(), bytes);
    while (!input.empty()) {
      input = input.subspan(in_string_ ? ReadString(input) : ReadLength(input));
    }
  }

  Tensor Take() override {
    Tensor tensor(DType::kString, shape_);
    std::move(strings_.begin(), strings_.end(), tensor.mutable_values<std::string>().begin());
    return tensor;
  }

 private:
  // Both return the number of consumed bytes.
  size_t ReadLength(std::span<const uint8_t> input) {
    const size_t used = std::min(prefix_.size() - prefix_size_, input.size());
    std::copy_n(input.begin(), used, prefix_.begin() + static_cast<ptrdiff_t>(prefix_size_));
    prefix_size_ += used;
    if (prefix_size_ < prefix_.size()) return used;
    constexpr uint32_t kLongest = 1 << 30;
    std::memcpy(&to_read_, prefix_.data(), prefix_.size());
    if (to_read_ > kLongest) {
      Throw(Code::kString, "element ", strings_.size(), " has a length of ", to_read_, " bytes");
    }
    prefix_size_ = 0;
    strings_.emplace_back();
    in_string_ = to_read_ > 0;
    return used;
  }

  size_t ReadString(std::span<const uint8_t> input) {
    const size_t used = std::min<size_t>(to_read_, input.size());
    strings_.back().append(reinterpret_cast<const char*>(input.data()), used);
    to_read_ -= static_cast<uint32_t>(used);
    in_string_ = to_read_ > 0;
    return used;
  }

  Shape shape_;
  uint64_t count_;
  std::vector<std::string> strings_;
  std::vector<uint8_t> staging_;
  std::array<uint8_t, 4> prefix_{};  // the received part of the next element's length
  size_t prefix_size_ = 0;
  uint32_t to_read_ = 0;  // remaining bytes of the current string
  bool in_string_ = false;
};

}  // namespace

std::unique_ptr<WeightReceiver> WeightReceiver::Create(const WeightSpec& spec) {
  switch (spec.encoding) {
    case Encoding::kPlain:
      return std::make_unique<PlainReceiver>(spec);
    case Encoding::kUint8:
      return std::make_unique<QuantizedReceiver>(spec, Quantization::Kind::kUint8);
    case Encoding::kUint16:
      return std::make_unique<QuantizedReceiver>(spec, Quantization::Kind::kUint16);
    case Encoding::kFloat16:
      return std::make_unique<QuantizedReceiver>(spec, Quantization::Kind::kFloat16);
    case Encoding::kString:
      return std::make_unique<StringReceiver>(spec);
  }
  Throw(Code::kInternal, "an unknown weight encoding");
}

}  // namespace tfwasm
