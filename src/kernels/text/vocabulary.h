// SPDX-License-Identifier: Apache-2.0
// The terms of a lookup layer and their indices: [the mask], indices of unknown terms, the terms.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/key_table.h"
#include "kernels/text/hash_bins.h"

namespace tfwasm {

// Integers are terms, too, in decimal digits.
struct VocabularyOptions {
  bool has_numbers = false;
  std::optional<std::string> mask = {};  // the term that stands for no term
  bool counts_mask = true;               // it has the index 0, else none
  std::string unknown = "[UNK]";         // the term of the indices of unknown terms
  int64_t num_unknown = 1;
  bool hashes_numbers = false;  // which index an unknown number gets: by a hash, or its remainder
  std::optional<SipKey> key = {};  // of that hash
};

// The number with these decimal digits, perhaps after a minus sign.
int64_t NumberOf(std::string_view digits);

class Vocabulary {
 public:
  // The mask and the unknown terms may be in front of the terms, or not. Throws E_LAYER if a term
  // occurs twice, or the mask is among them.
  Vocabulary(VocabularyOptions options, std::vector<std::string> terms);
  Vocabulary(const Vocabulary&) = delete;
  Vocabulary& operator=(const Vocabulary&) = delete;

  // Names it in an attribute. Not 0, and never reused.
  int64_t id() const { return id_; }
  // nullptr if it does not exist any more.
  static std::shared_ptr<const Vocabulary> Find(int64_t id);
  static std::shared_ptr<const Vocabulary> Make(VocabularyOptions options,
                                                std::vector<std::string> terms);

  bool has_numbers() const { return options_.has_numbers; }
  // How many indices there are; 0 without terms.
  int64_t size() const { return terms_.empty() ? 0 : first_ + static_cast<int64_t>(terms_.size()); }
  // How many of them come before those of the terms.
  int64_t num_special() const { return first_; }
  // How many of the given terms were such.
  bool was_given_specials() const { return was_given_specials_; }

  // -1 for a mask without an index. Throws E_INPUT if the term is unknown and has no index.
  int32_t IndexOf(std::string_view term) const;
  const std::string& TermAt(int64_t index) const;

 private:
  VocabularyOptions options_;
  int64_t id_;
  int64_t first_;  // the index of the first term
  bool was_given_specials_;
  std::vector<std::string> terms_;
  KeyTable table_;
};

}  // namespace tfwasm
