// SPDX-License-Identifier: Apache-2.0
#include "convert/weight_stream.h"

#include <algorithm>
#include <utility>

namespace tfwasm {

namespace {

WeightSpec::Encoding Find(const EncodingMap& encodings, const std::string& name) {
  const auto found = encodings.find(name);
  return found == encodings.end() ? WeightSpec::Encoding::kPlain : found->second;
}

}  // namespace

WeightStream::WeightStream(std::vector<NamedTensor> weights, EncodingMap encodings,
                           uint64_t shard_bytes)
    : weights_(std::move(weights)), encodings_(std::move(encodings)), shard_bytes_(shard_bytes) {
  for (const NamedTensor& weight : weights_) {
    total_bytes_ += EncodedBytes(weight.tensor, Find(encodings_, weight.name));
  }
}

std::vector<std::string> WeightStream::ShardNames() const {
  const uint64_t count = (total_bytes_ + shard_bytes_ - 1) / shard_bytes_;
  std::vector<std::string> names;
  for (uint64_t i = 1; i <= count; ++i)
    names.push_back(StrCat("group1-shard", i, "of", count, ".bin"));
  return names;
}

void WeightStream::EncodeNext() {
  const NamedTensor source = std::move(weights_[next_++]);
  EncodedWeight weight = EncodeWeight(source.name, source.tensor, Find(encodings_, source.name));
  specs_ += (specs_.empty() ? "" : ",") + weight.SpecJson();
  bytes_ = std::move(weight.bytes);
  taken_ = 0;
}

const NamedTensor* WeightStream::Missing() const {
  if (next_ == weights_.size() || taken_ < bytes_.size() || !weights_[next_].tensor.empty()) {
    return nullptr;
  }
  return &weights_[next_];
}

void WeightStream::Provide(Tensor value) { weights_[next_].tensor = std::move(value); }

std::span<const uint8_t> WeightStream::Next() {
  if (std::exchange(is_shard_done_, true)) shard_.clear();
  const auto wanted = static_cast<size_t>(std::min(shard_bytes_, total_bytes_));
  shard_.reserve(wanted);
  while (shard_.size() < wanted) {
    if (taken_ == bytes_.size()) {
      if (next_ == weights_.size()) break;
      if (Missing() != nullptr) {
        is_shard_done_ = false;
        return {};
      }
      EncodeNext();
    }
    const size_t count = std::min(wanted - shard_.size(), bytes_.size() - taken_);
    const auto from = bytes_.begin() + static_cast<std::ptrdiff_t>(taken_);
    shard_.insert(shard_.end(), from, from + static_cast<std::ptrdiff_t>(count));
    taken_ += count;
  }
  // Weights without bytes at the end still have entries in the manifest.
  while (taken_ == bytes_.size() && next_ < weights_.size() &&
         EncodedBytes(weights_[next_].tensor, WeightSpec::Encoding::kPlain) == 0) {
    EncodeNext();
  }
  return shard_;
}

}  // namespace tfwasm
