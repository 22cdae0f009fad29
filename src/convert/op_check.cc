// SPDX-License-Identifier: Apache-2.0
#include "convert/op_check.h"

#include <map>

#include "convert/portable_ops.h"
#include "core/name_list.h"
#include "core/str_cat.h"
#include "ops/op.h"

namespace tfwasm {

namespace {

struct Hint {
  NameList ops;  // or starts of names
  std::string_view text;
};

constexpr Hint kHints[] = {
    {"ParseExample,ParseSingleExample,DecodeProto,DecodeCSV,DecodeJSONExample",
     "it parses serialized examples; take another signature, or cut the graph behind it"},
    {"DecodeJpeg,DecodePng,DecodeImage,DecodeGif,DecodeBmp,ReadFile",
     "it decodes images; cut the graph behind it, and decode with tf.browser.fromPixels()"},
    {"Iterator,OneShotIterator,MakeIterator,Queue,Reader,FIFOQueue,TensorSliceDataset",
     "it belongs to an input pipeline; cut the graph behind it"},
    {"PyFunc,EagerPyFunc", "it calls Python"},
    {"SimpleML", "it needs TensorFlow Decision Forests; see the package tfdf of TensorFlow.js"},
    {"XlaCallModule",
     "export with native_serialization=False and enable_xla=False in jax2tf.convert()"},
    {"Xla", "export with enable_xla=False in jax2tf.convert()"},
    {"Sentencepiece,CaseFoldUTF8,NormalizeUTF8,FastWordpiece,Wordpiece,WhitespaceTokenize",
     "it is of the library tensorflow-text; split the text in JavaScript"},
    {"VariableV2,VarHandleOp,Variable,ReadVariableOp",
     "the graph is not frozen; convert the SavedModel"},
};

std::string_view HintFor(std::string_view op) {
  for (const Hint& hint : kHints) {
    for (const std::string_view start : hint.ops) {
      if (op.starts_with(start)) return hint.text;
    }
  }
  return "";
}

}  // namespace

std::vector<UnsupportedOp> FindUnsupportedOps(const ModelDef& model, bool for_tfwasm) {
  std::map<std::string, UnsupportedOp> found;
  const auto visit = [&](const Graph& graph, std::string_view prefix) {
    for (NodeId id = 0; id < graph.size(); ++id) {
      if (graph.IsRemoved(id)) continue;
      const Node& node = graph.node(id);
      if (IsPortable(node.op) || (for_tfwasm && FindOp(node.op) != nullptr)) continue;
      UnsupportedOp& op = found[node.op];
      if (op.count++ == 0) {
        op.op = node.op;
        op.node = StrCat(prefix, node.name);
      }
    }
  };
  visit(model.graph, "");
  for (const auto& [name, function] : model.functions) visit(function.body, function.prefix);
  std::vector<UnsupportedOp> ops;
  for (auto& [name, op] : found) ops.push_back(std::move(op));
  return ops;
}

std::string DescribeOps(const std::vector<UnsupportedOp>& ops) {
  std::string text;
  for (const UnsupportedOp& op : ops) {
    const std::string_view hint = HintFor(op.op);
    text += StrCat(text.empty() ? "" : ", ", op.op, " (", op.count, "x, e.g. '", op.node, "'",
                   hint.empty() ? "" : "; ", hint, ")");
  }
  return text;
}

}  // namespace tfwasm
