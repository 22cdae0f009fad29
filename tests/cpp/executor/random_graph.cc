// SPDX-License-Identifier: Apache-2.0
#include "executor/random_graph.h"

#include "executor/plain_steps.h"
#include "passes/graph_text.h"

namespace tfwasm {

namespace {

// Also adds calls, conditions, loops and branches.
class Writer : public PlainSteps {
 public:
  // `depth`: how deep functions and branches may nest.
  Writer(ModelDef& model, Graph& graph, TestRandom& random, int depth)
      : PlainSteps(model, graph, random), model_(model), depth_(depth) {}

  void AddSteps(int count) {
    constexpr void (Writer::* kNested[])() = {&Writer::Call, &Writer::If, &Writer::While};
    for (int i = 0; i < count; ++i) {
      if (depth_ > 0 && random().Int(0, 14) == 0) {
        (this->*One(kNested))();
      } else if (depth_ > 0 && random().Int(0, 11) == 0) {
        Branch();
      } else {
        AddPlainStep();
      }
    }
  }

 private:
  // A new function with these arguments; its results are some of its values. `results`: their
  // dtypes, if they must be certain ones. Empty if there are none.
  std::string AddFunction(const std::vector<Edge>& arguments, std::vector<DType>& results) {
    const std::string name = StrCat("f", model_.functions.size());
    Function& function = model_.functions[name];
    function.prefix = name + "/";
    Writer writer(model_, function.body, random(), depth_ - 1);
    for (const Edge argument : arguments) writer.AddInput(Of(argument));
    writer.AddSteps(random().Int(2, 12));
    const bool is_free = results.empty();
    const size_t count = is_free ? static_cast<size_t>(random().Int(1, 3)) : results.size();
    for (size_t i = 0; i < count; ++i) {
      const auto value = is_free ? writer.Value() : writer.Value(results[i]);
      if (!value) return "";
      if (is_free) results.push_back(writer.Of(*value).dtype());
      function.body.outputs.push_back({StrCat("r", i), *value});
    }
    return name;
  }
  std::vector<Edge> Arguments() {
    std::vector<Edge> arguments;
    for (int i = random().Int(1, 3); i > 0; --i) {
      if (const auto value = Value()) arguments.push_back(*value);
    }
    return arguments;
  }
  // A bool scalar.
  std::optional<Edge> Condition() {
    if (const auto known = Value(DType::kBool, Shape()); known && Flip()) return known;
    const DType dtype = Number();
    const auto x = Value(dtype);
    if (!x) return std::nullopt;
    const auto flat = Add("Reshape", {*x, Ints({-1})});
    if (!flat) return std::nullopt;
    const auto sum = Add("Sum", {*flat, Int(0)}, {{"keep_dims", false}});
    if (!sum) return std::nullopt;
    return Add("Less", {*sum, Const(RandomNumbers(random(), dtype, {}))});
  }

  void Call() {
    const std::vector<Edge> arguments = Arguments();
    std::vector<DType> results;
    const std::string name = AddFunction(arguments, results);
    if (name.empty()) return;
    Add("PartitionedCall", arguments, {{"f", FunctionAttr(name)}, {"Tout", AttrValue(results)}});
  }
  void If() {
    const auto condition = Condition();
    std::vector<Edge> inputs = Arguments();
    if (!condition || inputs.empty()) return;
    std::vector<DType> results;
    const std::string then_branch = AddFunction(inputs, results);
    if (then_branch.empty()) return;
    const std::string else_branch = AddFunction(inputs, results);
    if (else_branch.empty()) return;
    inputs.insert(inputs.begin(), *condition);
    Add("If", inputs,
        {{"then_branch", FunctionAttr(then_branch)},
         {"else_branch", FunctionAttr(else_branch)},
         {"Tout", AttrValue(results)}});
  }
  // A loop of a few rounds. Its variables keep their dtypes, not always their shapes.
  void While() {
    std::vector<Edge> inputs = Arguments();
    if (inputs.empty()) return;
    inputs.insert(inputs.begin(), Int(0));
    std::vector<DType> results;
    for (const Edge input : inputs) results.push_back(Of(input).dtype());
    const std::string body = AddFunction(inputs, results);
    if (body.empty()) return;
    BodyBuilder next(model_.functions[body].body);
    const Edge counter = next.graph().inputs[0].edge;
    next.graph().outputs[0].edge =
        next.Op("next", "AddV2", {counter, next.Const("one", I32({}, {1}))});
    const std::string cond = StrCat("f", model_.functions.size());
    Function& function = model_.functions[cond];
    function.prefix = cond + "/";
    BodyBuilder test(function.body);
    for (size_t i = 0; i < inputs.size(); ++i) test.Input(StrCat("x", i));
    test.Output("go", test.Op("less", "Less",
                              {test.graph().inputs[0].edge,
                               test.Const("limit", I32({}, {random().Int(0, 3)}))}));
    Add("While", inputs, {{"cond", FunctionAttr(cond)}, {"body", FunctionAttr(body)}});
  }

