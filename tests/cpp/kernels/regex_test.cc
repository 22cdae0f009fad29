// SPDX-License-Identifier: Apache-2.0
#include "kernels/text/regex.h"

#include "ops/op_test.h"

namespace tfwasm {

namespace {

// "begin-end" of the leftmost match and of each of its groups, or "none".
std::string Match(std::string_view pattern, std::string_view text) {
  const RegexProgram program = CompileRegex(pattern);
  RegexMatcher matcher(program, program.groups);
  if (!matcher.Find(text, 0)) return "none";
  std::string result;
  for (int i = 0; i <= program.groups; ++i) {
    if (i > 0) result += "|";
    result += matcher.group(i);
  }
  return result;
}

}  // namespace

TEST_CASE("Regex: what patterns match") {
  struct Case {
    std::string_view pattern;
    std::string_view text;
    std::string_view expected;
  };
  const Case cases[] = {
      {"abc", "xabcx", "abc"},
      {"", "abc", ""},
      {"a|ab", "ab", "a"},  // the first alternative wins, not the longest
      {"ab|a", "ab", "ab"},
      {"(a|b|cd)*e", "xabcdbe", "abcdbe|b"},
      {"(?:a|b)+", "cabab", "abab"},
      {"a*", "aaa", "aaa"},
      {"a*?", "aaa", ""},
      {"a+?b", "aaab", "aaab"},
      {"(a+?)(a*)", "aaa", "aaa|a|aa"},
      {"(?U)(a+)(a*)", "aaa", "a|a|"},
      {"a{2}", "aaa", "aa"},
      {"a{2,}", "aaaa", "aaaa"},
      {"a{1,2}?", "aaa", "a"},
      {"(ab){1,3}c", "ababababc", "abababc|ab"},
      {"a{0}b", "ab", "b"},
      {"a{,2}", "a{,2}", "a{,2}"},  // not a repetition, so it is literal
      {"x{2}{", "xx{", "xx{"},
      {"[a-c]+", "xxabcd", "abc"},
      {"[^a-c]+", "abxy\nc", "xy\n"},
      {"[]a]+", "a]b", "a]"},
      {"[^]a]", "]ab", "b"},
      {"[a\\-z]+", "b-az", "-az"},
      {"[\\d\\s]+", "a1 2b", "1 2"},
      {"[[:alpha:]_]+", "12ab_3", "ab_"},
      {"[[:^digit:]]+", "12ab3", "ab"},
      {"\\w+", "--a_9-", "a_9"},
      {"\\W+", "ab-- c", "-- "},
      {"\\s", "a\vb\t", "\t"},  // \s does not include \v in RE2
      {"\\D+\\d", "ab1", "ab1"},
      {".+", "ab\ncd", "ab"},
      {"(?s).+", "ab\ncd", "ab\ncd"},
      {"^b", "ab", "none"},
      {"^b", "a\nb", "none"},
      {"(?m)^b$", "a\nb\nc", "b"},
      {"a$", "a\n", "none"},
      {"\\Aab\\z", "ab", "ab"},
      {"\\bcat\\b", "concat cat", "cat"},
      {"\\Bcat", "concat", "cat"},
      {"(?i)AbC", "xaBcx", "aBc"},
      {"(?i)[x-z]+", "aXyZ", "XyZ"},
      {"a(?i)b|c(?-i)d", "aB", "aB"},
      {"(?i:a)b", "AB Ab", "Ab"},
      {"\\x41\\x{42}\\103", "ABC", "ABC"},
      {"\\.\\*\\\\", ".*\\", ".*\\"},
      {"\\Qa.b*\\E+", "a.b**", "a.b**"},
      {"\xc3\xa9+", "caf\xc3\xa9\xc3\xa9", "\xc3\xa9\xc3\xa9"},
      {"[\xc3\xa0-\xc3\xbf]", "a\xc3\xa9", "\xc3\xa9"},
      {".", "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
      {".", "\xff", "none"},  // not a valid code point
      {"[^a]", "\xe2\x82", "none"},
      {"(?P<year>\\d{4})-(\\d\\d)", "on 2024-10", "2024-10|2024|10"},
      {"(?<year>\\d+)", "7", "7|7"},
      {"(a)|(b)", "b", "b||b"},
      {"((a)|b)*", "ab", "ab|b|a"},
      {"(a*)*", "aab", "aa|aa"},
      {"(a*)+", "b", "|"},
      {"(|a)+", "aa", "|"},
      {"^^a$$", "a", "a"},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.pattern));
    const std::string found = Match(c.pattern, c.text);
    CHECK(found == std::string(c.expected));
  }
}

