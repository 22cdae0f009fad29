// SPDX-License-Identifier: Apache-2.0
// Print: returns its first input and logs the others.
#include <algorithm>

#include "core/log.h"
#include "ops/infer.h"

namespace tfwasm {

namespace {

std::string Describe(const Tensor& tensor, size_t index) {
  switch (tensor.dtype()) {
    case DType::kFloat32:
      return StrCat(tensor.values<float>()[index]);
    case DType::kString:
      return tensor.values<std::string>()[index];
    case DType::kComplex64: {
      const Complex64 value = tensor.values<Complex64>()[index];
      return StrCat("(", value.real(), ",", value.imag(), ")");
    }
    case DType::kInt32:
      return StrCat(tensor.values<int32_t>()[index]);
    default:
      return StrCat(int{tensor.values<uint8_t>()[index]});
  }
}

// Logs the first elements of each tensor: "message[1 2 3...][4]".
void RunPrint(TensorContext& context) {
  int64_t most = context.attrs().Int("summarize", 3);
  std::string line = context.attrs().String("message", "");
  for (const Tensor& tensor : context.inputs().subspan(1)) {
    if (most < 0) most = tensor.size();
    line += "[";
    for (int64_t i = 0; i < std::min(most, tensor.size()); ++i) {
      if (i > 0) line += " ";
      line += Describe(tensor, static_cast<size_t>(i));
    }
    line += tensor.size() > most ? "...]" : "]";
  }
  Log(line);
  context.set_output(0, context.input(0));
}

void InferPrint(InferContext& context) {
  if (context.shape(0).IsKnown()) return InferLikeInput(context);
  context.set_output_unknown(0, context.dtype(0));
}

TFWASM_OP kPrintOp{.name = "Print",
                   .max_inputs = kAnyNumber,
                   .infer = InferPrint,
                   .run = RunPrint,
                   .is_stateful = true};

}  // namespace

}  // namespace tfwasm
