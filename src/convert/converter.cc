// SPDX-License-Identifier: Apache-2.0
#include "convert/converter.h"

#include <algorithm>
#include <utility>

#include "convert/cut_examples.h"
#include "convert/frozen_graph.h"
#include "convert/graph_file.h"
#include "convert/graph_model.h"
#include "convert/inline_functions.h"
#include "convert/op_check.h"
#include "convert/saved_model.h"
#include "convert/simplify.h"
#include "convert/text_proto.h"
#include "core/json.h"
#include "core/json_value.h"
#include "graph/proto_json.h"
#include "ops/op.h"

namespace tfwasm {

namespace {

// Reads one file whole.
class FrozenGraphReader : public ModelReader {
 public:
  FrozenGraphReader(const ConvertOptions& options, const FileSizes& files)
      : outputs_(options.output_names) {
    if (files.size() != 1) {
      Throw(Code::kFile, "a frozen graph is one file, got ", files.size(), " files");
    }
    request_ = {.path = files.begin()->first, .bytes = files.begin()->second};
  }

  std::optional<ReadRequest> Next() override {
    if (is_read_) return std::nullopt;
    Buffer::CheckAddressable(request_.bytes);
    bytes_.resize(static_cast<size_t>(request_.bytes));
    return request_;
  }
  std::span<uint8_t> Target() override {
    return {reinterpret_cast<uint8_t*>(bytes_.data()), bytes_.size()};
  }
  void Commit() override { is_read_ = true; }
  SourceModel Take() override {
    if (IsTextProto(bytes_)) bytes_ = EncodeTextProto(bytes_, "GraphDef");
    return ReadFrozenGraph(bytes_, outputs_);
  }

