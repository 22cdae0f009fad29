// SPDX-License-Identifier: Apache-2.0
#include "convert/options.h"

#include "core/error.h"
#include "core/json.h"
#include "graph/proto_json.h"

namespace tfwasm {

namespace {

std::vector<std::string> ReadTexts(const Json& list, std::string_view what) {
  std::vector<std::string> texts;
  for (const Json& text : ExpectArray(list, what)) texts.emplace_back(ExpectString(text, what));
  return texts;
}

void ReadFlag(const Json& options, std::string_view name, bool& flag) {
  if (const Json* value = options.Find(name)) flag = ReadBool(*value, name);
}

}  // namespace

ConvertOptions ReadConvertOptions(std::string_view json) {
  const JsonDocument document = ParseJson(json, "the options");
  const Json& root = document.root();
  ConvertOptions options;
  if (const Json* format = root.Find("format")) options.format = ExpectString(*format, "format");
  if (const Json* name = root.Find("signatureName")) {
    options.signature_name = ExpectString(*name, "signatureName");
  }
  if (const Json* tags = root.Find("tags")) options.tags = ReadTexts(*tags, "tags");
  if (const Json* names = root.Find("outputNodeNames")) {
    options.output_names = ReadTexts(*names, "outputNodeNames");
  }
  ReadFlag(root, "stripDebugOps", options.strip_debug_ops);
  ReadFlag(root, "skipOpCheck", options.skip_op_check);
  ReadFlag(root, "freezeState", options.freeze_state);
  ReadFlag(root, "forTfwasm", options.for_tfwasm);
  return options;
}

FileSizes ReadFileSizes(std::string_view json) {
  const JsonDocument document = ParseJson(json, "the list of files");
  FileSizes sizes;
  for (const auto& [path, size] : ExpectObject(document.root(), "the list of files")) {
    const int64_t bytes = ReadInt64(size, path);
    if (bytes < 0) Throw(Code::kInput, "the file '", path, "' has a negative size");
    sizes[std::string(path)] = static_cast<uint64_t>(bytes);
  }
  return sizes;
}

}  // namespace tfwasm
