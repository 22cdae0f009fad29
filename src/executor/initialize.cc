// SPDX-License-Identifier: Apache-2.0
#include "executor/initialize.h"

#include "executor/session.h"
#include "graph/signature.h"

namespace tfwasm {

namespace {

// The fetches: only handles. Everything else runs for its side effects.
std::vector<std::string> HandleNames(const ModelDef& initializer) {
  std::vector<std::string> names;
  for (const TensorInfo& output : initializer.outputs) {
    if (output.resource_id) names.push_back(output.key);
  }
  return names;
}

void GiveResource(ModelDef& model, int64_t resource_id, const Tensor& handle) {
  for (size_t i = 0; i < model.inputs.size(); ++i) {
    if (model.inputs[i].resource_id != resource_id) continue;
    Node& node = model.graph.node(model.graph.inputs[i].edge.node);
    node.op = "Const";
    node.inputs.clear();
    node.attrs = AttrMap();
    node.value = handle;
  }
}

}  // namespace

void RunInitializer(ModelDef initializer, std::string_view signature,
                    const std::shared_ptr<ResourceMap>& resources, ModelDef& model,
                    uint64_t iteration_limit) {
  ApplySignature(initializer, signature);
  const std::vector<std::string> names = HandleNames(initializer);
  Session session(std::move(initializer), resources);
  session.SetIterationLimit(iteration_limit);
  const std::vector<Tensor> handles = session.RunEffects(names);
  size_t next = 0;
  for (const TensorInfo& output : session.model().outputs) {
    if (output.resource_id) GiveResource(model, *output.resource_id, handles[next++]);
  }
}

void HideResourceInputs(ModelDef& model) {
  for (size_t i = model.inputs.size(); i-- > 0;) {
    const TensorInfo& input = model.inputs[i];
    if (!input.resource_id && !IsHandle(input.dtype)) continue;
    model.inputs.erase(model.inputs.begin() + static_cast<std::ptrdiff_t>(i));
    model.graph.inputs.erase(model.graph.inputs.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

}  // namespace tfwasm
