// SPDX-License-Identifier: Apache-2.0
#include "convert/saved_model.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "convert/checkpoint.h"
#include "convert/graph_file.h"
#include "convert/meta_graph.h"
#include "convert/signature_graph.h"
#include "convert/tables.h"
#include "convert/text_proto.h"
#include "convert/variables.h"

namespace tfwasm {

namespace {

constexpr std::string_view kGraphFile = "saved_model.pb";
constexpr std::string_view kGraphText = "saved_model.pbtxt";
constexpr std::string_view kVariables = "variables/variables";

OutputArgs ReadOutputArgs(std::string_view op_list) {
  OutputArgs args;
  for (ProtoReader reader(op_list); reader.Next();) {
    if (reader.field() == 1) args.Add(reader.Message());
  }
  return args;
}

class SavedModelReader : public ModelReader {
 public:
  SavedModelReader(const ConvertOptions& options, const FileSizes& files)
      : options_(options), files_(files) {
    for (const std::string_view path : {kGraphFile, kGraphText}) {
      if (graph_path_.empty() && files_.contains(path)) graph_path_ = path;
    }
    if (graph_path_.empty()) Throw(Code::kFile, "a SavedModel needs the file ", kGraphFile);
  }

  std::optional<ReadRequest> Next() override {
    if (graph_bytes_.empty()) return ReadWhole(graph_path_, graph_bytes_);
    const std::string index = StrCat(kVariables, ".index");
    if (files_.contains(index) && index_bytes_.empty()) return ReadWhole(index, index_bytes_);
    if (!is_prepared_) Prepare();
    if (next_asset_ < assets_needed_.size()) {
      const std::string& name = assets_needed_[next_asset_++];
      const std::string path = StrCat("assets/", name);
      if (!files_.contains(path)) Throw(Code::kFile, "the model has no file ", path);
      return ReadWhole(path, assets_[name]);
    }
    target_ = nullptr;
    return checkpoint_ ? checkpoint_->Next() : std::nullopt;
  }

  std::span<uint8_t> Target() override {
    if (target_ == nullptr) return checkpoint_->Target();
    return {reinterpret_cast<uint8_t*>(target_->data()), target_->size()};
  }

  void Commit() override {
    if (target_ == nullptr) checkpoint_->Commit();
  }

  SourceModel Take() override {
    if (checkpoint_) FillConstants(source_.model, *checkpoint_);
    AddInitializer(source_, tables_, assets_);
    return std::move(source_);
  }

  void RequestLater(const std::string& later) override {
    tfwasm::RequestLater(later, *checkpoint_);
  }
  Tensor TakeLater(const std::string& later) override {
    return tfwasm::TakeLater(later, *checkpoint_);
  }

 private:
  ReadRequest ReadWhole(const std::string& path, std::string& bytes) {
    const uint64_t size = files_.find(path)->second;
    if (size == 0) Throw(Code::kFile, "the file ", path, " is empty");
    Buffer::CheckAddressable(size);
    bytes.resize(static_cast<size_t>(size));
    target_ = &bytes;
    return {.path = path, .bytes = size};
  }

  // Reads the graph, and finds out which variables it needs.
  void Prepare() {
    is_prepared_ = true;
    if (graph_path_ == kGraphText) graph_bytes_ = EncodeTextProto(graph_bytes_, "SavedModel");
    const MetaGraph meta = ReadMetaGraph(graph_bytes_, options_.tags);
    const SignatureDef& signature =
        ChooseSignature(meta, options_.signature_name, DefaultSignatures());
    if (!index_bytes_.empty()) {
      checkpoint_.emplace(CheckpointIndex(index_bytes_), std::string(kVariables), files_);
    }
    const CheckpointIndex* index = checkpoint_ ? &checkpoint_->index() : nullptr;
    GraphFile file(ProtoReader(meta.graph), ReadOutputArgs(meta.ops));
    BindVariables(file.graph(), FindVariables(file, meta, index), index);
    MarkTables(file.graph(), "");
    // If its initializer is malformed, a model may still do without tables.
    Deferring([&] { tables_ = FindTables(file, meta); });
    source_ = ExtractSignature(file, meta, signature);
    for (auto& [name, function] : source_.model.functions) MarkTables(function.body, name);
    ReadVariables(source_.model, index, options_.freeze_state, source_.notes);
    if (checkpoint_) RequestConstants(source_.model, *checkpoint_);
    assets_needed_ = NeededAssets(source_.model, tables_);
    graph_bytes_ = " ";  // its memory is not needed any more
    graph_bytes_.shrink_to_fit();
  }

  std::vector<std::string> DefaultSignatures() const {
    if (options_.format == "tf_hub") return {"default", "serving_default"};
    return {"serving_default"};
  }

  ConvertOptions options_;
  FileSizes files_;
  std::string graph_path_;
  std::string graph_bytes_;
  std::string index_bytes_;
  std::string* target_ = nullptr;  // the file that is read whole; nullptr: variables
  bool is_prepared_ = false;
  std::optional<CheckpointReader> checkpoint_;
  TableMap tables_;
  std::vector<std::string> assets_needed_;
  size_t next_asset_ = 0;
  std::map<std::string, std::string> assets_;  // contents by name
  SourceModel source_;
};

}  // namespace

std::unique_ptr<ModelReader> MakeSavedModelReader(const ConvertOptions& options,
                                                  const FileSizes& files) {
  return std::make_unique<SavedModelReader>(options, files);
}

}  // namespace tfwasm
