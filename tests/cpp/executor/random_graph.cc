// SPDX-License-Identifier: Apache-2.0
#include "executor/random_graph.h"

#include <algorithm>

#include "executor/model_builder.h"
#include "passes/graph_text.h"

namespace tfwasm {

namespace {

constexpr int64_t kMostElements = 600;
// Sums of this many times as large numbers are still exact in float32.
constexpr double kLargest = 4096;

Tensor RandomNumbers(TestRandom& random, DType dtype, const Shape& shape) {
  if (dtype == DType::kFloat32) {
    return MakeF32(shape, [&](size_t) { return random.Int(-4, 4); });
  }
  if (dtype == DType::kInt32) return MakeI32(shape, [&](size_t) { return random.Int(-4, 4); });
  Tensor bools(DType::kBool, shape);
  for (uint8_t& value : bools.mutable_values<uint8_t>()) {
    value = static_cast<uint8_t>(random.Int(0, 1));
  }
  return bools;
}

// Adds random nodes to a graph. Each is computed before it is added, and left out if it fails, so
// that steps need not know the rules of ops.
class Writer {
 public:
  Writer(ModelDef& model, Graph& graph, TestRandom& random, int depth)
      : model_(model),
        body_(graph),
        random_(random),
        depth_(depth),
        run_(model, graph, ReferenceRun::Branches::kAll) {}

  void AddInput(const Tensor& value) {
    const Edge edge = body_.Input(StrCat("x", graph().inputs.size()));
    run_.Feed(edge, value);
    values_.push_back(edge);
  }

  void AddSteps(int count) {
    using Step = void (Writer::*)();
    constexpr Step kSteps[] = {
        &Writer::Unary,   &Writer::Unary,    &Writer::Binary,   &Writer::Binary, &Writer::Binary,
        &Writer::Compare, &Writer::Logical,  &Writer::Cast,     &Writer::Cast,   &Writer::View,
        &Writer::View,    &Writer::Identity, &Writer::Select,   &Writer::Move,   &Writer::Join,
        &Writer::Divide,  &Writer::Reduce,   &Writer::Product,  &Writer::Image,  &Writer::Dynamic,
        &Writer::Dynamic, &Writer::Sizes,    &Writer::FromShape};
    constexpr Step kNested[] = {&Writer::Call, &Writer::If, &Writer::While};
    for (int i = 0; i < count; ++i) {
      if (depth_ > 0 && random_.Int(0, 14) == 0) {
        (this->*kNested[random_.Int(0, 2)])();
      } else if (depth_ > 0 && random_.Int(0, 11) == 0) {
        Branch();
      } else {
        (this->*kSteps[random_.Int(0, static_cast<int>(std::size(kSteps)) - 1)])();
      }
    }
  }

  // A value of this kind, if there is one: preferably a late one.
  std::optional<Edge> Value(std::optional<DType> dtype = {}, std::optional<Shape> shape = {}) {
    std::vector<Edge> fitting;
    for (const Edge edge : values_) {
      const Tensor& tensor = Of(edge);
      const bool fits =
          (!dtype || tensor.dtype() == *dtype) && (!shape || tensor.shape() == *shape);
      if (fits) fitting.push_back(edge);
    }
    if (fitting.empty()) return std::nullopt;
    const auto last = static_cast<int>(fitting.size()) - 1;
    const int first = random_.Int(0, 2) == 0 ? 0 : std::max(0, last - 3);
    return fitting[static_cast<size_t>(random_.Int(first, last))];
  }

  // The value of an edge with all branches taken.
  const Tensor& Of(Edge edge) {
    return seen_.try_emplace({edge.node, edge.output}, *run_.Get(edge)).first->second;
  }

  Graph& graph() { return body_.graph(); }
  const std::vector<Edge>& values() const { return values_; }

 private:
  template <typename T, size_t n>
  T One(const T (&choices)[n]) {
    return choices[static_cast<size_t>(random_.Int(0, static_cast<int>(n) - 1))];
  }
  bool Flip() { return random_.Int(0, 1) == 0; }
  DType Number() { return random_.Int(0, 2) == 0 ? DType::kInt32 : DType::kFloat32; }
  DType Any() {
    const int choice = random_.Int(0, 5);
    return choice == 0 ? DType::kBool : choice < 3 ? DType::kInt32 : DType::kFloat32;
  }

  Edge Const(const Tensor& value) { return body_.Const(StrCat("c", graph().size()), value); }
  Edge Ints(const std::vector<int32_t>& values) {
    return Const(I32({static_cast<int64_t>(values.size())}, values));
  }
  Edge Int(int32_t value) { return Const(I32({}, {value})); }
  // A value with the same number at run time that no pass and no plan knows.
  std::optional<Edge> Hidden(Edge edge) { return Add("TestDynamicCopy", {edge}); }

