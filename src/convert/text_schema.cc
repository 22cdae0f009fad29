// SPDX-License-Identifier: Apache-2.0
#include "convert/text_schema.h"

#include <charconv>

#include "graph/proto_json.h"

namespace tfwasm {

namespace {

struct Message {
  std::string_view name;
  // "name number kind" or, for messages, "name number m type", each.
  NameList fields;
};

constexpr Message kMessages[] = {
    {"GraphDef", "node 1 m NodeDef,library 2 m FunctionDefLibrary,versions 4 m VersionDef"},
    {"NodeDef", "name 1 s,op 2 s,input 3 s,device 4 s,attr 5 m AttrEntry"},
    {"AttrEntry", "key 1 s,value 2 m AttrValue"},
    {"AttrValue",
     "list 1 m ListValue,s 2 s,i 3 i,f 4 f,b 5 i,type 6 i,shape 7 m TensorShapeProto,"
     "tensor 8 m TensorProto,placeholder 9 s,func 10 m NameAttrList"},
    {"ListValue",
     "s 2 s,i 3 i,f 4 f,b 5 i,type 6 i,shape 7 m TensorShapeProto,tensor 8 m TensorProto,"
     "func 9 m NameAttrList"},
    {"NameAttrList", "name 1 s,attr 2 m AttrEntry"},
    {"TensorShapeProto", "dim 2 m Dim,unknown_rank 3 i"},
    {"Dim", "size 1 i,name 2 s"},
    {"TensorProto",
     "dtype 1 i,tensor_shape 2 m TensorShapeProto,tensor_content 4 s,float_val 5 f,double_val 6 d,"
     "int_val 7 i,string_val 8 s,scomplex_val 9 f,int64_val 10 i,bool_val 11 i,dcomplex_val 12 d,"
     "half_val 13 i,uint32_val 16 i,uint64_val 17 i"},
    {"VersionDef", "producer 1 i,min_consumer 2 i"},
    {"FunctionDefLibrary", "function 1 m FunctionDef"},
    {"FunctionDef",
     "signature 1 m OpDef,node_def 3 m NodeDef,ret 4 m TextEntry,control_ret 6 m TextEntry"},
    {"TextEntry", "key 1 s,value 2 s"},
    {"OpDef", "name 1 s,input_arg 2 m ArgDef,output_arg 3 m ArgDef,control_output 20 s"},
    {"ArgDef", "name 1 s,type 3 i,type_attr 4 s,number_attr 5 s,type_list_attr 6 s"},
    {"SavedModel", "saved_model_schema_version 1 i,meta_graphs 2 m MetaGraphDef"},
    {"MetaGraphDef",
     "meta_info_def 1 m MetaInfoDef,graph_def 2 m GraphDef,saver_def 3 m SaverDef,"
     "collection_def 4 m CollectionEntry,signature_def 5 m SignatureEntry,"
     "asset_file_def 6 m AssetFileDef"},
    {"MetaInfoDef", "stripped_op_list 2 m OpList,tags 4 s,tensorflow_version 5 s"},
    {"OpList", "op 1 m OpDef"},
    {"SaverDef", "filename_tensor_name 1 s,save_tensor_name 2 s,restore_op_name 3 s"},
    {"CollectionEntry", "key 1 s,value 2 m CollectionDef"},
    {"CollectionDef", "node_list 1 m NodeList"},
    {"NodeList", "value 1 s"},
    {"SignatureEntry", "key 1 s,value 2 m SignatureDef"},
    {"SignatureDef", "inputs 1 m TensorInfoEntry,outputs 2 m TensorInfoEntry,method_name 3 s"},
    {"TensorInfoEntry", "key 1 s,value 2 m TensorInfo"},
    {"TensorInfo", "name 1 s,dtype 2 i,tensor_shape 3 m TensorShapeProto,coo_sparse 4 m CooSparse"},
    {"CooSparse", "values_tensor_name 1 s,indices_tensor_name 2 s,dense_shape_tensor_name 3 s"},
    {"AssetFileDef", "tensor_info 1 m TensorInfo,filename 2 s"},
};

// Splits off the text up to the next space.
std::string_view TakeWord(std::string_view& text) {
  const size_t space = text.find(' ');
  const std::string_view word = text.substr(0, space);
  text.remove_prefix(space == text.npos ? text.size() : space + 1);
  return word;
}

}  // namespace

std::optional<TextField> FindField(std::string_view message, std::string_view field) {
  for (const Message& known : kMessages) {
    if (known.name != message) continue;
    for (std::string_view entry : known.fields) {
      if (TakeWord(entry) != field) continue;
      TextField found;
      const std::string_view number = TakeWord(entry);
      std::from_chars(number.data(), number.data() + number.size(), found.number);
      found.kind = TakeWord(entry)[0];
      found.type = entry;
      return found;
    }
  }
  return std::nullopt;
}

std::optional<int64_t> FindEnumValue(std::string_view name) {
  constexpr int64_t kFirstReference = 100;
  const bool is_reference = name.ends_with("_REF");
  if (is_reference) name.remove_suffix(4);
  if (!name.starts_with("DT_")) return std::nullopt;
  for (int64_t number = 0; number < kFirstReference; ++number) {
    if (TensorFlowTypeName(number) == name) return number + (is_reference ? kFirstReference : 0);
  }
  return 0;  // of a newer version: as unknown numbers
}

}  // namespace tfwasm
