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
  for (const auto& [name, tensor] : weights_) {
    total_bytes_ += EncodedBytes(tensor, Find(encodings_, name));
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
  auto& [name, tensor] = weights_[next_++];
  const WeightSpec::Encoding encoding = Find(encodings_, name);
  EncodedWeight weight = EncodeWeight(std::move(name), tensor, encoding);
  tensor = Tensor();
  specs_ += (specs_.empty() ? "" : ",") + weight.SpecJson();
  bytes_ = std::move(weight.bytes);
  taken_ = 0;
}

std::span<const uint8_t> WeightStream::Next() {
  shard_.clear();
  const auto wanted = static_cast<size_t>(std::min(shard_bytes_, total_bytes_));
  shard_.reserve(wanted);
  while (shard_.size() < wanted) {
    if (taken_ == bytes_.size()) {
      if (next_ == weights_.size()) break;
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
