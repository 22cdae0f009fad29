// SPDX-License-Identifier: Apache-2.0
#include "kernels/key_table.h"

#include <cstring>
#include <functional>

namespace tfwasm {

namespace {

constexpr size_t kFirstSlots = 64;

// Short keys of equal size have equal hashes only if they are equal.
bool IsShort(size_t size) { return size <= sizeof(uint64_t); }

uint64_t HashOf(std::string_view key) {
  uint64_t bits = 0;
  if (key.size() == sizeof(uint32_t)) {
    uint32_t word;
    std::memcpy(&word, key.data(), sizeof(word));
    bits = word;
  } else if (IsShort(key.size())) {
    for (const char byte : key) bits = bits << 8 | static_cast<uint8_t>(byte);
  } else {
    bits = std::hash<std::string_view>()(key);
  }
  // An odd factor: 2^64 divided by the golden ratio (Fibonacci hashing).
  return bits * 0x9E3779B97F4A7C15u;
}

// The high bits depend on all input bits.
size_t FirstSlot(uint64_t hash, size_t slots) { return (hash >> 32) & (slots - 1); }

}  // namespace

KeyTable::KeyTable() : slots_(kFirstSlots, -1) {}

size_t KeyTable::SlotOf(std::string_view key, uint64_t hash) const {
  const size_t mask = slots_.size() - 1;
  size_t slot = FirstSlot(hash, slots_.size());
  for (; slots_[slot] >= 0; slot = (slot + 1) & mask) {
    const Key& other = keys_[static_cast<size_t>(slots_[slot])];
    if (other.hash != hash || other.size != key.size()) continue;
    if (IsShort(key.size()) || std::string_view(bytes_).substr(other.begin, other.size) == key) {
      break;
    }
  }
  return slot;
}

int32_t KeyTable::Find(std::string_view key) const { return slots_[SlotOf(key, HashOf(key))]; }

int32_t KeyTable::Add(std::string_view key) {
  const uint64_t hash = HashOf(key);
  size_t slot = SlotOf(key, hash);
  if (slots_[slot] >= 0) return slots_[slot];
  if (2 * keys_.size() >= slots_.size()) {
    Grow();
    slot = SlotOf(key, hash);
  }
  const int32_t number = size();
  keys_.push_back({.hash = hash, .begin = bytes_.size(), .size = key.size()});
  bytes_.append(key);
  slots_[slot] = number;
  return number;
}

void KeyTable::Grow() {
  slots_.assign(2 * slots_.size(), -1);
  const size_t mask = slots_.size() - 1;
  for (size_t i = 0; i < keys_.size(); ++i) {
    size_t slot = FirstSlot(keys_[i].hash, slots_.size());
    while (slots_[slot] >= 0) slot = (slot + 1) & mask;
    slots_[slot] = static_cast<int32_t>(i);
  }
}

}  // namespace tfwasm
