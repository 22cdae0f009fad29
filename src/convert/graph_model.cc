// SPDX-License-Identifier: Apache-2.0
#include "convert/graph_model.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "graph/constants.h"
#include "graph/graphdef_reader.h"
#include "graph/signature.h"
#include "graph/weights.h"
#include "ops/op.h"

namespace tfwasm {

namespace {

constexpr uint64_t kMostBytesPerRead = uint64_t{4} << 20;
constexpr std::string_view kTexts[] = {"topology", "signature", "initializer", "specs"};

class GraphModelReader : public ModelReader {
 public:
  explicit GraphModelReader(const FileSizes& files) : files_(files) {}

  std::optional<ReadRequest> Next() override {
    while (next_text_ < std::size(kTexts)) {
      const std::string path(kTexts[next_text_++]);
      const auto file = files_.find(path);
      if (file == files_.end() || file->second == 0) continue;
      Buffer::CheckAddressable(file->second);
      text_ = &texts_[path];
      text_->resize(static_cast<size_t>(file->second));
      return ReadRequest{.path = path, .bytes = file->second};
    }
    text_ = nullptr;
    if (!decoder_) decoder_.emplace(texts_["specs"]);
    return NextWeights();
  }

  std::span<uint8_t> Target() override {
    if (text_ != nullptr) return {reinterpret_cast<uint8_t*>(text_->data()), text_->size()};
    return decoder_->Target().first(wanted_);
  }

  void Commit() override {
    if (text_ != nullptr) return;
    decoder_->Commit(wanted_);
    read_ += wanted_;
  }

  SourceModel Take() override {
    const WeightMap weights = decoder_->Take();
    SourceModel source;
    ModelDef& model = source.model;
    model = ReadGraphDef(texts_["topology"], OutputPosition);
    AttachConstants(model, weights);
    ApplySignature(model, texts_["signature"]);
    source.inputs = Describe(model.graph, model.inputs, model.graph.inputs);
    source.outputs = Describe(model.graph, model.outputs, model.graph.outputs);
    CutAtInputs(source);
    if (!texts_["initializer"].empty()) {
      source.initializer = ReadGraphDef(texts_["initializer"], OutputPosition);
      AttachConstants(source.initializer, weights);
    }
    return source;
  }

 private:
  std::optional<ReadRequest> NextWeights() {
    const size_t room = decoder_->Target().size();
    while (room > 0) {
      const std::string path = StrCat("weights/", next_file_);
      const auto file = files_.find(path);
      if (file == files_.end()) break;  // Take() reports missing bytes
      if (read_ == file->second) {
        ++next_file_;
        read_ = 0;
        continue;
      }
      wanted_ =
          static_cast<size_t>(std::min({kMostBytesPerRead, file->second - read_, uint64_t{room}}));
      return ReadRequest{.path = path, .offset = read_, .bytes = wanted_};
    }
    return std::nullopt;
  }

  static std::vector<InterfaceTensor> Describe(const Graph& graph,
                                               const std::vector<TensorInfo>& infos,
                                               const std::vector<NamedEdge>& edges) {
    std::vector<InterfaceTensor> tensors;
    for (size_t i = 0; i < infos.size(); ++i) {
      const Edge edge = edges[i].edge;
      const DType dtype = infos[i].dtype;
      tensors.push_back({.key = infos[i].key,
                         .name = StrCat(graph.node(edge.node).name, ":", edge.output),
                         .type = dtype == DType::kInvalid ? "" : TypeNameOf(dtype),
                         .shape = infos[i].shape,
                         .resource_id = infos[i].resource_id});
    }
    return tensors;
  }

  FileSizes files_;
  std::map<std::string, std::string, std::less<>> texts_;
  size_t next_text_ = 0;
  std::string* text_ = nullptr;  // that is being read
  std::optional<WeightDecoder> decoder_;
  size_t next_file_ = 0;  // of the weights
  uint64_t read_ = 0;     // of that file
  size_t wanted_ = 0;
};

}  // namespace

std::unique_ptr<ModelReader> MakeGraphModelReader(const FileSizes& files) {
  return std::make_unique<GraphModelReader>(files);
}

}  // namespace tfwasm
