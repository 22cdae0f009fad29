// SPDX-License-Identifier: Apache-2.0
// Ops that call library functions: conditionals, loops and plain calls.
#include "ops/handles.h"

namespace tfwasm {

namespace {

using Specs = std::vector<TensorSpec>;

int NumResults(const Node& node) { return static_cast<int>(node.attrs.Types("Tout").size()); }

int NumLoopVariables(const Node& node) { return static_cast<int>(node.inputs.size()); }

// The specs of the inputs from `first` on; nullopt if one is not fully known.
std::optional<Specs> Arguments(const InferContext& context, int first) {
  Specs specs;
  for (int i = first; i < context.num_inputs(); ++i) {
    if (!context.shape(i).IsKnown() || context.dtype(i) == DType::kInvalid) return std::nullopt;
    specs.push_back({context.dtype(i), context.shape(i)});
  }
  return specs;
}

// Infers the outputs: what the results of all functions that may be called have in common.
void InferResults(InferContext& context, const std::vector<std::string>& functions, int first) {
  std::optional<Specs> common;
  if (const auto arguments = Arguments(context, first); arguments && context.environment()) {
    for (const std::string& function : functions) {
      const auto results = context.environment()->InferCall(function, *arguments);
      if (!common) common = results;
      if (!results || *results != *common) {
        common.reset();
        break;
      }
    }
  }
  const std::vector<DType> declared = context.attrs().Types("Tout");
  for (size_t i = 0; i < declared.size(); ++i) {
    const int output = static_cast<int>(i);
    if (common && i < common->size()) {
      context.set_output(output, (*common)[i].dtype, (*common)[i].shape);
    } else {
      context.set_output_unknown(output, DType::kInvalid);
    }
  }
}

void RunCall(TensorContext& context, const std::string& function, int first) {
  const auto arguments = context.inputs().subspan(static_cast<size_t>(first));
  context.environment().CountIteration();
  std::vector<Tensor> results =
      context.environment().Call(function, {arguments.begin(), arguments.end()});
  if (results.size() != static_cast<size_t>(context.num_outputs())) {
    Throw(Code::kAttr, "the function '", function, "' has ", results.size(),
          " results, but 'Tout' says ", context.num_outputs());
  }
  for (size_t i = 0; i < results.size(); ++i) {
    context.set_output(static_cast<int>(i), std::move(results[i]));
  }
}

// TensorFlow's truth values: false is 0, "" or an empty list.
bool IsTrue(const Tensor& tensor) {
  if (IsHandle(tensor.dtype())) Throw(Code::kDType, "a condition cannot be a ", tensor.dtype());
  if (tensor.shape().rank() > 0) return tensor.shape().NumElements() > 0;
  switch (tensor.dtype()) {
    case DType::kFloat32:
      return tensor.values<float>()[0] != 0;
    case DType::kInt32:
      return tensor.values<int32_t>()[0] != 0;
    case DType::kBool:
      return tensor.values<uint8_t>()[0] != 0;
    case DType::kString:
      return !tensor.values<std::string>()[0].empty();
    default:
      return tensor.values<Complex64>()[0] != Complex64(0);
  }
}

void InferIf(InferContext& context) {
  InferResults(context,
               {context.attrs().RequireFunction("then_branch"),
                context.attrs().RequireFunction("else_branch")},
               1);
}

void RunIf(TensorContext& context) {
  const bool condition = IsTrue(context.input(0));
  RunCall(context, context.attrs().RequireFunction(condition ? "then_branch" : "else_branch"), 1);
}

std::vector<std::string> Branches(const AttrMap& attrs) {
  std::vector<std::string> names;
  for (const FunctionRef& branch : attrs.RequireFunctions("branches")) {
    names.push_back(branch.name);
  }
  if (names.empty()) Throw(Code::kAttr, "'branches' is empty");
  return names;
}

void InferCase(InferContext& context) { InferResults(context, Branches(context.attrs()), 1); }

// An index out of range selects the last branch.
void RunCase(TensorContext& context) {
  const std::vector<std::string> branches = Branches(context.attrs());
  const int64_t index = ScalarInt(context.input(0), "the index of the branch");
  const auto last = static_cast<int64_t>(branches.size()) - 1;
  RunCall(context, branches[static_cast<size_t>(index < 0 || index > last ? last : index)], 1);
}

void InferPartitionedCall(InferContext& context) {
  InferResults(context, {context.attrs().RequireFunction("f")}, 0);
}

void RunPartitionedCall(TensorContext& context) {
  RunCall(context, context.attrs().RequireFunction("f"), 0);
}

// Output shapes are those of the inputs if an iteration keeps them.
void InferWhile(InferContext& context) {
  const auto variables = Arguments(context, 0);
  std::optional<Specs> next;
  if (variables && context.environment() != nullptr) {
    next = context.environment()->InferCall(context.attrs().RequireFunction("body"), *variables);
  }
  const bool keeps_shapes = next && *next == *variables;
  for (int i = 0; i < context.num_inputs(); ++i) {
    if (keeps_shapes) {
      context.set_output(i, context.dtype(i), context.shape(i));
    } else {
      context.set_output_unknown(i, context.dtype(i));
    }
  }
}

void RunWhile(TensorContext& context) {
  const std::string& condition = context.attrs().RequireFunction("cond");
  const std::string& body = context.attrs().RequireFunction("body");
  Environment& environment = context.environment();
  const size_t count = context.inputs().size();
  std::vector<Tensor> variables;
  if (auto paused = environment.TakePausedLoop()) {
    variables = std::move(*paused);
  } else {
    variables.assign(context.inputs().begin(), context.inputs().end());
  }
  while (true) {
    const std::vector<Tensor> results = environment.Call(condition, variables);
    if (results.size() != 1) {
      Throw(Code::kAttr, "the condition '", condition, "' has ", results.size(), " results, not 1");
    }
    if (!IsTrue(results[0])) break;
    environment.CountIteration();
    variables = environment.Call(body, std::move(variables));
    if (variables.size() != count) {
      Throw(Code::kAttr, "the loop has ", count, " variables, but its body '", body, "' returns ",
            variables.size());
    }
    if (environment.ShouldPause()) environment.PauseLoop(std::move(variables));
  }
  for (size_t i = 0; i < count; ++i) {
    context.set_output(static_cast<int>(i), std::move(variables[i]));
  }
}

TFWASM_OP kIfOp{.name = "If",
                .aliases = "StatelessIf",
                .max_inputs = kAnyNumber,
                .num_outputs = NumResults,
                .infer = InferIf,
                .run = RunIf,
                .is_stateful = true,
                .takes_handles = true,
                .first_argument = 1};

TFWASM_OP kCaseOp{.name = "Case",
                  .aliases = "StatelessCase",
                  .max_inputs = kAnyNumber,
                  .num_outputs = NumResults,
                  .infer = InferCase,
                  .run = RunCase,
                  .is_stateful = true,
                  .takes_handles = true,
                  .first_argument = 1};

TFWASM_OP kPartitionedCallOp{.name = "PartitionedCall",
                             .aliases = "StatefulPartitionedCall",
                             .min_inputs = 0,
                             .max_inputs = kAnyNumber,
                             .num_outputs = NumResults,
                             .infer = InferPartitionedCall,
                             .run = RunPartitionedCall,
                             .is_stateful = true,
                             .takes_handles = true,
                             .first_argument = 0};

TFWASM_OP kWhileOp{.name = "While",
                   .aliases = "StatelessWhile",
                   .min_inputs = 0,
                   .max_inputs = kAnyNumber,
                   .num_outputs = NumLoopVariables,
                   .has_type_list = true,
                   .infer = InferWhile,
                   .run = RunWhile,
                   .is_stateful = true,
                   .takes_handles = true,
                   .first_argument = 0,
                   .is_loop = true};

}  // namespace

}  // namespace tfwasm