  static bool IsSmall(const Tensor& tensor) {
    if (tensor.size() > kMostElements || tensor.shape().rank() > 5) return false;
    const auto is_small = [](auto number) {
      return std::abs(static_cast<double>(number)) <= kLargest;
    };
    if (tensor.dtype() == DType::kFloat32)
      return std::ranges::all_of(tensor.values<float>(), is_small);
    if (tensor.dtype() == DType::kInt32)
      return std::ranges::all_of(tensor.values<int32_t>(), is_small);
    return true;
  }

  // Adds a node and its outputs; nullopt if it fails or its values become large.
  std::optional<Edge> Add(const std::string& op, std::vector<Edge> inputs,
                          const TestAttrs& attrs = {}) {
    Node node = TestNode(op, attrs);
    node.name = StrCat("n", graph().size());
    node.inputs = std::move(inputs);
    if (random_.Int(0, 15) == 0) {
      if (const auto edge = Value()) node.control_inputs.push_back(edge->node);
    }
    std::vector<ReferenceValue> outputs;
    if (ThrownBy([&] { outputs = run_.Compute(node); })) return std::nullopt;
    for (const ReferenceValue& output : outputs) {
      if (!IsSmall(*output)) return std::nullopt;
    }
    const NodeId id = graph().Add(std::move(node));
    for (size_t i = 0; i < outputs.size(); ++i) {
      values_.push_back({.node = id, .output = static_cast<int>(i)});
    }
    return Edge{.node = id};
  }

  // Steps. Each adds at least one node, or none if there is no fitting value.