 private:
  std::vector<std::string> outputs_;
  ReadRequest request_;
  std::string bytes_;
  bool is_read_ = false;
};

std::unique_ptr<ModelReader> MakeReader(const ConvertOptions& options, const FileSizes& files) {
  if (options.format == "tf_frozen_model") {
    return std::make_unique<FrozenGraphReader>(options, files);
  }
  if (options.format == "tf_saved_model" || options.format == "tf_hub") {
    return MakeSavedModelReader(options, files);
  }
  if (options.format == "tfjs_graph_model") return MakeGraphModelReader(files);
  Throw(Code::kInput, "there is no input format '", options.format, "'");
}

int CountNodes(const ModelDef& model) {
  int count = 0;
  const auto add = [&](const Graph& graph) {
    for (NodeId id = 0; id < graph.size(); ++id) count += graph.IsRemoved(id) ? 0 : 1;
  };
  add(model.graph);
  for (const auto& [name, function] : model.functions) add(function.body);
  return count;
}

// Passes rely on edges to outputs that exist.
void CheckEdges(const Graph& graph) {
  const auto check = [&](const Edge& edge) {
    const Node& producer = graph.node(edge.node);
    const OpDef* def = FindOp(producer.op);
    if (def == nullptr) return;
    const int count = Blaming(producer, [&] { return NumOutputs(*def, producer); });
    if (edge.output < count) return;
    Throw(Code::kEdge, "output ", edge.output, " of '", producer.name, "' is read, which has ",
          count);
  };
  for (NodeId id = 0; id < graph.size(); ++id) {
    for (const Edge& edge : graph.node(id).inputs) check(edge);
  }
  for (const NamedEdge& output : graph.outputs) check(output.edge);
}

void CheckEdges(const ModelDef& model) {
  CheckEdges(model.graph);
  for (const auto& [name, function] : model.functions) CheckEdges(function.body);
}

}  // namespace

Converter::Converter(ConvertOptions options, const FileSizes& files)
    : options_(std::move(options)), reader_(MakeReader(options_, files)) {}

std::optional<ReadRequest> Converter::NextRead() {
  if (weights_ == nullptr) return reader_->Next();
  const NamedTensor* missing = weights_->Missing();
  if (missing == nullptr) return std::nullopt;
  if (requested_ != missing->later) {
    requested_ = missing->later;
    reader_->RequestLater(requested_);
  }
  const auto request = reader_->Next();
  if (!request) weights_->Provide(reader_->TakeLater(std::exchange(requested_, {})));
  return request;
}

void Converter::Finish() {
  source_ = reader_->Take();
  ModelDef& model = source_.model;
  nodes_before_ = CountNodes(model);
  InlineCalls(model.graph, model.functions);
  CutExamples(source_);
  CheckEdges(model);
  if (options_.strip_debug_ops) StripDebugOps(model);
  Simplify(model, options_.for_tfwasm);
  RestoreOutputNames(source_);
  nodes_after_ = CountNodes(model);
  CheckOps();
  CheckClamped();
  topology_ = writer_.Write(model);
  if (source_.initializer.graph.size() == 0) return;
  source_.initializer.producer = model.producer;
  initializer_ = writer_.Write(source_.initializer);
}

void Converter::CheckOps() const {
  std::vector<UnsupportedOp> ops = FindUnsupportedOps(source_.model, options_.for_tfwasm);
  for (UnsupportedOp& op : FindUnsupportedOps(source_.initializer, options_.for_tfwasm)) {
    ops.push_back(std::move(op));
  }
  if (ops.empty() || options_.skip_op_check) return;
  Throw(Code::kOp, "the model uses ops that ",
        options_.for_tfwasm ? "tfwasm does" : "TensorFlow.js does",
        " not have: ", DescribeOps(ops));
}

void Converter::CheckClamped() {
  const Graph& graph = source_.model.graph;
  for (NodeId id = 0; id < graph.size(); ++id) {
    const Node& node = graph.node(id);
    if (!node.attrs.Has(kClamped)) continue;
    source_.notes.push_back(
        StrCat("'", node.name, "' has integers beyond 32 bits, which were clamped"));
  }
}

std::string Converter::WeightsJson() const {
  std::string list;
  for (const NamedTensor& weight : writer_.weights()) {
    const Tensor& tensor = weight.tensor;
    const WeightSpec spec{.name = weight.name, .dtype = tensor.dtype(), .shape = tensor.shape()};
    list += StrCat(list.empty() ? "" : ",", EncodedWeight{.spec = spec}.SpecJson());
  }
  return StrCat("[", list, "]");
}

void Converter::StartWeights(std::string_view encodings, uint64_t shard_bytes) {
  if (shard_bytes == 0) Throw(Code::kInput, "the size of shards must be positive");
  const JsonDocument document = ParseJson(encodings, "the quantization");
  EncodingMap map;
  for (const auto& [name, json] : ExpectObject(document.root(), "the quantization")) {
    const std::string_view dtype = ExpectString(json, name);
    const WeightSpec::Encoding encoding = EncodingOf(dtype);
    if (encoding == WeightSpec::Encoding::kPlain) {
      Throw(Code::kInput, "a weight cannot be quantized to '", dtype,
            "'; there are uint8, uint16 and float16");
    }
    const bool exists = std::ranges::any_of(
        writer_.weights(), [&](const NamedTensor& weight) { return weight.name == name; });
    if (!exists) Throw(Code::kInput, "the model has no weight '", name, "' to quantize");
    map.emplace(name, encoding);
  }
  num_weights_ = writer_.weights().size();
  weights_ =
      std::make_unique<WeightStream>(std::move(writer_.weights()), std::move(map), shard_bytes);
}

Converter::ModelParts Converter::Parts() const {
  std::string paths;
  for (const std::string& name : weights_->ShardNames()) {
    paths += StrCat(paths.empty() ? "" : ",", WriteJson(name));
  }
  return {.topology = topology_,
          .signature = WriteSignature(source_.inputs, source_.outputs),
          .initializer = initializer_,
          .manifest = StrCat("[{\"paths\":[", paths, "],\"weights\":", weights_->SpecsJson(), "}]"),
          .generated_by = source_.generated_by};
}

std::string Converter::SummaryJson() const {
  std::string notes;
  for (const std::string& note : source_.notes) {
    notes += StrCat(notes.empty() ? "" : ",", WriteJson(note));
  }
  std::string unsupported;
  for (const UnsupportedOp& op : FindUnsupportedOps(source_.model, options_.for_tfwasm)) {
    unsupported += StrCat(unsupported.empty() ? "" : ",", "{\"op\":", WriteJson(op.op),
                          ",\"count\":", op.count, ",\"node\":", WriteJson(op.node), "}");
  }
  return StrCat("{\"nodesBefore\":", nodes_before_, ",\"nodesAfter\":", nodes_after_,
                ",\"weights\":", num_weights_, ",\"weightBytes\":", weights_->total_bytes(),
                ",\"shards\":", weights_->ShardNames().size(), ",\"notes\":[", notes,
                "],\"unsupportedOps\":[", unsupported, "]}");
}

}  // namespace tfwasm
