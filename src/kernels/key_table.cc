// SPDX-License-Identifier: Apache-2.0
#include "kernels/key_table.h"

#include <functional>

namespace tfwasm {

namespace {

constexpr size_t kFirstSlots = 64;

}  // namespace

KeyTable::KeyTable() : slots_(kFirstSlots, -1) {}

size_t KeyTable::SlotOf(std::string_view key, size_t hash) const {
  const size_t mask = slots_.size() - 1;
  size_t slot = hash & mask;
  for (; slots_[slot] >= 0; slot = (slot + 1) & mask) {
    const Key& other = keys_[static_cast<size_t>(slots_[slot])];
    if (other.hash == hash && std::string_view(bytes_).substr(other.begin, other.size) == key)
      break;
  }
  return slot;
}

int32_t KeyTable::Find(std::string_view key) const {
  return slots_[SlotOf(key, std::hash<std::string_view>()(key))];
}

int32_t KeyTable::Add(std::string_view key) {
  const size_t hash = std::hash<std::string_view>()(key);
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
    size_t slot = keys_[i].hash & mask;
    while (slots_[slot] >= 0) slot = (slot + 1) & mask;
    slots_[slot] = static_cast<int32_t>(i);
  }
}

}  // namespace tfwasm
