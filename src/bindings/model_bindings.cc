// SPDX-License-Identifier: Apache-2.0
#include <emscripten/bind.h>

#include <memory>

#include "bindings/boundary.h"
#include "executor/load_model.h"
#include "graph/graphdef_reader.h"
#include "graph/signature.h"
#include "graph/weights.h"
#include "ops/node_plan.h"

namespace tfwasm {

namespace {

using emscripten::val;

struct LoadedModel {
  std::unique_ptr<Session> session;
  WeightMap weights;
};

HandleTable<std::unique_ptr<WeightDecoder>>& Decoders() {
  static auto* decoders = new HandleTable<std::unique_ptr<WeightDecoder>>("weight decoder");
  return *decoders;
}

// Read, and not yet part of a model.
HandleTable<std::unique_ptr<ModelDef>>& Graphs() {
  static auto* graphs = new HandleTable<std::unique_ptr<ModelDef>>("graph");
  return *graphs;
}

HandleTable<LoadedModel>& Models() {
  static auto* models = new HandleTable<LoadedModel>("model");
  return *models;
}

int32_t CreateWeightDecoder(std::string specs) {
  return Guard([&] { return Decoders().Add(std::make_unique<WeightDecoder>(specs)); });
}

double WeightStreamBytes(int32_t decoder) {
  return Guard([&] { return static_cast<double>(Decoders().Get(decoder)->StreamBytes()); });
}

double WeightTargetAddress(int32_t decoder) {
  return Guard([&] {
    return static_cast<double>(
        reinterpret_cast<uintptr_t>(Decoders().Get(decoder)->Target().data()));
  });
}

double WeightTargetBytes(int32_t decoder) {
  return Guard([&] { return static_cast<double>(Decoders().Get(decoder)->Target().size()); });
}

void CommitWeights(int32_t decoder, double bytes) {
  Guard([&] { Decoders().Get(decoder)->Commit(static_cast<size_t>(bytes)); });
}

val TakeWeights(int32_t decoder) {
  return Guard([&] {
    const WeightMap weights = Decoders().Get(decoder)->Take();
    std::vector<Tensor> tensors;
    for (const std::string& name : weights.names) {
      tensors.push_back(weights.tensors.find(name)->second);
    }
    return AddTensors(std::move(tensors));
  });
}

void DisposeWeightDecoder(int32_t decoder) { Decoders().Remove(decoder); }

int32_t ReadGraph(std::string topology) {
  return Guard([&] {
    return Graphs().Add(std::make_unique<ModelDef>(ReadGraphDef(topology, OutputPosition)));
  });
}

void DisposeGraph(int32_t graph) { Graphs().Remove(graph); }

int32_t CreateModel(int32_t graph, std::string signature, std::string initializer,
                    std::string initializer_signature, int32_t decoder) {
  return Guard([&] {
    LoadedModel loaded{.weights = Decoders().Get(decoder)->Take()};
    loaded.session = LoadModel({.model = std::move(*Graphs().Get(graph)),
                                .signature = signature,
                                .initializer = initializer,
                                .initializer_signature = initializer_signature},
                               loaded.weights);
    return Models().Add(std::move(loaded));
  });
}

std::string DescribeLoadedModel(int32_t handle) {
  return Guard([&] {
    const LoadedModel& loaded = Models().Get(handle);
    return DescribeModel(loaded.session->model());
  });
}

int32_t ModelWeight(int32_t handle, std::string name) {
  return Guard([&] {
    const auto& tensors = Models().Get(handle).weights.tensors;
    const auto it = tensors.find(name);
    if (it == tensors.end()) Throw(Code::kInput, "the model has no weight '", name, "'");
    return Tensors().Add(it->second);
  });
}

int PrepareRun(int32_t handle, val feeds, val fetches) {
  return Guard([&] {
    return Models().Get(handle).session->Compile(emscripten::vecFromJSArray<std::string>(feeds),
                                                 emscripten::vecFromJSArray<std::string>(fetches));
  });
}

void PlanRun(int32_t handle, int run, val inputs) {
  Guard([&] { Models().Get(handle).session->MakePlan(run, GetTensors(inputs)); });
}

val Run(int32_t handle, int run, val inputs) {
  return Guard([&] {
    Session& session = *Models().Get(handle).session;
    return AddTensors(session.Run(run, GetTensors(inputs)));
  });
}

void SetProfiling(int32_t handle, bool enabled) {
  Guard([&] { Models().Get(handle).session->SetProfiling(enabled); });
}

val ShapesToJs(const std::vector<Shape>& shapes) {
  val list = val::array();
  for (const Shape& shape : shapes) list.call<void>("push", ShapeToJs(shape));
  return list;
}

val ProfileToJs(const NodeProfile& profile) {
  val result = val::object();
  result.set("name", profile.name);
  result.set("op", profile.op);
  result.set("milliseconds", profile.milliseconds);
  result.set("inputShapes", ShapesToJs(profile.input_shapes));
  result.set("outputShapes", ShapesToJs(profile.output_shapes));
  result.set("bytes", profile.output_bytes);
  return result;
}

val TakeProfile(int32_t handle) {
  return Guard([&] {
    val list = val::array();
    for (const NodeProfile& profile : Models().Get(handle).session->TakeProfile()) {
      list.call<void>("push", ProfileToJs(profile));
    }
    return list;
  });
}

void DisposeModel(int32_t handle) { Models().Remove(handle); }

val RunOp(std::string op, std::string attrs, val inputs) {
  return Guard([&] {
    Node node;
    node.name = op;
    node.op = std::move(op);
    node.attrs = ReadAttrs(attrs);
    const std::vector<Tensor> tensors = GetTensors(inputs);
    node.inputs.resize(tensors.size());  // some ops have as many outputs as inputs
    return AddTensors(NodePlan::Evaluate(node, tensors));
  });
}

val OpNames() {
  val names = val::array();
  for (const std::string_view name : RegisteredOps()) {
    names.call<void>("push", std::string(name));
  }
  names.call<void>("sort");
  return names;
}

}  // namespace

EMSCRIPTEN_BINDINGS(models) {
  emscripten::function("createWeightDecoder", &CreateWeightDecoder);
  emscripten::function("weightStreamBytes", &WeightStreamBytes);
  ExposeFunction("weightTargetAddress", reinterpret_cast<const void*>(&WeightTargetAddress));
  ExposeFunction("weightTargetBytes", reinterpret_cast<const void*>(&WeightTargetBytes));
  ExposeFunction("commitWeights", reinterpret_cast<const void*>(&CommitWeights));
  emscripten::function("takeWeights", &TakeWeights);
  emscripten::function("disposeWeightDecoder", &DisposeWeightDecoder);
  emscripten::function("readGraph", &ReadGraph);
  emscripten::function("disposeGraph", &DisposeGraph);
  emscripten::function("createModel", &CreateModel);
  emscripten::function("describeModel", &DescribeLoadedModel);
  emscripten::function("modelWeight", &ModelWeight);
  emscripten::function("prepareRun", &PrepareRun);
  emscripten::function("planRun", &PlanRun);
  emscripten::function("run", &Run);
  emscripten::function("setProfiling", &SetProfiling);
  emscripten::function("takeProfile", &TakeProfile);
  emscripten::function("disposeModel", &DisposeModel);
  emscripten::function("runOp", &RunOp);
  emscripten::function("opNames", &OpNames);
}

}  // namespace tfwasm
