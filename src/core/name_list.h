// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace tfwasm {

// Names in one text, separated by commas: compact, since there are hundreds in static data.
class NameList {
 public:
  class Iterator {
   public:
    constexpr explicit Iterator(std::string_view rest) : rest_(rest) {}
    constexpr std::string_view operator*() const { return rest_.substr(0, rest_.find(',')); }
    constexpr Iterator& operator++() {
      const size_t comma = rest_.find(',');
      rest_.remove_prefix(comma == rest_.npos ? rest_.size() : comma + 1);
      return *this;
    }
    constexpr bool operator==(const Iterator& other) const {
      return rest_.size() == other.rest_.size();
    }

   private:
    std::string_view rest_;
  };

  constexpr NameList() = default;
  constexpr NameList(const char* names) : names_(names) {}  // NOLINT(google-explicit-constructor)

  constexpr Iterator begin() const { return Iterator(names_); }
  constexpr Iterator end() const { return Iterator({}); }

 private:
  std::string_view names_;
};

}  // namespace tfwasm
