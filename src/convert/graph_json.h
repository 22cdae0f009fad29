// SPDX-License-Identifier: Apache-2.0
// Writes graphs as GraphDefs in protobuf's JSON mapping, as the TensorFlow.js converter does.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "graph/model_def.h"

namespace tfwasm {

struct NamedTensor {
  std::string name;
  Tensor tensor;
  std::string later = {};  // if it has no value yet: what ModelReader::RequestLater takes
};

// An input or output of a signature.
struct InterfaceTensor {
  std::string key;
  std::string name;       // of the tensor: "node" or "node:output"
  std::string_view type;  // "DT_INT64": as the model declares it; "" if it does not
  Shape shape = Shape::UnknownRank();
  // Of a resource: which output of the initializer it is.
  std::optional<int64_t> resource_id = std::nullopt;
};

class GraphWriter {
 public:
  // The GraphDef as JSON text. The values of constants are appended to weights(). Constants of
  // functions get the name of their function as prefix, since weights share one list. Throws
  // E_DTYPE, naming the node, for a constant that a file cannot hold.
  std::string Write(const ModelDef& model);

  const std::vector<NamedTensor>& weights() const { return weights_; }
  std::vector<NamedTensor>& weights() { return weights_; }

 private:
  void AppendNodes(const Graph& graph, std::string_view function, std::string& text);
  void AppendNode(const Graph& graph, const Node& node, std::string_view function,
                  std::string& text);
  void AppendFunction(const std::string& name, const Function& function, std::string& text);
  void AddWeight(const Node& node, std::string name);

  std::vector<NamedTensor> weights_;
};

// A SignatureDef as JSON text.
std::string WriteSignature(const std::vector<InterfaceTensor>& inputs,
                           const std::vector<InterfaceTensor>& outputs);

// "DT_FLOAT", ...
std::string_view TypeNameOf(DType dtype);

// "node" or "node:output".
std::string TensorNameOf(const Graph& graph, Edge edge);

}  // namespace tfwasm
