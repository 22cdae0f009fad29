// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "convert/graph_json.h"
#include "convert/quantize.h"

namespace tfwasm {

using EncodingMap = std::map<std::string, WeightSpec::Encoding, std::less<>>;

// Encodes weights one after the other, and cuts their bytes into shards of one size. Takes the
// tensors' memory back as it goes: at no time does it hold more than one encoded weight and one
// shard.
class WeightStream {
 public:
  // `encodings`: by weight; others are stored plainly.
  WeightStream(std::vector<NamedTensor> weights, EncodingMap encodings, uint64_t shard_bytes);

  uint64_t total_bytes() const { return total_bytes_; }
  // "group1-shard1of2.bin", ...
  std::vector<std::string> ShardNames() const;

  // The next shard; valid until the next call. Empty at the end, or if a value is missing. Throws
  // E_QUANT.
  std::span<const uint8_t> Next();
  // The weight whose value is needed to go on; nullptr if none is.
  const NamedTensor* Missing() const;
  // Its value.
  void Provide(Tensor value);
  // The entries of the manifest, as a JSON list. Complete after the last shard.
  std::string SpecsJson() const { return "[" + specs_ + "]"; }

 private:
  void EncodeNext();

  std::vector<NamedTensor> weights_;
  EncodingMap encodings_;
  uint64_t shard_bytes_;
  uint64_t total_bytes_ = 0;
  size_t next_ = 0;             // the next weight to encode
  std::vector<uint8_t> bytes_;  // of the current weight
  size_t taken_ = 0;            // of them
  std::vector<uint8_t> shard_;
  bool is_shard_done_ = true;
  std::string specs_;
};

}  // namespace tfwasm
