// SPDX-License-Identifier: Apache-2.0
#include "ops/unsupported.h"

#include "ops/op.h"

namespace tfwasm {

namespace {

constexpr std::string_view kUnsupported = "UnsupportedOp";
// The attributes with the original op and the number of outputs. Files have no attributes with such
// names.
constexpr std::string_view kOp = "_op";
constexpr std::string_view kOutputs = "_num_outputs";

int CountOutputs(const Node& node) { return static_cast<int>(node.attrs.Int(kOutputs, 1)); }

void InferUnsupported(InferContext& context) {
  for (int i = 0; i < CountOutputs(context.node()); ++i) {
    context.set_output_unknown(i, DType::kInvalid);
  }
}

void RunUnsupported(TensorContext& context) {
  const std::string op = OriginalOp(context.node());
  Error error(Code::kOp, StrCat("the op '", op, "' is not supported"));
  error.Blame(op, context.node().name);
  throw error;
}

// Stateful, since the original may have side effects.
TFWASM_OP kUnsupportedOp{.name = kUnsupported,
                         .min_inputs = 0,
                         .max_inputs = kAnyNumber,
                         .num_outputs = CountOutputs,
                         .infer = InferUnsupported,
                         .run = RunUnsupported,
                         .is_stateful = true,
                         .takes_handles = true};

}  // namespace

bool IsSupported(const Node& node) { return node.op != kUnsupported && FindOp(node.op) != nullptr; }

void MakeUnsupported(Node& node, int num_outputs) {
  if (node.attrs.Has(kOp)) return;
  AttrMap attrs;
  attrs.Set(kOp, std::move(node.op));
  attrs.Set(kOutputs, int64_t{num_outputs});
  node.op = kUnsupported;
  node.attrs = std::move(attrs);
}

std::string OriginalOp(const Node& node) {
  return node.op == kUnsupported ? node.attrs.String(kOp, node.op) : node.op;
}

}  // namespace tfwasm
