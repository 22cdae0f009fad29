// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tfwasm {

// Takes numbers and texts from the start of bytes. Everything returns nullopt if there are too few.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  bool empty() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }

  std::optional<std::string_view> Bytes(uint64_t count) {
    if (count > rest_.size()) return std::nullopt;
    const std::string_view bytes = rest_.substr(0, static_cast<size_t>(count));
    rest_.remove_prefix(bytes.size());
    return bytes;
  }

  // Little endian.
  std::optional<uint32_t> Fixed32() {
    const auto bytes = Bytes(4);
    if (!bytes) return std::nullopt;
    uint32_t value = 0;
    for (size_t i = 4; i-- > 0;) value = value << 8 | static_cast<uint8_t>((*bytes)[i]);
    return value;
  }

  std::optional<uint64_t> Varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const auto byte = Bytes(1);
      if (!byte) return std::nullopt;
      const auto bits = static_cast<uint8_t>(byte->front());
      value |= uint64_t{bits & 0x7fu} << shift;
      if (bits < 0x80) return value;
    }
    return std::nullopt;
  }

 private:
  std::string_view rest_;
};

}  // namespace tfwasm
