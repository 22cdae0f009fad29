// SPDX-License-Identifier: Apache-2.0
// Indices as Keras has them: keras/src/layers/preprocessing/index_lookup.py.
#include "kernels/text/vocabulary.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "core/error.h"

namespace tfwasm {

namespace {

std::vector<std::weak_ptr<const Vocabulary>>& All() {
  static auto* all = new std::vector<std::weak_ptr<const Vocabulary>>;
  return *all;
}

int64_t NumSpecial(const VocabularyOptions& options) {
  return options.num_unknown + int{options.mask && options.counts_mask};
}

// Removes the special terms in front. Returns whether there were any.
bool TakeSpecials(const VocabularyOptions& options, std::vector<std::string>& terms) {
  const auto count = static_cast<size_t>(NumSpecial(options));
  const size_t masks = count - static_cast<size_t>(options.num_unknown);
  if (count == 0 || terms.size() < count) return false;
  for (size_t i = 0; i < count; ++i) {
    if (terms[i] != (i < masks ? *options.mask : options.unknown)) return false;
  }
  terms.erase(terms.begin(), terms.begin() + static_cast<std::ptrdiff_t>(count));
  return true;
}

}  // namespace

Vocabulary::Vocabulary(VocabularyOptions options, std::vector<std::string> terms)
    : options_(std::move(options)),
      first_(NumSpecial(options_)),
      was_given_specials_(TakeSpecials(options_, terms)),
      terms_(std::move(terms)) {
  static int64_t last_id = 0;
  id_ = ++last_id;
  for (size_t i = 0; i < terms_.size(); ++i) {
    if (table_.Add(terms_[i]) != static_cast<int32_t>(i)) {
      Throw(Code::kLayer, "the vocabulary has the term '", terms_[i], "' twice");
    }
  }
  if (options_.mask && table_.Find(*options_.mask) >= 0) {
    Throw(
        Code::kLayer, "the vocabulary has the mask token '", *options_.mask,
        "' among its terms: it must be the first, before the tokens for unknown terms, or absent");
  }
}

std::shared_ptr<const Vocabulary> Vocabulary::Make(VocabularyOptions options,
                                                   std::vector<std::string> terms) {
  auto made = std::make_shared<const Vocabulary>(std::move(options), std::move(terms));
  std::erase_if(All(), [](const auto& one) { return one.expired(); });
  All().push_back(made);
  return made;
}

std::shared_ptr<const Vocabulary> Vocabulary::Find(int64_t id) {
  for (const auto& one : All()) {
    auto vocabulary = one.lock();
    if (vocabulary != nullptr && vocabulary->id() == id) return vocabulary;
  }
  return nullptr;
}

int64_t NumberOf(std::string_view digits) {
  const bool is_negative = digits.starts_with('-');
  uint64_t number = 0;
  for (const char c : digits.substr(size_t{is_negative})) {
    number = number * 10 + static_cast<uint64_t>(c - '0');
  }
  return static_cast<int64_t>(is_negative ? 0 - number : number);
}

int32_t Vocabulary::IndexOf(std::string_view term) const {
  if (options_.mask && term == *options_.mask) return options_.counts_mask ? 0 : -1;
  const int32_t place = table_.Find(term);
  if (place >= 0) return static_cast<int32_t>(first_) + place;
  const int64_t count = options_.num_unknown;
  if (count == 0) {
    Throw(Code::kInput, "'", term, "' is not in the vocabulary, and num_oov_indices is 0");
  }
  int64_t bin = 0;
  if (options_.has_numbers && !options_.hashes_numbers) {
    bin = (NumberOf(term) % count + count) % count;
  } else if (count > 1) {
    bin = static_cast<int64_t>(HashOf(options_.key, term) % static_cast<uint64_t>(count));
  }
  return static_cast<int32_t>(first_ - count + bin);
}

const std::string& Vocabulary::TermAt(int64_t index) const {
  const int64_t place = index - first_;
  if (place >= 0 && place < static_cast<int64_t>(terms_.size())) {
    return terms_[static_cast<size_t>(place)];
  }
  return index == 0 && options_.mask ? *options_.mask : options_.unknown;
}

}  // namespace tfwasm
