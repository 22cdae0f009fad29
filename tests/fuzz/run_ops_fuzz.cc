// SPDX-License-Identifier: Apache-2.0
// libFuzzer target: plans and runs small graphs out of any ops with any attributes, shapes and
// values. Whatever the bytes, a run ends in tensors or an Error that is not E_INTERNAL.
//
// An input is the name of an op and a newline, then the bytes that choose everything else: up to
// kMostNodes nodes, whose inputs are constants, feeds or outputs of the nodes before.
// tests/fuzz/corpus/run_ops/ has examples.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "core/buffer.h"
#include "core/error.h"
#include "executor/session.h"
#include "ops/op.h"

// A hostile size that memory does not hold is E_OOM, not a fault of the process.
extern "C" const char* __asan_default_options() {
  return "allocator_may_return_null=1:max_allocation_size_mb=64";
}

namespace {

using namespace tfwasm;

constexpr size_t kMostNodes = 3;
constexpr int64_t kMostElements = 4096;  // of an input

constexpr int64_t kInts[] = {0,
                             1,
                             2,
                             3,
                             4,
                             5,
                             6,
                             7,
                             8,
                             -1,
                             -2,
                             -3,
                             -4,
                             9,
                             16,
                             31,
                             32,
                             33,
                             64,
                             100,
                             255,
                             256,
                             -8,
                             10,
                             12,
                             15,
                             127,
                             128,
                             1000,
                             2147483647,
                             -2147483647 - 1,
                             65536};
constexpr float kFloats[] = {0.0f,
                             1.0f,
                             -1.0f,
                             0.5f,
                             -0.5f,
                             2.0f,
                             -0.0f,
                             3.5f,
                             100.0f,
                             -100.0f,
                             1e30f,
                             -1e30f,
                             1e-30f,
                             3e9f,
                             std::numeric_limits<float>::quiet_NaN(),
                             std::numeric_limits<float>::infinity(),
                             -std::numeric_limits<float>::infinity()};
constexpr int64_t kDims[] = {1, 2, 3, 4, 0, 5, 1, 2, 3, 7, 8, 2, 1, 4, 17, 64};
constexpr std::string_view kStrings[] = {"SAME",
                                         "VALID",
                                         "EXPLICIT",
                                         "NHWC",
                                         "NCHW",
                                         "NDHWC",
                                         "NCDHW",
                                         "BiasAdd",
                                         "Relu",
                                         "Relu6",
                                         "Elu",
                                         "Prelu",
                                         "Sigmoid",
                                         "LeakyRelu",
                                         "REFLECT",
                                         "SYMMETRIC",
                                         "",
                                         "a",
                                         "a b c",
                                         "\xc3\xa9",
                                         "\xff",
                                         "bilinear",
                                         "nearest",
                                         "CONSTANT",
                                         "WRAP",
                                         "ij,jk->ik",
                                         "bij,bjk->bik",
                                         "ii->i",
                                         "ij->",
                                         "...ij,...jk->...ik",
                                         "[a-z]+(",
                                         "(.*)\\1",
                                         "ROW_SPLITS",
                                         "VALUE_ROWIDS",
                                         "FIRST_DIM_SIZE",
                                         "UTF-8",
                                         "HardSwish",
                                         "Tanh",
                                         "Clamp",
                                         "noop"};

enum class Kind { kInt, kFloat, kBool, kString, kType, kShape, kInts, kFloats, kStrings, kCount };

struct KnownAttr {
  std::string_view name;
  Kind kind;
};
// Every attribute that ops read, with its usual kind.
constexpr KnownAttr kAttrs[] = {
    {"strides", Kind::kInts},
    {"padding", Kind::kString},
    {"ksize", Kind::kInts},
    {"dilations", Kind::kInts},
    {"explicit_paddings", Kind::kInts},
    {"data_format", Kind::kString},
    {"fused_ops", Kind::kStrings},
    {"leakyrelu_alpha", Kind::kFloat},
    {"clamp_min", Kind::kFloat},
    {"clamp_max", Kind::kFloat},
    {"hardswish_scale", Kind::kFloat},
    {"alpha", Kind::kFloat},
    {"epsilon", Kind::kFloat},
    {"keep_dims", Kind::kBool},
    {"exclusive", Kind::kBool},
    {"reverse", Kind::kBool},
    {"axis", Kind::kInt},
    {"axis", Kind::kInts},
    {"squeeze_dims", Kind::kInts},
    {"batch_dims", Kind::kInt},
    {"num", Kind::kInt},
    {"num_split", Kind::kInt},
    {"N", Kind::kInt},
    {"k", Kind::kInt},
    {"block_size", Kind::kInt},
    {"T", Kind::kType},
    {"dtype", Kind::kType},
    {"DstT", Kind::kType},
    {"SrcT", Kind::kType},
    {"element_dtype", Kind::kType},
    {"out_type", Kind::kType},
    {"output_dtype", Kind::kType},
    {"shape", Kind::kShape},
    {"element_shape", Kind::kShape},
    {"mode", Kind::kString},
    {"message", Kind::kString},
    {"constant_value", Kind::kFloat},
    {"transpose_a", Kind::kBool},
    {"transpose_b", Kind::kBool},
    {"adj_x", Kind::kBool},
    {"adj_y", Kind::kBool},
    {"align_corners", Kind::kBool},
    {"half_pixel_centers", Kind::kBool},
    {"begin_mask", Kind::kInt},
    {"end_mask", Kind::kInt},
    {"ellipsis_mask", Kind::kInt},
    {"new_axis_mask", Kind::kInt},
    {"shrink_axis_mask", Kind::kInt},
    {"rates", Kind::kInts},
    {"depth_radius", Kind::kInt},
    {"bias", Kind::kFloat},
    {"beta", Kind::kFloat},
    {"include_batch_in_index", Kind::kBool},
    {"pad_to_max_output_size", Kind::kBool},
    {"binary_output", Kind::kBool},
    {"equation", Kind::kString},
    {"method", Kind::kString},
    {"interpolation", Kind::kString},
    {"fill_mode", Kind::kString},
    {"extrapolation_value", Kind::kFloat},
    {"min", Kind::kFloat},
    {"max", Kind::kFloat},
    {"num_bits", Kind::kInt},
    {"narrow_range", Kind::kBool},
    {"minval", Kind::kInt},
    {"maxval", Kind::kInt},
    {"seed", Kind::kInt},
    {"seed2", Kind::kInt},
    {"separator", Kind::kString},
    {"ngram_widths", Kind::kInts},
    {"left_pad", Kind::kString},
    {"right_pad", Kind::kString},
    {"pad_width", Kind::kInt},
    {"preserve_short_sequences", Kind::kBool},
    {"skip_empty", Kind::kBool},
    {"num_buckets", Kind::kInt},
    {"pattern", Kind::kString},
    {"rewrite", Kind::kString},
    {"replace_global", Kind::kBool},
    {"row_partition_types", Kind::kStrings},
    {"OUTPUT_RAGGED_RANK", Kind::kInt},
    {"summarize", Kind::kInt},
    {"dynamic_size", Kind::kBool},
    {"clear_after_read", Kind::kBool},
    {"identical_element_shapes", Kind::kBool},
};

// The bytes that choose; zeros after their end.
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

DType ChooseDType(Choices& choices) {
  constexpr DType kDTypes[] = {DType::kFloat32, DType::kFloat32, DType::kInt32,    DType::kInt32,
                               DType::kBool,    DType::kString,  DType::kComplex64};
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
  for (size_t rank = choices.Below(7); rank > 0; --rank) {
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
      return choices.Of(kInts);
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
      return ChooseList(choices, [&] { return choices.Of(kInts); });
    case Kind::kFloats:
      return ChooseList(choices, [&] { return choices.Of(kFloats); });
    default:
      return ChooseList(choices, [&] { return std::string(choices.Of(kStrings)); });
  }
}

void ChooseAttrs(Choices& choices, Node& node) {
  for (size_t count = choices.Below(9); count > 0; --count) {
    const KnownAttr attr = choices.Of(kAttrs);
    const bool is_odd = choices.OneIn(32);
    const Kind kind =
        is_odd ? static_cast<Kind>(choices.Below(static_cast<size_t>(Kind::kCount))) : attr.kind;
    node.attrs.Set(attr.name, ChooseAttr(choices, kind));
  }
}

template <typename T, typename F>
void Fill(Tensor& tensor, Choices& choices, F choose) {
  // A few values over and over, so that a few bytes suffice.
  const auto values = tensor.mutable_values<T>();
  const size_t period = 1 + choices.Below(16);
  for (size_t i = 0; i < values.size(); ++i) {
    values[i] = i < period ? static_cast<T>(choose()) : values[i - period];
  }
}

Tensor ChooseTensor(Choices& choices, const Shape& shape) {
  Tensor tensor(ChooseDType(choices), shape);
  switch (tensor.dtype()) {
    case DType::kFloat32:
      Fill<float>(tensor, choices, [&] { return choices.Of(kFloats); });
      break;
    case DType::kInt32:
      Fill<int32_t>(tensor, choices, [&] { return choices.Of(kInts); });
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

// A graph in the making: its nodes, and the values of its feeds.
struct Model {
  ModelDef def;
  std::vector<std::string> feeds;
  std::vector<Tensor> values;
  std::vector<Edge> results;  // outputs that later nodes may take
};

Edge ChooseInput(Choices& choices, Model& model, Shape& shape) {
  if (!model.results.empty() && choices.Below(2) == 1) {
    return model.results[choices.Below(model.results.size())];
  }
  // Often of the shape of the input before.
  if (choices.Below(3) != 1) shape = ChooseShape(choices);
  Tensor value = ChooseTensor(choices, shape);
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
  if (choices.OneIn(32)) return more;  // perhaps too few
  const auto most = static_cast<size_t>(def.max_inputs);
  return std::min(static_cast<size_t>(def.min_inputs) + more, most);
}

void AddNode(Choices& choices, Model& model, std::string_view op) {
  const OpDef& def = *FindOp(op);
  Node node{.name = StrCat("node", model.def.graph.size()), .op = std::string(op)};
  ChooseAttrs(choices, node);
  Shape shape;
  for (size_t count = ChooseInputCount(choices, def); count > 0; --count) {
    node.inputs.push_back(ChooseInput(choices, model, shape));
  }
  const int outputs = std::min(NumOutputs(def, node), 4);
  node.name = StrCat("node", model.def.graph.size());
  const NodeId id = model.def.graph.Add(std::move(node));
  for (int i = 0; i < outputs; ++i) model.results.push_back({.node = id, .output = i});
}

// The op of that name, else one that the name stands for: any bytes will do.
std::string_view ChooseOp(std::string_view name) {
  if (FindOp(name) != nullptr) return name;
  static const std::vector<std::string_view> ops = RegisteredOps();
  uint32_t hash = 2166136261u;  // FNV-1a
  for (const char c : name) hash = (hash ^ static_cast<uint8_t>(c)) * 16777619u;
  return ops[hash % ops.size()];
}

std::string_view ChooseOp(Choices& choices) {
  static const std::vector<std::string_view> ops = RegisteredOps();
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
  const int run = session.Prepare(model.feeds, fetches);
  // Twice: the plan is made the first time only.
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
