// SPDX-License-Identifier: Apache-2.0
// Decoding of weights while their bytes arrive.
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

// Decodes the concatenated shards of a manifest into tensors, without copying the stream. The
// caller writes into Target(), which is in the memory of the next tensor, and calls Commit() with
// the number of bytes written. Shards may end anywhere, even inside an element.
//
//   while (!decoder.Target().empty()) decoder.Commit(read(decoder.Target()));
//   WeightMap weights = decoder.Take();
//
// A tensor's memory is allocated when its first byte is due.
class WeightDecoder {
 public:
  // `specs`: JSON list of {name, shape, dtype, quantization?: {dtype, scale?, min?}}.
  // Throws E_JSON, E_SHAPE, E_DTYPE, E_QUANT, E_DUPLICATE or E_LIMIT, naming the weight.
  explicit WeightDecoder(std::string_view specs);
  ~WeightDecoder();

  // Length of the whole stream; -1 if string weights make it unknown.
  int64_t StreamBytes() const { return stream_bytes_; }

  // Where to write the next bytes; empty only when all weights are complete. Valid until the next
  // call. Throws E_OOM.
  std::span<uint8_t> Target();

  // Call after writing the first `bytes` of Target(). Throws E_WEIGHT_BYTES if that is more than
  // its size, E_STRING for malformed string weights.
  void Commit(size_t bytes);

  // Returns the weights. Throws E_WEIGHT_BYTES or E_STRING if bytes are missing.
  WeightMap Take();

 private:
  // Skips completed weights.
  void Advance();

  std::vector<WeightSpec> specs_;
  size_t next_ = 0;                           // the current weight
  std::unique_ptr<WeightReceiver> receiver_;  // of the current weight, once allocated
  std::vector<Tensor> done_;
  int64_t stream_bytes_ = 0;
  int64_t received_bytes_ = 0;
};

}  // namespace tfwasm
