// SPDX-License-Identifier: Apache-2.0
// libFuzzer target: loads, plans and runs hostile models. For any input, loading ends in a model or
// an Error, and running in tensors or an Error.
//
// An input is a GraphDef, a signature, a list of weight specs, the weights' bytes, and optionally
// the GraphDef of an initializer and its signature, each terminated by a line "--". See
// tests/fuzz/corpus/load_model/ for examples.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/buffer.h"
#include "core/json.h"
#include "executor/load_model.h"
#include "graph/graphdef_reader.h"
#include "graph/signature.h"
#include "graph/tensor_proto.h"
#include "graph/weights.h"

// An allocation that fails must be E_OOM, not a crash.
extern "C" const char* __asan_default_options() {
  return "allocator_may_return_null=1:max_allocation_size_mb=32:quarantine_size_mb=16";
}

namespace {

using namespace tfwasm;

// Any manifest may request this much memory; more is not a finding.
constexpr int64_t kMostWeightBytes = int64_t{16} << 20;
constexpr int64_t kMostFeedElements = 1 << 16;

struct Input {
  std::string_view topology;
  std::string_view signature;
  std::string_view specs;
  std::string_view weights;
  std::string_view initializer;
  std::string_view initializer_signature;
};

std::string_view TakeSection(std::string_view& data) {
  constexpr std::string_view kSeparator = "\n--\n";
  const size_t end = std::min(data.find(kSeparator), data.size());
  const std::string_view section = data.substr(0, end);
  data.remove_prefix(std::min(end + kSeparator.size(), data.size()));
  return section;
}

Input SplitInput(std::string_view data) {
  Input input;
  input.topology = TakeSection(data);
  input.signature = TakeSection(data);
  input.specs = TakeSection(data);
  input.weights = TakeSection(data);
  input.initializer = TakeSection(data);
  input.initializer_signature = TakeSection(data);
  return input;
}

// The number of elements of all weights after decoding.
int64_t DecodedElements(std::string_view specs) {
  int64_t elements = 0;
  for (const WeightSpec& spec : ReadWeightSpecs(specs)) elements += spec.shape.NumElements();
  return elements;
}

WeightMap Decode(std::string_view specs, std::string_view bytes) {
  if (DecodedElements(specs) * 8 > kMostWeightBytes) return {};
  WeightDecoder decoder(specs);
  size_t portion = 1;
  while (!bytes.empty()) {
    const auto target = decoder.Target();
    const size_t size = std::min({target.size(), bytes.size(), portion});
    std::copy_n(bytes.begin(), size, target.begin());
    decoder.Commit(size > 0 ? size : 1);
    bytes.remove_prefix(size);
    portion = portion % 13 + 1;
  }
  return decoder.Take();
}

// Zeros of the declared shape, with 1 for unknown dimensions.
Tensor ZeroFeed(const TensorInfo& info) {
  Shape shape;
  if (info.shape.rank_known()) {
    for (const int64_t dim : info.shape) shape.Append(dim < 0 ? 1 : dim);
  }
  const DType dtype = info.dtype == DType::kInvalid ? DType::kFloat32 : info.dtype;
  if (shape.NumElements() > kMostFeedElements) Throw(Code::kLimit, "the feed is too large");
  return ZeroTensor(dtype, shape);
}

void Predict(Session& session) {
  std::vector<std::string> feeds;
  std::vector<Tensor> values;
  for (const TensorInfo& info : session.model().inputs) {
    feeds.push_back(info.key);
    values.push_back(ZeroFeed(info));
  }
  std::vector<std::string> fetches;
  for (const TensorInfo& info : session.model().outputs) fetches.push_back(info.key);
  session.Run(session.Compile(feeds, fetches), values);
}

void Load(const Input& input) {
  const WeightMap weights = Decode(input.specs, input.weights);
  ModelDef model = ReadGraphDef(input.topology, OutputPosition);
  model.graph.TopologicalOrder();
  for (const auto& [name, function] : model.functions) function.body.TopologicalOrder();
  const auto session = LoadModel({.model = std::move(model),
                                  .signature = input.signature,
                                  .initializer = input.initializer,
                                  .initializer_signature = input.initializer_signature},
                                 weights);
  ParseJson(DescribeModel(session->model()), "the description");
  Predict(*session);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const size_t live_bytes = Buffer::live_bytes();
  try {
    Load(SplitInput({reinterpret_cast<const char*>(data), size}));
  } catch (const Error&) {
  }
  if (Buffer::live_bytes() != live_bytes) __builtin_trap();
  return 0;
}
