// SPDX-License-Identifier: Apache-2.0
// Weights, decoded while their bytes stream in.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/tensor.h"
#include "graph/weight_spec.h"

namespace tfwasm {

struct WeightMap {
  std::map<std::string, Tensor, std::less<>> tensors;
  std::vector<std::string> names;  // the keys, in stream order
};

class WeightReceiver;

// Turns the concatenation of all shards of a manifest into tensors, without a copy of the stream:
// the caller writes into Target(), which lies in the memory of the tensor that comes next, then
// says by Commit() how much it wrote. Shards may end anywhere, even inside an element.
//
//   while (!decoder.Target().empty()) decoder.Commit(read(decoder.Target()));
//   WeightMap weights = decoder.Take();
//
// Memory for a tensor is taken when its first byte is due.
class WeightDecoder {
 public:
  // `specs`: JSON list of {name, shape, dtype, quantization?: {dtype, scale?, min?}}.
  // Throws E_JSON, E_SHAPE, E_DTYPE, E_QUANT, E_DUPLICATE or E_LIMIT, naming the weight.
  explicit WeightDecoder(std::string_view specs);
  ~WeightDecoder();

  // Length of the whole stream; -1 when string weights make it unknown.
  int64_t StreamBytes() const { return stream_bytes_; }

  // Where the next bytes belong; empty when every weight is complete, and only then. Valid until
  // the next call. Throws E_OOM.
  std::span<uint8_t> Target();

  // Says that the first `bytes` of Target() were written. Throws E_WEIGHT_BYTES when there are more
  // than that, E_STRING for malformed string weights.
  void Commit(size_t bytes);

  // Hands over the weights. Throws E_WEIGHT_BYTES or E_STRING when bytes are missing.
  WeightMap Take();

 private:
  // Moves past the weights that are complete.
  void Advance();

  std::vector<WeightSpec> specs_;
  size_t next_ = 0;                           // the weight under way
  std::unique_ptr<WeightReceiver> receiver_;  // of that weight, once its memory is taken
  std::vector<Tensor> done_;
  int64_t stream_bytes_ = 0;
  int64_t received_bytes_ = 0;
};

}  // namespace tfwasm
