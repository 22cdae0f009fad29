// SPDX-License-Identifier: Apache-2.0
#include "convert/meta_graph.h"

#include <algorithm>

#include "convert/proto_values.h"
#include "graph/proto_json.h"

namespace tfwasm {

namespace {

// Signatures that initialize or train, which nobody wants to convert.
constexpr std::string_view kInternal = "__saved_model_";

// The names of the tensors of a sparse tensor: fields of CooSparse.
constexpr std::string_view kSparseParts[] = {"values", "indices", "dense_shape"};

// Appends the tensor of an entry of a signature, or the three of a sparse tensor.
void ReadTensorInfo(std::string_view key, ProtoReader reader,
                    std::vector<InterfaceTensor>& tensors) {
  InterfaceTensor tensor{.key = std::string(key), .shape = Shape()};
  std::string sparse[3];
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        tensor.name = reader.Bytes();
        break;
      case 2:
        tensor.type = TensorFlowTypeName(reader.Int());
        break;
      case 3:
        tensor.shape = ReadShape(reader.Message());
        break;
      case 4:
        for (ProtoReader parts = reader.Message(); parts.Next();) {
          if (parts.field() >= 1 && parts.field() <= 3) sparse[parts.field() - 1] = parts.Bytes();
        }
        break;
      case 5:
        Throw(Code::kInput, "the tensor '", key,
              "' of the signature is a composite tensor, which is not supported");
      default:
        break;
    }
  }
  if (!tensor.name.empty()) return tensors.push_back(std::move(tensor));
  for (size_t i = 0; i < 3; ++i) {
    if (sparse[i].empty()) continue;
    tensors.push_back({.key = StrCat(key, "/", kSparseParts[i]),
                       .name = sparse[i],
                       .type = i == 0 ? tensor.type : "DT_INT64"});
  }
}

void ReadTensorInfos(const ProtoEntry& entry, std::vector<InterfaceTensor>& tensors) {
  ReadTensorInfo(entry.key, ProtoReader(entry.value), tensors);
}

void SortByKey(std::vector<InterfaceTensor>& tensors) {
  std::ranges::sort(tensors, {}, &InterfaceTensor::key);
}

SignatureDef ReadSignature(std::string_view key, ProtoReader reader) {
  SignatureDef signature{.key = std::string(key)};
  while (reader.Next()) {
    if (reader.field() == 1) ReadTensorInfos(ReadEntry(reader.Message()), signature.inputs);
    if (reader.field() == 2) ReadTensorInfos(ReadEntry(reader.Message()), signature.outputs);
  }
  SortByKey(signature.inputs);
  SortByKey(signature.outputs);
  return signature;
}

void ReadMetaInfo(ProtoReader reader, MetaGraph& meta) {
  while (reader.Next()) {
    if (reader.field() == 2) meta.ops = reader.Bytes();
    if (reader.field() == 4) meta.tags.emplace_back(reader.Bytes());
    if (reader.field() == 5) meta.tensorflow_version = reader.Bytes();
  }
  std::ranges::sort(meta.tags);
}

AssetFile ReadAssetFile(ProtoReader reader) {
  AssetFile asset;
  while (reader.Next()) {
    if (reader.field() == 2) asset.name = reader.Bytes();
    if (reader.field() != 1) continue;
    for (ProtoReader info = reader.Message(); info.Next();) {
      if (info.field() == 1) asset.tensor = info.Bytes();
    }
  }
  return asset;
}

// TensorFlow 1 keeps assets in a collection of packed messages.
void ReadAssetCollection(MetaGraph& meta) {
  const auto found = meta.collections.find("saved_model_assets");
  if (found == meta.collections.end()) return;
  for (ProtoReader reader(found->second); reader.Next();) {
    if (reader.field() != 5) continue;
    for (ProtoReader list = reader.Message(); list.Next();) {
      if (list.field() != 1) continue;
      const ProtoEntry any = ReadEntry(list.Message());
      meta.assets.push_back(ReadAssetFile(ProtoReader(any.value)));
    }
  }
}

