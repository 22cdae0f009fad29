// SPDX-License-Identifier: Apache-2.0
// Graphs of losses and metrics. Their values are tested in tests/training.
#include <doctest/doctest.h>

#include <map>
#include <string>

#include "core/json.h"
#include "graph/structure.h"
#include "ops/graph_builder.h"
#include "training/metrics.h"

namespace tfwasm {
namespace {

// A graph of batches, like those that are captured.
class BatchGraph {
 public:
  explicit BatchGraph(int64_t batch) : builder_(graph_), batch_(batch) {}

  Operand Input(DType dtype, const std::vector<int64_t>& dims) {
    std::vector<int64_t> sizes = {batch_};
    std::vector<int64_t> declared = {-1};
    for (const int64_t dim : dims) {
      sizes.push_back(dim);
      declared.push_back(dim);
    }
    const Operand input = builder_.Placeholder({dtype, Shape(std::span<const int64_t>(sizes))});
    graph_.node(input.edge().node).attrs.Set("shape", Shape(std::span<const int64_t>(declared)));
    return input;
  }

  const Graph& graph() const { return graph_; }
  std::string Structure() const { return StructureOf(graph_); }

 private:
  Graph graph_;
  GraphBuilder builder_;
  int64_t batch_;
};

bool HasClassNumbers(std::string_view name) {
  const std::string snake = SnakeCase(name);
  return snake.find("sparse") != snake.npos || snake == "circle" ||
         snake.find("generalized") != snake.npos;
}

struct Inputs {
  Operand truth;
  Operand prediction;
};

Inputs InputsOf(BatchGraph& batch, std::string_view name) {
  if (name == "CTC" || name == "ctc") {
    return {batch.Input(DType::kInt32, {3}), batch.Input(DType::kFloat32, {5, 4})};
  }
  if (HasClassNumbers(name)) {
    return {batch.Input(DType::kInt32, {}), batch.Input(DType::kFloat32, {4})};
  }
  return {batch.Input(DType::kFloat32, {4}), batch.Input(DType::kFloat32, {4})};
}

TEST_CASE("losses: batches of all sizes have one graph") {
  for (const std::string_view name : RegisteredLosses()) {
    for (const std::string_view reduction : {"mean", "mean_with_sample_weight"}) {
      const auto structure = [&](int64_t size) {
        BatchGraph batch(size);
        const Inputs inputs = InputsOf(batch, name);
        const JsonDocument loss = ParseJson(StrCat("\"", name, "\""), "a loss");
        const LossValues values = ValuesOfLoss(loss.root(), inputs.truth, inputs.prediction);
        const bool is_whole = values.values.shape().rank() == 0;  // of the batch
        const Operand weights = is_whole ? Operand() : batch.Input(DType::kFloat32, {});
        const Operand mask = is_whole ? Operand() : batch.Input(DType::kBool, {});
        ReduceLoss(reduction, values.values, weights, mask);
        return batch.Structure();
      };
      CHECK_MESSAGE(structure(2) == structure(6), name);
    }
  }
}

TEST_CASE("metrics: batches of all sizes have one graph") {
  const std::string_view iou = R"({"num_classes": 3, "target_class_ids": [1]})";
  const std::string_view mean_iou = R"({"num_classes": 3})";
  const std::map<std::string_view, std::string_view> configs = {
      {"IoU", iou},
      {"iou", iou},
      {"OneHotIoU", iou},
      {"one_hot_iou", iou},
      {"MeanIoU", mean_iou},
      {"mean_iou", mean_iou},
      {"OneHotMeanIoU", mean_iou},
      {"one_hot_mean_iou", mean_iou},
      {"Precision", R"({"top_k": 2, "class_id": 1})"},
      {"AUC", R"({"multi_label": true, "label_weights": [1, 2, 3, 4]})"},
      {"SensitivityAtSpecificity", R"({"specificity": 0.5})"},
      {"SpecificityAtSensitivity", R"({"sensitivity": 0.5})"},
      {"PrecisionAtRecall", R"({"recall": 0.5})"},
      {"RecallAtPrecision", R"({"precision": 0.5})"},
  };
  for (const std::string_view name : RegisteredMetrics()) {
    const auto config = configs.find(name);
    const std::string json =
        StrCat(R"({"class_name": ")", name, R"(", "config": )",
               config == configs.end() ? std::string_view("{}") : config->second, "}");
    const auto structure = [&](int64_t size) {
      BatchGraph batch(size);
      const Inputs inputs = InputsOf(batch, name);
      const JsonDocument document = ParseJson(json, "a metric");
      const MadeMetric made = MakeMetric(document.root());
      // One weight per row, or per element where every element has a class.
      const bool has_elements = name.ends_with("IoU") || name.ends_with("iou");
      const bool has_rows = !has_elements || SnakeCase(name).starts_with("one_hot");
      const Operand weights =
          has_rows ? batch.Input(DType::kFloat32, {}) : batch.Input(DType::kFloat32, {4});
      const Operand state = made.metric->Batch(inputs.truth, inputs.prediction, weights);
      CHECK_MESSAGE(state.shape() == made.metric->StateShape(Shape{-1, 4}), name);
      made.metric->Result(state);
      return batch.Structure();
    };
    CHECK_MESSAGE(structure(2) == structure(6), name);
  }
}

TEST_CASE("losses: crossentropies look through activations") {
  const auto count_ops = [](std::string_view loss, const char* activation, std::string_view op) {
    BatchGraph batch(2);
    Inputs inputs = InputsOf(batch, loss);
    inputs.prediction = inputs.prediction.builder().Emit(activation, {inputs.prediction});
    const JsonDocument document = ParseJson(StrCat("\"", loss, "\""), "a loss");
    ValuesOfLoss(document.root(), inputs.truth, inputs.prediction);
    int count = 0;
    for (int id = 0; id < batch.graph().size(); ++id) count += batch.graph().node(id).op == op;
    return count;
  };
  for (const std::string_view loss : {"CategoricalCrossentropy", "SparseCategoricalCrossentropy"}) {
    CHECK(count_ops(loss, "Softmax", "Log") == 0);
    CHECK(count_ops(loss, "Sigmoid", "Log") == 1);
  }
  CHECK(count_ops("BinaryCrossentropy", "Sigmoid", "Log") == 0);
  CHECK(count_ops("BinaryCrossentropy", "Softmax", "Log") == 2);
}

}  // namespace
}  // namespace tfwasm
