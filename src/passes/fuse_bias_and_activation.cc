// SPDX-License-Identifier: Apache-2.0
#include "passes/fuse_bias_and_activation.h"

#include <algorithm>

#include "ops/elementwise/activations.h"
#include "passes/linear_node.h"
#include "passes/rewrite.h"

namespace tfwasm {

namespace {

// The clamp at the end of a product, (-inf, inf) if it has no activation; nullopt if it has another
// activation.
std::optional<ClampRange> FusedClamp(const Node& source, const LinearNode& linear) {
  if (linear.activation.empty()) return ClampRange{};
  return NamedClamp(linear.activation, source.attrs);
}

// Whether TensorFlow.js runs products with these fused ops. It ignores an activation without a
// bias.
bool IsPortable(const LinearNode& linear) {
  constexpr std::string_view kKnown[] = {"Relu", "Relu6", "Elu", "LeakyRelu", "Prelu", "Sigmoid"};
  return linear.activation.empty() ||
         (linear.has_bias && std::ranges::find(kKnown, linear.activation) != std::end(kKnown));
}

class Fuser {
 public:
  Fuser(Graph& graph, bool portable) : graph_(graph), uses_(graph), portable_(portable) {}

  bool Fuse(NodeId id) {
    const size_t inputs = graph_.node(id).inputs.size();
    for (size_t i = 0; i < std::min<size_t>(inputs, 2); ++i) {
      const Edge edge = graph_.node(id).inputs[i];
      if (edge.output != 0 || edge.node == id || uses_.Count(edge) != 1) continue;
      const Node& source = graph_.node(edge.node);
      const auto linear = AsLinear(source);
      if (!linear) continue;
      if (FuseBias(id, i, source, *linear) || FuseClamp(id, source, *linear) ||
          FuseActivation(id, i, source, *linear)) {
        return true;
      }
    }
    return false;
  }

 private:
  bool FuseBias(NodeId id, size_t input, const Node& source, LinearNode linear) {
    const Node& node = graph_.node(id);
    if (linear.has_bias || !linear.activation.empty() || node.inputs.size() != 2) return false;
    const Edge bias = node.inputs[1 - input];
    const bool is_bias_add = node.op == "BiasAdd";
    if (is_bias_add) {
      const bool is_nhwc = node.attrs.LowerString("data_format", "nhwc") == "nhwc";
      if (input != 0 || !is_nhwc) return false;
    } else if (!IsOneOf(node.op, {"Add", "AddV2"}) || !IsPerChannel(bias, source, linear)) {
      return false;
    }
    linear.has_bias = true;
    Node fused = source;
    // BiasAdd's bias already has rank 1.
    fused.inputs.push_back(is_bias_add ? bias : AsVector(bias));
    BecomeLinear(graph_.node(id), fused, linear);
    return true;
  }

  bool FuseClamp(NodeId id, const Node& source, LinearNode linear) {
    const auto clamp = AsClamp(graph_, graph_.node(id));
    const auto fused = FusedClamp(source, linear);
    if (!clamp || !fused) return false;
    const ClampRange range = fused->Then(clamp->range);
    linear.activation = ClampName(range);
    if (portable_ && !IsPortable(linear)) return false;
    Node& node = graph_.node(id);
    BecomeLinear(node, source, linear);
    SetClampAttrs(node.attrs, range);
    return true;
  }

  bool FuseActivation(NodeId id, size_t input, const Node& source, LinearNode linear) {
    const Node& node = graph_.node(id);
    if (!linear.activation.empty() || input != 0) return false;
    const FusableActivation* activation = FindActivation(node.op);
    if (activation == nullptr || activation->op != node.op) return false;
    const bool is_prelu = activation->make == nullptr;
    if (node.inputs.size() != (is_prelu ? 2 : 1)) return false;
    if (is_prelu && !IsPerChannel(node.inputs[1], source, linear)) return false;
    linear.activation = activation->op;
    if (portable_ && !IsPortable(linear)) return false;
    Node fused = source;
    activation->CopyAttrs(node.attrs, fused.attrs);
    if (is_prelu) fused.inputs.push_back(AsVector(node.inputs[1]));
    BecomeLinear(graph_.node(id), fused, linear);
    return true;
  }

  // Whether `edge` is a constant with one number per output channel of `source`.
  bool IsPerChannel(Edge edge, const Node& source, const LinearNode& linear) const {
    const Tensor* filter = ConstFloats(graph_, source.inputs[1]);
    const Tensor* value = ConstFloats(graph_, edge);
    if (filter == nullptr || value == nullptr) return false;
    const auto channels = OutputChannels(linear, *filter);
    return channels && value->size() == *channels &&
           ChannelValues(graph_, edge, *channels, linear.rank());
  }

  // The constant at `edge`, reshaped to rank 1.
  Edge AsVector(Edge edge) {
    const Tensor value = *graph_.ConstValue(edge);
    if (value.shape().rank() == 1) return edge;
    const std::string name = graph_.node(edge.node).name + "/vector";
    return {.node = graph_.AddConst(name, value.Reshaped({value.size()}))};
  }

  Graph& graph_;
  UseMap uses_;
  bool portable_;
};

bool Fuse(Graph& graph, bool portable) {
  Fuser fuser(graph, portable);
  return RewriteNodes(graph, [&](NodeId id) { return fuser.Fuse(id); });
}

}  // namespace

bool FuseBiasAndActivation(Graph& graph) { return Fuse(graph, false); }

bool FusePortably(Graph& graph) { return Fuse(graph, true); }

}  // namespace tfwasm
