// SPDX-License-Identifier: Apache-2.0
#include "graph/signature.h"

#include <set>
#include <utility>

#include "core/json_value.h"
#include "graph/proto_json.h"
#include "graph/tensor_name.h"

namespace tfwasm {

namespace {

// The node or output that "name" or "name:index" refers to; an edge with kNoNode if there is none.
Edge FindTensor(const Graph& graph, std::string_view text) {
  const NodeId id = graph.Find(text);
  if (id != kNoNode) return {.node = id};
  const auto name = ParseTensorName(text);
  if (!name || !name->output_name.empty()) return {};
  return {.node = graph.Find(name->node), .output = name->index};
}

TensorInfo ReadTensorInfo(std::string_view key, const Json& json) {
  TensorInfo info{.key = std::string(key)};
  ExpectObject(json, "a tensor of the signature");
  const Json* name = FindField(json, "name");
  if (name == nullptr) Throw(Code::kJson, "'", key, "' of the signature names no tensor");
  info.name = ExpectString(*name, "a tensor name of the signature");
  if (const Json* dtype = FindField(json, "dtype")) info.dtype = ReadDType(*dtype, key);
  if (const Json* shape = FindField(json, "tensorShape")) info.shape = ReadShape(*shape, key);
  const Json* resource = FindField(json, "resourceId");
  if (resource != nullptr && !resource->is_null()) info.resource_id = ReadInt64(*resource, key);
  return info;
}

// The inputs or the outputs of the signature.
struct Side {
  std::vector<TensorInfo> infos;
  std::vector<NamedEdge> edges;
};

Side ReadSide(const Graph& graph, const Json& signature, std::string_view field) {
  Side side;
  const Json* tensors = FindField(signature, field);
  if (tensors == nullptr) return side;
  std::set<std::string_view> keys;
  for (const auto& [key, json] : ExpectObject(*tensors, field)) {
    if (!keys.insert(key).second) {
      Throw(Code::kDuplicate, "the signature has two ", field, " named '", key, "'");
    }
    TensorInfo info = ReadTensorInfo(key, json);
    const Edge edge = FindTensor(graph, info.name);
    if (edge.node == kNoNode) {
      // The converter prunes inputs that no output depends on, but leaves them in the signature.
      if (field == "inputs") continue;
      Throw(Code::kEdge, "the output '", key, "' of the signature is the tensor '", info.name,
            "', which the graph does not have");
    }
    // Feeds are checked against the Placeholder, so its declaration overrides the signature.
    TakePlaceholderInfo(graph.node(edge.node), info);
    side.infos.push_back(std::move(info));
    side.edges.push_back({std::string(key), edge});
  }
  return side;
}

std::string NameList(const std::vector<NamedEdge>& edges) {
  constexpr size_t kMostNames = 8;
  std::string list;
  for (size_t i = 0; i < edges.size() && i < kMostNames; ++i) {
    list += StrCat(i > 0 ? ", '" : "'", edges[i].name, "'");
  }
  return edges.size() > kMostNames ? list + ", ..." : list;
}

// The description is written as text, not as a tree of JsonValues: these allocate memory when they
// are destroyed, and memory may be short.

std::string DescribeShape(const Shape& shape) {
  if (!shape.rank_known()) return "null";
  std::string list;
  for (const int64_t dim : shape) list += StrCat(list.empty() ? "" : ",", dim);
  return StrCat("[", list, "]");
}

std::string DescribeTensors(const Graph& graph, const std::vector<TensorInfo>& infos,
                            const std::vector<NamedEdge>& edges) {
  std::string list;
  for (size_t i = 0; i < infos.size(); ++i) {
    const TensorInfo& info = infos[i];
    const bool has_dtype = info.dtype != DType::kInvalid;
    list += StrCat(i > 0 ? "," : "", "{\"key\":", WriteJson(info.key),
                   ",\"name\":", WriteJson(info.name),
                   ",\"node\":", WriteJson(graph.node(edges[i].edge.node).name),
                   ",\"dtype\":", has_dtype ? WriteJson(DTypeName(info.dtype)) : "null",
                   ",\"shape\":", DescribeShape(info.shape), "}");
  }
  return StrCat("[", list, "]");
}

}  // namespace

void ApplySignature(ModelDef& model, std::string_view signature_json) {
  if (signature_json.empty()) return;
  const JsonDocument document = ParseJson(signature_json, "the signature");
  const Json& signature = document.root();
  if (signature.is_null()) return;
  ExpectObject(signature, "the signature");
  Side inputs = ReadSide(model.graph, signature, "inputs");
  Side outputs = ReadSide(model.graph, signature, "outputs");
  if (!inputs.infos.empty()) {
    model.inputs = std::move(inputs.infos);
    model.graph.inputs = std::move(inputs.edges);
  }
  if (!outputs.infos.empty()) {
    model.outputs = std::move(outputs.infos);
    model.graph.outputs = std::move(outputs.edges);
  }
}

Edge ResolveTensorName(const Graph& graph, std::string_view name) {
  const Edge edge = FindTensor(graph, name);
  if (edge.node == kNoNode) {
    Throw(Code::kInput, "the model has no tensor '", name, "'; its inputs are ",
          NameList(graph.inputs), " and its outputs ", NameList(graph.outputs));
  }
  return edge;
}

std::string DescribeModel(const ModelDef& model) {
  std::string unsupported;
  for (const UnsupportedOp& op : model.unsupported_ops) {
    unsupported += StrCat(unsupported.empty() ? "" : ",", "{\"op\":", WriteJson(op.op),
                          ",\"count\":", op.count, ",\"node\":", WriteJson(op.node), "}");
  }
  return StrCat("{\"version\":\"", model.producer, ".", model.min_consumer,
                "\",\"inputs\":", DescribeTensors(model.graph, model.inputs, model.graph.inputs),
                ",\"outputs\":", DescribeTensors(model.graph, model.outputs, model.graph.outputs),
                ",\"unsupportedOps\":[", unsupported, "]}");
}

}  // namespace tfwasm