  // A Switch, steps on both branches, and a Merge, with control edges from the branches.
  void Branch() {
    const auto condition = Condition();
    const auto x = Value(Any());
    if (!condition || !x) return;
    const DType dtype = Of(*x).dtype();
    const auto fork = Add("Switch", {*x, *condition});
    if (!fork) return;
    const std::vector<Edge> outside(values().begin(), values().end() - 2);
    std::vector<Edge> ends;
    std::vector<Edge> leaked;  // read although they may be dead
    for (const int output : {0, 1}) {
      // In a branch, steps prefer its own values, which are the last.
      values() = outside;
      values().push_back({.node = fork->node, .output = output});
      --depth_;
      AddSteps(random().Int(1, 5));
      ++depth_;
      ends.push_back(*LastOf(dtype));
      if (random().Int(0, 5) == 0) leaked.push_back(values().back());
    }
    values() = outside;
    values().insert(values().begin(), leaked.begin(), leaked.end());
    std::vector<NodeId> controls;
    for (const Edge end : ends) {
      if (random().Int(0, 2) == 0) controls.push_back(end.node);
    }
    Node merge = TestNode("Merge", {{"N", 2}});
    merge.name = StrCat("n", graph().size());
    merge.inputs = ends;
    merge.control_inputs = controls;
    const NodeId id = graph().Add(std::move(merge));
    values().push_back({.node = id});
    if (Flip()) values().push_back({.node = id, .output = 1});
  }
  // The last value with this dtype. There is one in a branch.
  std::optional<Edge> LastOf(DType dtype) {
    for (size_t i = values().size(); i > 0; --i) {
      if (Of(values()[i - 1]).dtype() == dtype) return values()[i - 1];
    }
    return std::nullopt;
  }

  ModelDef& model_;
  int depth_;
};

}  // namespace

RandomGraph::RandomGraph(uint32_t seed) {
  TestRandom random(seed);
  Writer writer(model, model.graph, random, 2);
  for (int i = random.Int(1, 4); i > 0; --i) {
    Shape shape;
    for (int rank = random.Int(0, 4); rank > 0; --rank) shape.Append(random.Int(1, 4));
    constexpr DType kDTypes[] = {DType::kFloat32, DType::kFloat32, DType::kInt32, DType::kBool};
    feeds.push_back(RandomNumbers(random, kDTypes[random.Int(0, 3)], shape));
    writer.AddInput(feeds.back());
  }
  writer.AddSteps(random.Int(5, 50));
  values = writer.values();
}

std::vector<Tensor> RandomGraph::Feeds(TestRandom& random) const {
  std::vector<Tensor> others;
  for (const Tensor& feed : feeds) {
    others.push_back(RandomNumbers(random, feed.dtype(), feed.shape()));
  }
  return others;
}

std::string RandomGraph::Text() const {
  return GraphText(model.graph) + FunctionsText(model.functions);
}

}  // namespace tfwasm
