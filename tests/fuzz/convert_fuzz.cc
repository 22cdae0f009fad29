// SPDX-License-Identifier: Apache-2.0
// libFuzzer target: converts hostile files. For any input, a conversion ends in a model or an
// Error.
//
// The first byte says which reader gets the rest: 'g' a frozen graph, 's' a SavedModel without
// variables, 'c' the index of a checkpoint.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "convert/checkpoint.h"
#include "convert/converter.h"
#include "core/buffer.h"
#include "core/error.h"
#include "core/json.h"
#include "fuzz_target.h"

// An allocation that fails must be E_OOM, not a crash.
extern "C" const char* __asan_default_options() {
  return "allocator_may_return_null=1:max_allocation_size_mb=64:quarantine_size_mb=16";
}

namespace {

using namespace tfwasm;

constexpr uint64_t kMostWeightBytes = uint64_t{16} << 20;

void Convert(std::string_view format, const std::string& path, std::string_view bytes) {
  ConvertOptions options;
  options.format = format;
  options.skip_op_check = true;
  Converter converter(options, {{path, bytes.size()}});
  while (const auto request = converter.NextRead()) {
    const auto target = converter.ReadTarget();
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(request->offset), target.size(),
                target.begin());
    converter.CommitRead();
  }
  converter.Finish();
  converter.StartWeights("{}", 1000);
  uint64_t total = 0;
  for (auto shard = converter.NextShard(); !shard.empty() && total < kMostWeightBytes;
       shard = converter.NextShard()) {
    total += shard.size();
  }
  const Converter::ModelParts parts = converter.Parts();
  ParseJson(parts.topology, "the topology");
  ParseJson(parts.signature, "the signature");
  ParseJson(converter.SummaryJson(), "the summary");
}

void Dispatch(char reader, std::string_view bytes) {
  if (reader == 'g') Convert("tf_frozen_model", "model.pb", bytes);
  if (reader == 's') Convert("tf_saved_model", "saved_model.pb", bytes);
  if (reader == 'c') CheckpointIndex{bytes};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const size_t live_bytes = Buffer::live_bytes();
  try {
    Dispatch(static_cast<char>(data[0]), {reinterpret_cast<const char*>(data) + 1, size - 1});
  } catch (const Error&) {
  } catch (const std::bad_alloc&) {
  }
  if (Buffer::live_bytes() != live_bytes) __builtin_trap();
  return 0;
}
