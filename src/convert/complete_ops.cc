// SPDX-License-Identifier: Apache-2.0
#include "convert/complete_ops.h"

#include <string>
#include <string_view>
#include <vector>

#include "convert/parts.h"
#include "passes/rewrite.h"

namespace tfwasm {

namespace {

void SetFormat(Node& node, std::string_view format) {
  if (!node.attrs.Has("data_format")) node.attrs.Set("data_format", std::string(format));
}

void SetDilations(Node& node, int rank) {
  if (!node.attrs.Has("dilations")) {
    node.attrs.Set("dilations", std::vector<int64_t>(static_cast<size_t>(rank), 1));
  }
}

// The sizes of the output may be given without batch and channels.
void CompleteSizes(Graph& graph, NodeId id) {
  Parts parts(graph, id);
  const Tensor* sizes = graph.ConstValue(parts.input(0));
  const Tensor* filter = graph.ConstValue(parts.input(1));
  if (sizes == nullptr || filter == nullptr || filter->shape().rank() != 4) return;
  if (sizes->dtype() != DType::kInt32 || sizes->shape() != Shape{2}) return;
  const Edge batch = parts.SizeOf(parts.input(2), 0, 1);
  const Edge channels = parts.Ints({1}, {static_cast<int32_t>(filter->shape()[2])});
  const Edge all = parts.Concat({batch, parts.input(0), channels}, 0, DType::kInt32);
  graph.node(id).inputs[0] = all;
}

}  // namespace

void CompleteOps(Graph& graph) {
  const NodeId count = graph.size();
  for (NodeId id = 0; id < count; ++id) {
    Node& node = graph.node(id);
    if (IsOneOf(node.op, {"Conv2D", "DepthwiseConv2d", "DepthwiseConv2dNative"})) {
      SetDilations(node, 4);
    } else if (node.op == "Conv3D") {
      SetDilations(node, 5);
      SetFormat(node, "NDHWC");
    } else if (node.op == "DepthToSpace") {
      SetFormat(node, "NHWC");
    } else if (node.op == "Conv2DBackpropInput") {
      CompleteSizes(graph, id);
    }
  }
}

}  // namespace tfwasm
