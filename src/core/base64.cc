// SPDX-License-Identifier: Apache-2.0
#include "core/base64.h"

#include <array>
#include <cstdint>

namespace tfwasm {

namespace {

constexpr uint8_t kNotADigit = 0xff;

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<uint8_t, 256> MakeDigits() {
  std::array<uint8_t, 256> digits{};
  digits.fill(kNotADigit);
  for (size_t i = 0; i < kAlphabet.size(); ++i) {
    digits[static_cast<uint8_t>(kAlphabet[i])] = static_cast<uint8_t>(i);
  }
  digits['-'] = 62;  // URL-safe
  digits['_'] = 63;
  return digits;
}

constexpr std::array<uint8_t, 256> kDigits = MakeDigits();

// Removes "=" padding. Returns false if there is any but it does not complete groups of four.
bool StripPadding(std::string_view& text) {
  const size_t padded = text.size();
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  return padded == text.size() || (padded % 4 == 0 && padded - text.size() <= 2);
}

}  // namespace

std::optional<std::string> DecodeBase64(std::string_view text) {
  if (!StripPadding(text) || text.size() % 4 == 1) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3 + 2);
  uint32_t bits = 0;
  int pending = 0;  // bits not yet written
  for (const char c : text) {
    const uint8_t digit = kDigits[static_cast<uint8_t>(c)];
    if (digit == kNotADigit) return std::nullopt;
    bits = (bits << 6) | digit;
    pending += 6;
    if (pending < 8) continue;
    pending -= 8;
    bytes += static_cast<char>((bits >> pending) & 0xff);
  }
  return bytes;
}

std::string EncodeBase64(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  const auto byte = [&](size_t i) {
    return i < bytes.size() ? uint32_t{static_cast<uint8_t>(bytes[i])} : 0u;
  };
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const uint32_t group = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
    for (int shift = 18; shift >= 0; shift -= 6) text += kAlphabet[group >> shift & 63];
  }
  const size_t padding = (3 - bytes.size() % 3) % 3;
  text.replace(text.size() - padding, padding, padding, '=');
  return text;
}

}  // namespace tfwasm
