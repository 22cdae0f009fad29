// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "kernels/text/regex.h"
#include "ops/infer.h"

namespace tfwasm {

namespace {

// A part of the replacement: text, then a group of the match.
struct Rewrite {
  struct Part {
    std::string text;
    int group = -1;  // -1: none
  };

  explicit Rewrite(std::string_view rewrite) {
    parts.emplace_back();
    for (size_t i = 0; i < rewrite.size(); ++i) {
      if (rewrite[i] != '\\') {
        parts.back().text += rewrite[i];
        continue;
      }
      const char c = ++i < rewrite.size() ? rewrite[i] : '\0';
      if (c == '\\') {
        parts.back().text += c;
      } else if (c >= '0' && c <= '9') {
        parts.back().group = c - '0';
        last_group = std::max(last_group, c - '0');
        parts.emplace_back();
      } else {
        Throw(Code::kAttr, "the rewrite '", rewrite,
              "' has a backslash that is not followed by a digit or another one");
      }
    }
  }

  std::vector<Part> parts;
  int last_group = 0;
};

struct Replacement {
  explicit Replacement(const AttrMap& attrs)
      : program(CompileRegex(attrs.String("pattern", ""))),
        rewrite(attrs.String("rewrite", "")),
        is_global(attrs.Bool("replace_global", true)) {
    if (rewrite.last_group > program.groups) {
      Throw(Code::kAttr, "the rewrite refers to group ", rewrite.last_group,
            ", but the pattern has ", program.groups);
    }
  }

  RegexProgram program;
  Rewrite rewrite;
  bool is_global;
};

void Replace(const Replacement& replacement, RegexMatcher& matcher, std::string_view text,
             std::string& out) {
  out.clear();
  size_t done = 0;
  size_t last_end = std::string_view::npos;
  while (done <= text.size() && matcher.Find(text, done)) {
    const size_t begin = matcher.match_begin();
    const size_t end = matcher.match_end();
    out += text.substr(done, begin - done);
    done = begin;
    if (end == begin && begin == last_end) {
      // An empty match directly after a match: advance by one character.
      if (begin == text.size()) break;
      const size_t size = DecodeUtf8(text.substr(begin)).size;
      out += text.substr(begin, size);
      done = begin + size;
      continue;
    }
    for (const Rewrite::Part& part : replacement.rewrite.parts) {
      out += part.text;
      if (part.group >= 0) out += matcher.group(part.group);
    }
    done = last_end = end;
    if (!replacement.is_global) break;
  }
  if (done < text.size()) out += text.substr(done);
}

void InferReplace(InferContext& context) {
  context.ExpectDType(0, DType::kString, "the input");
  [[maybe_unused]] const Replacement checked(context.attrs());
  InferLikeInput(context);
}

std::unique_ptr<Kernel> ReplaceKernel(const KernelContext& context) {
  const int64_t count = context.shape(0).NumElements();
  return MakeKernel([count, replacement = Replacement(context.attrs())](RunContext& run) {
    RegexMatcher matcher(replacement.program, replacement.rewrite.last_group);
    for (int64_t i = 0; i < count; ++i) {
      Replace(replacement, matcher, run.in<std::string>(0)[i], run.out<std::string>(0)[i]);
    }
  });
}

TFWASM_OP kStaticRegexReplaceOp{.name = "StaticRegexReplace",
                                .required_attrs = "pattern,rewrite",
                                .infer = InferReplace,
                                .kernel = ReplaceKernel};

}  // namespace

}  // namespace tfwasm
