// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tfwasm {

// Numbers byte strings in the order in which they first come.
class KeyTable {
 public:
  KeyTable();

  int32_t size() const { return static_cast<int32_t>(keys_.size()); }
  // The number of the key; -1 when it is not in the table.
  int32_t Find(std::string_view key) const;
  // The number of the key, which is added when it is new.
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
  // Numbers of keys, where their hash leads or further on; -1: none. At most half are taken.
  std::vector<int32_t> slots_;
};

}  // namespace tfwasm