  void Unary() {
    constexpr const char* kOps[] = {"Neg", "Abs", "Relu", "Relu6", "Square", "Sign", "Floor"};
    if (const auto x = Value(Number())) Add(One(kOps), {*x});
  }
  void Binary() {
    constexpr const char* kOps[] = {"AddV2", "Add",     "Sub",     "Sub",
                                    "Mul",   "Maximum", "Minimum", "SquaredDifference"};
    const DType dtype = Number();
    const auto x = Value(dtype);
    if (!x) return;
    Edge y = *Value(dtype);
    if (random_.Int(0, 2) == 0) {
      const Shape shape = Of(*x).shape();
      y = Const(RandomNumbers(random_, dtype, Flip() ? Shape() : shape));
    }
    Add(One(kOps), Flip() ? std::vector{*x, y} : std::vector{y, *x});
  }
  void Compare() {
    constexpr const char* kOps[] = {"Less", "GreaterEqual", "Equal", "NotEqual"};
    const DType dtype = Number();
    const auto x = Value(dtype);
    if (!x) return;
    Add(One(kOps), {*x, Flip() ? *Value(dtype) : Const(RandomNumbers(random_, dtype, {}))});
  }
  void Logical() {
    constexpr const char* kOps[] = {"LogicalAnd", "LogicalOr"};
    const auto x = Value(DType::kBool);
    if (!x) return;
    if (Flip()) {
      Add("LogicalNot", {*x});
    } else {
      Add(One(kOps), {*x, *Value(DType::kBool)});
    }
  }
  void Cast() {
    const auto x = Value();
    if (x) Add("Cast", {*x}, {{"SrcT", Of(*x).dtype()}, {"DstT", Any()}});
  }
  void View() {
    const auto x = Value(Any());
    if (!x) return;
    const Shape shape = Of(*x).shape();
    const auto size = static_cast<int32_t>(shape.NumElements());
    switch (random_.Int(0, 3)) {
      case 0:
        Add("ExpandDims", {*x, Int(random_.Int(-1, shape.rank()))});
        break;
      case 1:
        Add("Squeeze", {*x}, {{"squeeze_dims", std::vector<int64_t>()}});
        break;
      case 2:
        Add("Reshape", {*x, Ints({-1, size % 2 == 0 ? 2 : 1})});
        break;
      default:
        Add("Reshape", {*x, Ints({-1})});
    }
  }
  void Identity() {
    constexpr const char* kOps[] = {"Identity", "StopGradient", "IdentityN"};
    const auto x = Value();
    if (x) Add(One(kOps), {*x}, {{"T", TypesAttr(1, Of(*x).dtype())}});
  }
  void Select() {
    const auto condition = Value(DType::kBool);
    const DType dtype = Any();
    const auto x = Value(dtype);
    if (condition && x) Add("SelectV2", {*condition, *x, *Value(dtype)});
  }
  // Ops that move elements.
  void Move() {
    const auto x = Value(Any());
    if (!x) return;
    const Shape shape = Of(*x).shape();
    const int rank = shape.rank();
    if (rank == 0) return;
    std::vector<int32_t> order(static_cast<size_t>(rank));
    std::vector<int32_t> begin;
    std::vector<int32_t> size;
    std::vector<int32_t> margins;
    for (int i = 0; i < rank; ++i) {
      order[static_cast<size_t>(i)] = i;
      std::swap(order[static_cast<size_t>(i)], order[static_cast<size_t>(random_.Int(0, i))]);
      const auto dim = static_cast<int>(shape[i]);
      begin.push_back(random_.Int(0, std::max(0, dim - 1)));
      size.push_back(Flip() ? -1 : random_.Int(0, dim - begin.back()));
      margins.insert(margins.end(), {random_.Int(0, 1), random_.Int(0, 2)});
    }
    const int axis = random_.Int(0, rank - 1);
    switch (random_.Int(0, 5)) {
      case 0:
        Add("Transpose", {*x, Ints(order)});
        break;
      case 1:
        Add("Slice", {*x, Ints(begin), Ints(size)});
        break;
      case 2:
        Add("Pad", {*x, Const(I32({rank, 2}, margins))});
        break;
      case 3:
        Add("ReverseV2", {*x, Ints({axis})});
        break;
      case 4:
        Add("Tile", {*x, Ints(std::vector<int32_t>(static_cast<size_t>(rank), random_.Int(1, 2)))});
        break;
      default:
        Add("GatherV2", {*x, Ints({0, static_cast<int32_t>(shape[axis]) - 1, 0}), Int(axis)});
    }
  }
  void Join() {
    const DType dtype = Any();
    const auto x = Value(dtype);
    if (!x) return;
    const Shape shape = Of(*x).shape();
    const Edge y = *Value(dtype, shape);
    if (Flip()) {
      Add("Pack", {*x, y, *x}, {{"axis", random_.Int(0, shape.rank())}, {"N", 3}});
    } else if (shape.rank() > 0) {
      Add("ConcatV2", {*x, y, Int(random_.Int(0, shape.rank() - 1))}, {{"N", 2}});
    }
  }
  void Divide() {
    const auto x = Value(Any());
    if (!x || Of(*x).shape().rank() == 0) return;
    const Shape shape = Of(*x).shape();
    const int axis = random_.Int(0, shape.rank() - 1);
    if (Flip() && shape[axis] < 4) {
      Add("Unpack", {*x}, {{"axis", axis}, {"num", shape[axis]}});
    } else {
      Add("Split", {Int(axis), *x}, {{"num_split", random_.Int(1, 3)}});
    }
  }
  void Reduce() {
    constexpr const char* kOps[] = {"Sum", "Max", "Min"};
    const TestAttrs attrs = {{"keep_dims", Flip()}};
    if (random_.Int(0, 2) == 0) {
      const auto x = Value(DType::kBool);
      if (x && Of(*x).shape().rank() > 0) Add(Flip() ? "All" : "Any", {*x, Ints({0})}, attrs);
      return;
    }
    const auto x = Value(Number());
    if (!x || Of(*x).shape().rank() == 0) return;
    Add(One(kOps), {*x, Ints({random_.Int(0, Of(*x).shape().rank() - 1)})}, attrs);
  }
  // A bias and an activation after a product, which passes fuse.
  void Finish(std::optional<Edge> x, int64_t channels) {
    if (x && Flip())
      x = Add("BiasAdd", {*x, Const(RandomNumbers(random_, DType::kFloat32, {channels}))});
    if (x && Flip()) Add(Flip() ? "Relu" : "Relu6", {*x});
  }
  void Product() {
    const auto x = Value(DType::kFloat32);
    if (!x || Of(*x).shape().rank() != 2) return;
    const int64_t columns = random_.Int(1, 9);
    const Tensor weights = RandomNumbers(random_, DType::kFloat32, {Of(*x).shape()[1], columns});
    Finish(Add("MatMul", {*x, Const(weights)}), columns);
  }
  void Image() {
    const auto x = Value(DType::kFloat32);
    if (!x) return;
    const Shape shape = Of(*x).shape();
    if (shape.rank() != 4) {
      Add("Reshape", {*x, Ints({1, -1, 1, 2})});
      return;
    }
    const int64_t channels = shape[3];
    const int64_t size = random_.Int(1, 2);
    const TestAttrs attrs = {{"strides", {1, 1, 1, 1}}, {"padding", Flip() ? "SAME" : "VALID"}};
    if (Flip()) {
      const Tensor filter = RandomNumbers(random_, DType::kFloat32, {size, 1, channels, 1});
      Finish(Add("DepthwiseConv2dNative", {*x, Const(filter)}, attrs), channels);
      return;
    }
    const int64_t outputs = random_.Int(1, 9);
    const Tensor filter = RandomNumbers(random_, DType::kFloat32, {size, size, channels, outputs});
    Finish(Add("Conv2D", {*x, Const(filter)}, attrs), outputs);
  }
  // Steps whose output shape is not known before the run.
  void Dynamic() {
    const auto x = Value(Any());
    if (!x) return;
    const Shape shape = Of(*x).shape();
    std::vector<int32_t> dims(shape.begin(), shape.end());
    switch (random_.Int(0, 5)) {
      case 0:
        Hidden(*x);
        break;
      case 1:
        if (const auto hidden = Hidden(Ints(dims))) Add("Reshape", {*x, *hidden});
        break;
      case 2:
        if (const auto hidden = Hidden(Ints({random_.Int(1, 3)}))) {
          if (const auto scalar = Value(Of(*x).dtype(), Shape())) Add("Fill", {*hidden, *scalar});
        }
        break;
      case 3:
        if (const auto flags = Value(DType::kBool)) Add("Where", {*flags});
        break;
      case 4:
        if (const auto flat = Add("Reshape", {*x, Ints({-1})})) Add("Unique", {*flat});
        break;
      default:
        if (const auto size = Add("Size", {*x})) {
          if (const auto hidden = Hidden(*size)) Add("Range", {Int(0), *hidden, Int(2)});
        }
    }
  }
  // Numbers that plans know from shapes.
  void Sizes() {
    constexpr const char* kOps[] = {"Shape", "Size", "Rank"};
    if (const auto x = Value()) Add(One(kOps), {*x}, {{"out_type", DType::kInt32}});
  }
  void FromShape() {
    const auto x = Value();
    const auto y = Value(Any());
    if (!x || !y) return;
    const auto shape = Add("Shape", {*x}, {{"out_type", DType::kInt32}});
    if (!shape) return;
    if (Flip()) {
      Add("BroadcastTo", {*y, *shape});
    } else {
      Add("Reshape", {*y, *shape});
    }
  }