TEST_CASE("Regex: what is refused") {
  const std::string nested = std::string(2000, '(') + std::string(2000, ')');
  const std::string long_pattern(30000, 'a');
  for (const std::string& pattern : std::vector<std::string>{"(",
                                                             ")",
                                                             "a)",
                                                             "(a",
                                                             "[a",
                                                             "[",
                                                             "[b-a]",
                                                             "*",
                                                             "+a",
                                                             "a|*",
                                                             "(?:*)",
                                                             "a**",
                                                             "a+*",
                                                             "a{2}{3}",
                                                             "a{1001}",
                                                             "a{3,2}",
                                                             "\\",
                                                             "\\y",
                                                             "\\pL",
                                                             "\\p{Greek}",
                                                             "\\C",
                                                             "\\1",
                                                             "\\x",
                                                             "\\xg1",
                                                             "\\x{110000}",
                                                             "\\x{}",
                                                             "(?P<n",
                                                             "(?P<>a)",
                                                             "(?z)",
                                                             "(?",
                                                             "(?i",
                                                             "(?i)\xc3\xa9",
                                                             "\xff",
                                                             "[[:foo:]]",
                                                             "((a{100}){100}){100}",
                                                             "(?=a)",
                                                             nested,
                                                             long_pattern}) {
    CAPTURE(pattern.substr(0, 40));
    ExpectError(Code::kAttr, [&] { CompileRegex(pattern); });
  }
}

TEST_CASE("Regex: the time is linear where backtracking takes exponentially long") {
  const std::string text(2000, 'a');
  CHECK(Match("(a*)*b", text) == "none");
  CHECK(Match("(a|aa)+$", text).substr(0, 2000) == text);
  CHECK(Match("(x+x+)+y", std::string(2000, 'x')) == "none");
}

TEST_CASE("StaticRegexReplace") {
  const auto replace = [](const char* pattern, const char* rewrite, const std::string& text,
                          bool is_global = true) {
    const TestAttrs attrs = {
        {"pattern", pattern}, {"rewrite", rewrite}, {"replace_global", is_global}};
    return RunOp("StaticRegexReplace", attrs, {Strings({}, {text})}).values<std::string>()[0];
  };
  CHECK(replace("a", "b", "banana") == "bbnbnb");
  CHECK(replace("a", "b", "banana", false) == "bbnana");
  CHECK(replace("(\\w+) (\\w+)", "\\2 \\1", "hello world") == "world hello");
  CHECK(replace("(a)(b)?", "[\\0|\\1|\\2]", "abac") == "[ab|a|b][a|a|]c");
  CHECK(replace("b*", "-", "abc") == "-a-c-");
  CHECK(replace("", "-", "\xc3\xa9g") == "-\xc3\xa9-g-");
  CHECK(replace("x*", "-", "") == "-");
  CHECK(replace("^a", "-", "aaa") == "-aa");
  CHECK(replace("\\s+", "", " a \t b ") == "ab");
  CHECK(replace("[!\"#$%&()\\*\\+,-\\./:;<=>?@\\[\\\\\\]^_`{|}~\\']", "", "it's [a] (test)!") ==
        "its a test");
  CHECK(replace("<br />", " ", "a<br />b") == "a b");
  CHECK(replace("a", "\\\\", "a") == "\\");
  CHECK(replace("n", "x", "none") == "xoxe");
  ExpectTensor(RunOp("StaticRegexReplace", {{"pattern", "a"}, {"rewrite", ""}},
                     {Strings({2, 2}, {"a", "ba", "", "c"})}),
               Strings({2, 2}, {"", "b", "", "c"}));
  ExpectTensor(RunOp("StaticRegexReplace", {{"pattern", "a"}, {"rewrite", ""}}, {Strings({0}, {})}),
               Strings({0}, {}));
  ExpectError(Code::kAttr, [&] { replace("(", "", "a"); });
  ExpectError(Code::kAttr, [&] { replace("a", "\\1", "a"); });
  ExpectError(Code::kAttr, [&] { replace("a", "\\x", "a"); });
  ExpectError(Code::kAttr, [&] { replace("a", "\\", "a"); });
  ExpectError(Code::kDType, [] {
    RunOp("StaticRegexReplace", {{"pattern", "a"}, {"rewrite", ""}}, {F32({}, {1})});
  });
}

}  // namespace tfwasm
