// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tfwasm {

// A hash table that numbers byte strings in the order of their first occurrence.
class KeyTable {
 public:
  KeyTable();

  int32_t size() const { return static_cast<int32_t>(keys_.size()); }
  // The number of the key, or -1.
  int32_t Find(std::string_view key) const;
  // The number of the key. Adds the key if it is new.
  int32_t Add(std::string_view key);

 private:
  struct Key {
    uint64_t hash;
    size_t begin;  // in bytes_
    size_t size;
  };

  size_t SlotOf(std::string_view key, uint64_t hash) const;
  void Grow();

  std::string bytes_;
  std::vector<Key> keys_;
  // Open addressing with linear probing: numbers of keys, -1 for free. At most half of the slots
  // are used.
  std::vector<int32_t> slots_;
};

}  // namespace tfwasm