  // Nested steps.

  // A new function with these arguments; its results are some of its values. `results`: their
  // dtypes, if they must be certain ones. Empty if there are none.
  std::string AddFunction(const std::vector<Edge>& arguments, std::vector<DType>& results) {
    const std::string name = StrCat("f", model_.functions.size());
    Function& function = model_.functions[name];
    function.prefix = name + "/";
    Writer writer(model_, function.body, random_, depth_ - 1);
    for (const Edge argument : arguments) writer.AddInput(Of(argument));
    writer.AddSteps(random_.Int(2, 12));
    const bool is_free = results.empty();
    const size_t count = is_free ? static_cast<size_t>(random_.Int(1, 3)) : results.size();
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
    for (int i = random_.Int(1, 3); i > 0; --i) {
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
    return Add("Less", {*sum, Const(RandomNumbers(random_, dtype, {}))});
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
                               test.Const("limit", I32({}, {random_.Int(0, 3)}))}));
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
    const std::vector<Edge> outside(values_.begin(), values_.end() - 2);
    std::vector<Edge> ends;
    std::vector<Edge> leaked;  // read although they may be dead
    for (const int output : {0, 1}) {
      // In a branch, steps prefer its own values, which are the last.
      values_ = outside;
      values_.push_back({.node = fork->node, .output = output});
      AddPlainSteps(random_.Int(1, 5));
      ends.push_back(*LastOf(dtype));
      if (random_.Int(0, 5) == 0) leaked.push_back(values_.back());
    }
    values_ = outside;
    values_.insert(values_.begin(), leaked.begin(), leaked.end());
    std::vector<NodeId> controls;
    for (const Edge end : ends) {
      if (random_.Int(0, 2) == 0) controls.push_back(end.node);
    }
    Node merge = TestNode("Merge", {{"N", 2}});
    merge.name = StrCat("n", graph().size());
    merge.inputs = ends;
    merge.control_inputs = controls;
    const NodeId id = graph().Add(std::move(merge));
    values_.push_back({.node = id});
    if (Flip()) values_.push_back({.node = id, .output = 1});
  }
  void AddPlainSteps(int count) {
    const int depth = std::exchange(depth_, 0);
    AddSteps(count);
    depth_ = depth;
  }
  // The last value with this dtype. There is one in a branch.
  std::optional<Edge> LastOf(DType dtype) {
    for (size_t i = values_.size(); i > 0; --i) {
      if (Of(values_[i - 1]).dtype() == dtype) return values_[i - 1];
    }
    return std::nullopt;
  }

  ModelDef& model_;
  BodyBuilder body_;
  TestRandom& random_;
  int depth_;  // how deep functions may nest
  ReferenceRun run_;
  std::vector<Edge> values_;
  std::map<std::pair<NodeId, int>, Tensor> seen_;
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
