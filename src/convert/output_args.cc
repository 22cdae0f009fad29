// SPDX-License-Identifier: Apache-2.0
#include "convert/output_args.h"

#include <algorithm>

#include "core/name_list.h"
#include "ops/op.h"

namespace tfwasm {

namespace {

struct KnownOp {
  NameList ops;
  NameList args;
};

// Ops that the library does not have, or of which it describes only the outputs that inference
// uses.
constexpr KnownOp kKnownOps[] = {
    {"FusedBatchNorm,FusedBatchNormV2,FusedBatchNormV3",
     "y,batch_mean,batch_variance,reserve_space_1,reserve_space_2,reserve_space_3"},
    {"CombinedNonMaxSuppression", "nmsed_boxes,nmsed_scores,nmsed_classes,valid_detections"},
    {"SparseReorder", "output_indices,output_values"},
    {"SparseSlice", "output_indices,output_values,output_shape"},
    {"UnicodeDecode", "row_splits,char_values"},
    {"UnicodeDecodeWithOffsets", "row_splits,char_values,char_to_byte_starts"},
    {"RaggedTensorToSparse", "sparse_indices,sparse_values,sparse_dense_shape"},
    {"CudnnRNN,CudnnRNNV2,CudnnRNNV3", "output,output_h,output_c,reserve_space,host_reserved"},
    {"LSTMBlockCell,BlockLSTM,BlockLSTMV2", "i,cs,f,o,ci,co,h"},
    {"GRUBlockCell", "r,u,c,h"},
    {"Svd", "s,u,v"},
    {"Qr", "q,r"},
    {"Lu", "lu,p"},
    {"SelfAdjointEigV2", "e,v"},
    {"LogMatrixDeterminant", "sign,log_abs_determinant"},
    {"CTCGreedyDecoder", "decoded_indices,decoded_values,decoded_shape,log_probability"},
    {"SoftmaxCrossEntropyWithLogits,SparseSoftmaxCrossEntropyWithLogits", "loss,backprop"},
    {"BroadcastGradientArgs", "r0,r1"},
    {"QuantizeV2,Requantize,RequantizePerChannel", "output,output_min,output_max"},
    {"SampleDistortedBoundingBox,SampleDistortedBoundingBoxV2", "begin,size,bboxes"},
};

int PositionIn(const NameList& names, std::string_view name) {
  int position = 0;
  for (const std::string_view other : names) {
    if (other == name) return position;
    ++position;
  }
  return -1;
}

int CountOf(const Node& producer, std::string_view attr) {
  const AttrValue* value = producer.attrs.Find(attr);
  if (value == nullptr) return 1;
  constexpr int64_t kMost = 65535;
  if (const auto* count = std::get_if<int64_t>(value)) {
    return static_cast<int>(std::clamp<int64_t>(*count, 0, kMost));
  }
  if (const auto* types = std::get_if<std::vector<DType>>(value)) {
    return static_cast<int>(types->size());
  }
  return 0;  // an empty list
}

}  // namespace

void OutputArgs::Add(ProtoReader op_def) {
  std::string op;
  std::vector<Arg> args;
  while (op_def.Next()) {
    if (op_def.field() == 1) op = op_def.Bytes();
    if (op_def.field() != 3) continue;
    Arg& arg = args.emplace_back();
    for (ProtoReader reader = op_def.Message(); reader.Next();) {
      if (reader.field() == 1) arg.name = reader.Bytes();
      if (reader.field() == 5 || reader.field() == 6) arg.count_attr = reader.Bytes();
    }
  }
  ops_.emplace(std::move(op), std::move(args));
}

int OutputArgs::Position(const Node& producer, std::string_view name, int index) const {
  const auto found = ops_.find(producer.op);
  if (found != ops_.end()) {
    int position = index;
    for (const Arg& arg : found->second) {
      if (arg.name == name) return position;
      position += arg.count_attr.empty() ? 1 : CountOf(producer, arg.count_attr);
    }
  }
  for (const KnownOp& known : kKnownOps) {
    if (PositionIn(known.ops, producer.op) < 0) continue;
    const int position = PositionIn(known.args, name);
    return position < 0 ? index : position + index;
  }
  return OutputPosition(producer, name, index);
}

}  // namespace tfwasm
