// SPDX-License-Identifier: Apache-2.0
// libFuzzer target: plans and runs small graphs of any ops with any attributes, shapes and values.
// For any input, a run ends in tensors or in an Error other than E_INTERNAL.
//
// An input is the name of an op and a newline, then bytes that determine all other choices: up to
// kMostNodes nodes, whose inputs are constants, feeds or outputs of earlier nodes. See
// tests/fuzz/corpus/run_ops/ for examples.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "core/buffer.h"
#include "core/error.h"
#include "executor/session.h"
#include "fuzz_target.h"
#include "fuzz_vocabulary.h"
#include "ops/op.h"

// An allocation that fails must be E_OOM, not a crash.
extern "C" const char* __asan_default_options() {
  return "allocator_may_return_null=1:max_allocation_size_mb=32:quarantine_size_mb=16";
}

namespace {

using namespace tfwasm;

constexpr size_t kMostNodes = 3;
constexpr int64_t kMostElements = 4096;  // of an input

// The input bytes that determine the choices; zeros after their end.
class Choices {
 public:
  explicit Choices(std::string_view bytes) : bytes_(bytes) {}

  size_t Below(size_t count) { return Byte() % count; }
  bool OneIn(size_t count) { return Below(count) == count - 1; }
  template <typename T, size_t n>
  T Of(const T (&values)[n]) {
    return values[Below(n)];
  }

 private:
  uint8_t Byte() {
    if (bytes_.empty()) return 0;
    const auto byte = static_cast<uint8_t>(bytes_[0]);
    bytes_.remove_prefix(1);
    return byte;
  }

