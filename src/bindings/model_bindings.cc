// SPDX-License-Identifier: Apache-2.0
#include <emscripten/bind.h>

#include <limits>
#include <memory>

#include "bindings/boundary.h"
#include "bindings/models.h"
#include "executor/load_model.h"
#include "graph/graphdef_reader.h"
#include "graph/signature.h"
#include "graph/weights.h"
#include "kernels/int8_products.h"

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

// Parsed graphs that are not yet part of a model.
HandleTable<std::unique_ptr<ModelDef>>& Graphs() {
  static auto* graphs = new HandleTable<std::unique_ptr<ModelDef>>("graph");
  return *graphs;
}

HandleTable<LoadedModel>& Models() {
  static auto* models = new HandleTable<LoadedModel>("model");
  return *models;
}

Handle CreateWeightDecoder(val specs) {
  return Guard([&] { return Decoders().Add(std::make_unique<WeightDecoder>(TextFromJs(specs))); });
}

double WeightStreamBytes(Handle decoder) {
  return Guard([&] { return static_cast<double>(Decoders().Get(decoder)->StreamBytes()); });
}

double WeightTargetAddress(Handle decoder) {
  return Guard([&] {
    return static_cast<double>(
        reinterpret_cast<uintptr_t>(Decoders().Get(decoder)->Target().data()));
  });
}

double WeightTargetBytes(Handle decoder) {
  return Guard([&] { return static_cast<double>(Decoders().Get(decoder)->Target().size()); });
}

void CommitWeights(Handle decoder, double bytes) {
  Guard([&] { Decoders().Get(decoder)->Commit(static_cast<size_t>(bytes)); });
}

val TakeWeights(Handle decoder) {
  return Guard([&] {
    const WeightMap weights = Decoders().Get(decoder)->Take();
    std::vector<Tensor> tensors;
    for (const std::string& name : weights.names) {
      tensors.push_back(weights.tensors.find(name)->second);
    }
    return AddTensors(std::move(tensors));
  });
}

void DisposeWeightDecoder(Handle decoder) { Decoders().Remove(decoder); }

Handle ReadGraph(val topology) {
  return Guard([&] {
    const std::string text = TextFromJs(topology);
    return Graphs().Add(std::make_unique<ModelDef>(ReadGraphDef(text, OutputPosition)));
  });
}

void DisposeGraph(Handle graph) { Graphs().Remove(graph); }

// Infinity: no limit.
uint64_t LimitFromJs(double limit) {
  return limit < 0x1p53 ? static_cast<uint64_t>(limit) : std::numeric_limits<uint64_t>::max();
}

Handle CreateModel(Handle graph, val signature, val initializer, val initializer_signature,
                   Handle decoder, double iteration_limit, bool with_int8) {
  return Guard([&] {
    if (with_int8 && FindInt8Products() == nullptr) {
      Throw(Code::kInput, "the precision 'int8' needs tfwasm: tfwasm/inference does not have it");
    }
    LoadedModel loaded{.weights = Decoders().Get(decoder)->Take()};
    loaded.session = LoadModel({.model = std::move(*Graphs().Get(graph)),
                                .signature = TextFromJs(signature),
                                .initializer = TextFromJs(initializer),
                                .initializer_signature = TextFromJs(initializer_signature),
                                .iteration_limit = LimitFromJs(iteration_limit),
                                .with_int8 = with_int8},
                               loaded.weights);
    return Models().Add(std::move(loaded));
  });
}

val DescribeLoadedModel(Handle handle) {
  return Guard([&] {
    const LoadedModel& loaded = Models().Get(handle);
    return TextToJs(DescribeModel(loaded.session->model()));
  });
}

Handle ModelWeight(Handle handle, val weight) {
  return Guard([&] {
    const std::string name = TextFromJs(weight);
    const auto& tensors = Models().Get(handle).weights.tensors;
    const auto it = tensors.find(name);
    if (it == tensors.end()) Throw(Code::kInput, "the model has no weight '", name, "'");
    return AddTensor(it->second.Dequantized());
  });
}

int CompileRun(Handle handle, val feeds, val fetches) {
  return Guard([&] {
    return Models().Get(handle).session->Compile(TextsFromJs(feeds), TextsFromJs(fetches));
  });
}

void PlanRun(Handle handle, int run, val inputs) {
  Guard([&] { Models().Get(handle).session->MakePlan(run, GetTensors(inputs)); });
}

val Run(Handle handle, int run, val inputs) {
  return Guard([&] {
    Session& session = *Models().Get(handle).session;
    return AddTensors(session.Run(run, GetTensors(inputs)));
  });
}

int StartRun(Handle handle, int run, val inputs) {
  return Guard([&] { return Models().Get(handle).session->StartRun(run, GetTensors(inputs)); });
}

val ContinueRun(Handle handle, int started, double milliseconds) {
  return Guard([&] {
    auto outputs = Models().Get(handle).session->ContinueRun(started, milliseconds);
    return outputs ? AddTensors(std::move(*outputs)) : val::null();
  });
}

void StopRun(Handle handle, int started) {
  Guard([&] { Models().Get(handle).session->StopRun(started); });
}

void SetIterationLimit(Handle handle, double limit) {
  Guard([&] { Models().Get(handle).session->SetIterationLimit(LimitFromJs(limit)); });
}

void SetProfiling(Handle handle, bool enabled) {
  Guard([&] { Models().Get(handle).session->SetProfiling(enabled); });
}

val TakeProfile(Handle handle) {
  return Guard([&] { return ProfilesToJs(Models().Get(handle).session->TakeProfile()); });
}

void DisposeModel(Handle handle) { Models().Remove(handle); }

}  // namespace

const Session& GetModel(Handle model) { return *Models().Get(model).session; }

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
  emscripten::function("compileRun", &CompileRun);
  emscripten::function("planRun", &PlanRun);
  emscripten::function("run", &Run);
  emscripten::function("startRun", &StartRun);
  emscripten::function("continueRun", &ContinueRun);
  emscripten::function("stopRun", &StopRun);
  emscripten::function("setIterationLimit", &SetIterationLimit);
  emscripten::function("setProfiling", &SetProfiling);
  emscripten::function("takeProfile", &TakeProfile);
  emscripten::function("disposeModel", &DisposeModel);
}

}  // namespace tfwasm