MetaGraph ReadMetaGraphDef(ProtoReader reader) {
  MetaGraph meta;
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        ReadMetaInfo(reader.Message(), meta);
        break;
      case 2:
        meta.graph = reader.Bytes();
        break;
      case 3:
        for (ProtoReader saver = reader.Message(); saver.Next();) {
          if (saver.field() == 3) meta.restore_op = saver.Bytes();
        }
        break;
      case 4: {
        const ProtoEntry entry = ReadEntry(reader.Message());
        meta.collections[entry.key] = entry.value;
        break;
      }
      case 5: {
        const ProtoEntry entry = ReadEntry(reader.Message());
        meta.signatures.push_back(ReadSignature(entry.key, ProtoReader(entry.value)));
        break;
      }
      case 6:
        meta.assets.push_back(ReadAssetFile(reader.Message()));
        break;
      default:
        break;
    }
  }
  if (meta.assets.empty()) ReadAssetCollection(meta);
  std::ranges::sort(meta.signatures, {}, &SignatureDef::key);
  return meta;
}

std::string TagText(const std::vector<std::string>& tags) {
  std::string text;
  for (const std::string& tag : tags) text += StrCat(text.empty() ? "" : ",", tag);
  return StrCat("[", text, "]");
}

std::string SignatureText(const std::vector<SignatureDef>& signatures) {
  std::string text;
  for (const SignatureDef& signature : signatures) {
    if (signature.key.starts_with(kInternal)) continue;
    std::string inputs;
    for (const InterfaceTensor& input : signature.inputs) {
      inputs += StrCat(inputs.empty() ? "" : ", ", input.key);
    }
    text += StrCat(text.empty() ? "" : ", ", "'", signature.key, "' (", inputs, ")");
  }
  return text.empty() ? "there are none" : text;
}

}  // namespace

std::vector<std::string> MetaGraph::NodesIn(std::string_view collection) const {
  std::vector<std::string> names;
  const auto found = collections.find(collection);
  if (found == collections.end()) return names;
  for (ProtoReader reader(found->second); reader.Next();) {
    if (reader.field() != 1) continue;
    for (ProtoReader list = reader.Message(); list.Next();) {
      if (list.field() == 1) names.emplace_back(list.Bytes());
    }
  }
  return names;
}

MetaGraph ReadMetaGraph(std::string_view file,
                        const std::optional<std::vector<std::string>>& tags) {
  std::vector<MetaGraph> metas;
  for (ProtoReader reader(file); reader.Next();) {
    if (reader.field() == 2) metas.push_back(ReadMetaGraphDef(reader.Message()));
  }
  if (metas.empty()) Throw(Code::kFile, "saved_model.pb has no graph");
  using Tags = std::vector<std::string>;
  std::vector<Tags> candidates = {{"serve"}, {}};
  if (tags) candidates = {*tags};
  for (Tags& wanted : candidates) {
    std::ranges::sort(wanted);
    const auto found = std::ranges::find(metas, wanted, &MetaGraph::tags);
    if (found != metas.end()) return std::move(*found);
  }
  if (!tags && metas.size() == 1) return std::move(metas[0]);
  std::string all;
  for (const MetaGraph& meta : metas) all += StrCat(all.empty() ? "" : ", ", TagText(meta.tags));
  Throw(Code::kInput, "the SavedModel has no graph with the tags ", TagText(candidates[0]),
        "; there are: ", all);
}

const SignatureDef& ChooseSignature(const MetaGraph& meta, const std::optional<std::string>& name,
                                    const std::vector<std::string>& defaults) {
  const auto find = [&](const std::string& key) -> const SignatureDef* {
    const auto found = std::ranges::find(meta.signatures, key, &SignatureDef::key);
    return found == meta.signatures.end() ? nullptr : &*found;
  };
  if (name) {
    if (const SignatureDef* signature = find(*name)) return *signature;
    Throw(Code::kInput, "the SavedModel has no signature '", *name,
          "'; there are: ", SignatureText(meta.signatures));
  }
  for (const std::string& key : defaults) {
    if (const SignatureDef* signature = find(key)) return *signature;
  }
  const SignatureDef* only = nullptr;
  int count = 0;
  for (const SignatureDef& signature : meta.signatures) {
    if (signature.key.starts_with(kInternal) || signature.outputs.empty()) continue;
    only = &signature;
    ++count;
  }
  if (count == 1) return *only;
  Throw(Code::kInput,
        "which signature is to be converted? There are: ", SignatureText(meta.signatures));
}

}  // namespace tfwasm