  std::string_view bytes_;
};

int64_t ChooseInt(Choices& choices) {
  return choices.Below(2) == 0 ? choices.Of(kSmallInts) : choices.Of(kInts);
}

DType ChooseDType(Choices& choices) {
  constexpr DType kDTypes[] = {DType::kFloat32, DType::kFloat32,  DType::kFloat32,
                               DType::kInt32,   DType::kInt32,    DType::kBool,
                               DType::kString,  DType::kComplex64};
  return choices.Of(kDTypes);
}

template <typename F>
auto ChooseList(Choices& choices, F element) {
  std::vector<decltype(element())> list(choices.Below(7));
  for (auto& value : list) value = element();
  return list;
}

Shape ChooseShape(Choices& choices) {
  Shape shape;
  int64_t elements = 1;
  for (size_t rank = choices.Of(kRanks); rank > 0; --rank) {
    int64_t dim = choices.Of(kDims);
    if (elements * dim > kMostElements) dim = 1;
    elements *= dim;
    shape.Append(dim);
  }
  return shape;
}

AttrValue ChooseAttr(Choices& choices, Kind kind) {
  switch (kind) {
    case Kind::kInt:
      return ChooseInt(choices);
    case Kind::kFloat:
      return choices.Of(kFloats);
    case Kind::kBool:
      return choices.Below(2) == 1;
    case Kind::kString:
      return std::string(choices.Of(kStrings));
    case Kind::kType:
      return ChooseDType(choices);
    case Kind::kShape:
      return choices.OneIn(8) ? Shape::UnknownRank() : ChooseShape(choices);
    case Kind::kInts:
      return ChooseList(choices, [&] { return ChooseInt(choices); });
    case Kind::kFloats:
      return ChooseList(choices, [&] { return choices.Of(kFloats); });
    default:
      return ChooseList(choices, [&] { return std::string(choices.Of(kStrings)); });
  }
}

// Sets the attributes that ops on image windows require.
void ChooseWindow(Choices& choices, Node& node) {
  constexpr int64_t kSizes[] = {1, 2, 3, 5};
  const auto list = [&] {
    return std::vector<int64_t>{1, choices.Of(kSizes), choices.Of(kSizes), 1};
  };
  node.attrs.Set("strides", list());
  node.attrs.Set("ksize", list());
  if (choices.OneIn(4)) node.attrs.Set("dilations", list());
  node.attrs.Set("padding", std::string(choices.Below(2) == 0 ? "SAME" : "VALID"));
}

void ChooseAttrs(Choices& choices, Node& node) {
  if (choices.OneIn(3)) ChooseWindow(choices, node);
  for (size_t count = choices.Below(7); count > 0; --count) {
    const KnownAttr attr = choices.Of(kAttrs);
    const bool is_odd = choices.OneIn(32);
    const Kind kind =
        is_odd ? static_cast<Kind>(choices.Below(static_cast<size_t>(Kind::kCount))) : attr.kind;
    node.attrs.Set(attr.name, ChooseAttr(choices, kind));
  }
}

template <typename T, typename F>
void Fill(Tensor& tensor, Choices& choices, F choose) {
  // Repeats a few values, so that a few bytes suffice.
  const auto values = tensor.mutable_values<T>();
  const size_t period = 1 + choices.Below(16);
  for (size_t i = 0; i < values.size(); ++i) {
    values[i] = i < period ? static_cast<T>(choose()) : values[i - period];
  }
}

Tensor ChooseTensor(Choices& choices, DType dtype, const Shape& shape) {
  Tensor tensor(dtype, shape);
  switch (tensor.dtype()) {
    case DType::kFloat32:
      Fill<float>(tensor, choices, [&] { return choices.Of(kFloats); });
      break;
    case DType::kInt32:
      Fill<int32_t>(tensor, choices, [&] { return ChooseInt(choices); });
      break;
    case DType::kBool:
      Fill<uint8_t>(tensor, choices, [&] { return choices.Below(2); });
      break;
    case DType::kString:
      Fill<std::string>(tensor, choices, [&] { return choices.Of(kStrings); });
      break;
    default:
      Fill<Complex64>(tensor, choices, [&] { return choices.Of(kFloats); });
  }
  return tensor;
}

// The graph under construction, and the values of its feeds.
struct Model {
  ModelDef def;
  std::vector<std::string> feeds;
  std::vector<Tensor> values;
  std::vector<Edge> results;  // outputs that later nodes may read
};

// The dtype and shape of an input. Only partly random: often one that matches the first input.
TensorSpec ChooseSpec(Choices& choices, const TensorSpec& first) {
  const Shape& shape = first.shape;
  const int64_t rank = shape.rank();
  const int64_t last = rank > 0 ? shape[shape.rank() - 1] : 1;
  switch (choices.Below(8)) {
    case 0:
      return first;
    case 1:
      return {first.dtype, {last}};
    case 2:
      return {first.dtype, {}};
    case 3:
      return {DType::kInt32, {}};
    case 4:
      return {DType::kInt32, {rank}};
    case 5:
      return {DType::kInt32, {rank, 2}};
    case 6:
      return {first.dtype, {choices.Of(kDims), choices.Of(kDims), last, choices.Of(kDims)}};
    default:
      return {ChooseDType(choices), ChooseShape(choices)};
  }
}

Edge ChooseInput(Choices& choices, Model& model, const TensorSpec& spec) {
  Tensor value = ChooseTensor(choices, spec.dtype, spec.shape);
  const std::string name = StrCat("x", model.def.graph.size());
  if (choices.Below(2) == 1) return {.node = model.def.graph.AddConst(name, std::move(value))};
  const NodeId feed = model.def.graph.Add({.name = name, .op = "Placeholder"});
  model.def.graph.inputs.push_back({.name = name, .edge = {.node = feed}});
  model.def.inputs.push_back({.name = name});
  model.feeds.push_back(name);
  model.values.push_back(std::move(value));
  return model.def.graph.inputs.back().edge;
}

size_t ChooseInputCount(Choices& choices, const OpDef& def) {
  const size_t more = choices.Below(4);
  if (choices.OneIn(32)) return more;  // maybe too few
  const auto most = static_cast<size_t>(def.max_inputs);
  return std::min(static_cast<size_t>(def.min_inputs) + more, most);
}

void AddNode(Choices& choices, Model& model, std::string_view op) {
  const OpDef& def = *FindOp(op);
  Node node{.name = StrCat("node", model.def.graph.size()), .op = std::string(op)};
  ChooseAttrs(choices, node);
  const TensorSpec first{ChooseDType(choices), ChooseShape(choices)};
  for (size_t count = ChooseInputCount(choices, def); count > 0; --count) {
    if (!model.results.empty() && choices.Below(2) == 1) {
      node.inputs.push_back(model.results[choices.Below(model.results.size())]);
      continue;
    }
    const TensorSpec spec = node.inputs.empty() ? first : ChooseSpec(choices, first);
    node.inputs.push_back(ChooseInput(choices, model, spec));
  }
  const int outputs = std::min(NumOutputs(def, node), 4);
  node.name = StrCat("node", model.def.graph.size());
  const NodeId id = model.def.graph.Add(std::move(node));
  for (int i = 0; i < outputs; ++i) model.results.push_back({.node = id, .output = i});
}

// The op `name`, or else one selected by a hash of `name`, so that any bytes are valid.
std::string_view ChooseOp(std::string_view name) {
  if (FindOp(name) != nullptr) return name;
  static const std::vector<std::string_view> ops = [] {
    std::vector<std::string_view> names = RegisteredOps();
    std::sort(names.begin(), names.end());
    return names;
  }();
  uint32_t hash = 2166136261u;  // FNV-1a
  for (const char c : name) hash = (hash ^ static_cast<uint8_t>(c)) * 16777619u;
  return ops[hash % ops.size()];
}

std::string_view ChooseOp(Choices& choices) {
  static const std::vector<std::string_view> ops = [] {
    std::vector<std::string_view> names = RegisteredOps();
    std::sort(names.begin(), names.end());
    return names;
  }();
  return ops[(choices.Below(256) * 256 + choices.Below(256)) % ops.size()];
}

void Run(std::string_view data) {
  const size_t end = std::min(data.find('\n'), data.size());
  Choices choices(data.substr(std::min(end + 1, data.size())));
  Model model;
  AddNode(choices, model, ChooseOp(data.substr(0, end)));
  for (size_t more = choices.Below(kMostNodes); more > 0; --more) {
    AddNode(choices, model, ChooseOp(choices));
  }
  std::vector<std::string> fetches;
  for (const Edge& edge : model.results) {
    fetches.push_back(StrCat(model.def.graph.node(edge.node).name, ":", edge.output));
  }
  Session session(std::move(model.def));
  const int run = session.Compile(model.feeds, fetches);
  // Runs twice: only the first run creates the plan.
  session.Run(run, model.values);
  session.Run(run, model.values);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const size_t live_bytes = Buffer::live_bytes();
  try {
    Run({reinterpret_cast<const char*>(data), size});
  } catch (const Error& error) {
    if (error.code() == Code::kInternal) {
      __builtin_printf("%s\n", error.what());
      __builtin_trap();
    }
  } catch (const std::bad_alloc&) {
  }
  if (Buffer::live_bytes() != live_bytes) __builtin_trap();
  return 0;
}
