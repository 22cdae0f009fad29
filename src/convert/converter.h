// SPDX-License-Identifier: Apache-2.0
// Converts a model to the parts of a graph model of TensorFlow.js.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "convert/model_reader.h"
#include "convert/weight_stream.h"

namespace tfwasm {

// The steps of a conversion. In order: read until NextRead() returns nullopt, Finish(),
// StartWeights(); then NextShard(), after reading again if NeedsReads(), until it is empty; then
// Parts().
class Converter {
 public:
  // Throws E_FILE if the files do not fit the format.
  Converter(ConvertOptions options, const FileSizes& files);

  std::optional<ReadRequest> NextRead();
  std::span<uint8_t> ReadTarget() { return reader_->Target(); }
  void CommitRead() { reader_->Commit(); }

  // Simplifies and checks the model. Throws E_OP with the list of all ops that the target lacks.
  void Finish();

  // The weights as JSON: [{"name": ..., "dtype": ..., "shape": [...]}].
  std::string WeightsJson() const;
  // `encodings`: a JSON object from names of weights to "uint8", "uint16" or "float16". Throws
  // E_INPUT for other values and unknown weights.
  void StartWeights(std::string_view encodings, uint64_t shard_bytes);
  // Empty at the end, and if NextRead() has to be called again.
  std::span<const uint8_t> NextShard() { return weights_->Next(); }
  bool NeedsReads() const { return weights_->Missing() != nullptr; }
  std::vector<std::string> ShardNames() const { return weights_->ShardNames(); }

  // The parts of model.json, as JSON texts, without user-defined metadata: modelTopology,
  // signature, modelInitializer (or ""), weightsManifest, generatedBy.
  struct ModelParts {
    std::string topology;
    std::string signature;
    std::string initializer;
    std::string manifest;
    std::string generated_by;
  };
  ModelParts Parts() const;

  // What has been done, as JSON: see Summary in js/convert/types.ts.
  std::string SummaryJson() const;

 private:
  void CheckOps() const;
  void CheckClamped();

  ConvertOptions options_;
  std::unique_ptr<ModelReader> reader_;
  SourceModel source_;
  int nodes_before_ = 0;
  int nodes_after_ = 0;
  std::string topology_;
  std::string initializer_;
  size_t num_weights_ = 0;
  GraphWriter writer_;
  std::unique_ptr<WeightStream> weights_;
  std::string requested_;  // the weight that is being read while others are written
};

}  // namespace tfwasm
