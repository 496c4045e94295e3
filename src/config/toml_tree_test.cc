#include "config/toml_tree.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/text.h"

namespace backstop::config {
namespace {

constexpr std::string_view kText = R"(# a comment with "quotes and a.b.c.d.e.f.g.h.i.j
[server]
  name = "mü" # and more
list = [1, 'two', "three",
  true, 1.5, 2026-01-01]
[[gateway]]
z = 1
a.b = { c = "x\ty" }
[[gateway]]
many = """one
"two"
three"""
)";

/// The tree as lines: type, place, key and value.
std::string dump(const TomlNode& node, int depth = 0) {
  constexpr std::string_view kTypes[] = {"text", "integer", "real", "boolean", "time", "list", "table"};
  std::string out = fmt::format("{:{}}{}", "", depth, kTypes[static_cast<std::size_t>(node.type)]);
  if (!node.key.empty())
    out += fmt::format(" {}@{}:{}", node.key, node.key_place.line, node.key_place.column);
  out += fmt::format(" at {}:{}", node.place.line, node.place.column);
  if (node.type == TomlType::Text) out += fmt::format(" <{}>", node.text);
  if (node.type == TomlType::Integer) out += fmt::format(" {}", node.integer);
  if (node.type == TomlType::Boolean) out += node.is_true ? " true" : " false";
  out += '\n';
  for (const TomlNode& child : node.children) out += dump(child, depth + 1);
  return out;
}

TEST(TomlTree, KeepsValuesPlacesAndOrder) {
  const auto tree = parse_toml(kText);
  ASSERT_TRUE(tree) << tree.error().message;
  EXPECT_EQ(dump(*tree), R"(table at 1:1
 table server@2:2 at 2:1
  text name@3:3 at 3:10 <mü>
  list list@4:1 at 4:8
   integer at 4:9 1
   text at 4:12 <two>
   text at 4:19 <three>
   boolean at 5:3 true
   real at 5:9
   time at 5:14
 list gateway@6:3 at 6:1
  table at 6:1
   integer z@7:1 at 7:5 1
   table a@8:1 at 8:1
    table b@8:3 at 8:7
     text c@8:9 at 8:13 <x	y>
  table at 9:1
   text many@10:1 at 10:8 <one
"two"
three>
)");
}

TEST(TomlTree, FindsMembersByTheirKey) {
  const auto tree = parse_toml("a = 1\nb = 2\n");
  ASSERT_TRUE(tree);
  ASSERT_NE(tree->find("b"), nullptr);
  EXPECT_EQ(tree->find("b")->integer, 2);
  EXPECT_EQ(tree->find("c"), nullptr);
}

TEST(TomlTree, EveryCutIsATreeOrAMistakeInTheText) {
  const auto lines = static_cast<std::size_t>(std::ranges::count(kText, '\n')) + 1;
  std::size_t trees = 0;
  for (std::size_t size = 0; size <= kText.size(); ++size) {
    const auto tree = parse_toml(kText.substr(0, size));
    trees += tree ? 1 : 0;
    if (tree) continue;
    EXPECT_GE(tree.error().place.line, 1u) << size;
    EXPECT_LE(tree.error().place.line, lines) << size;
    EXPECT_THAT(tree.error().message, testing::StartsWith("this is no TOML: ")) << size;
    EXPECT_TRUE(base::is_utf8(tree.error().message)) << size;
  }
  EXPECT_GT(trees, 50u);
  EXPECT_LT(trees, kText.size());
}

struct Refused {
  std::string name;
  std::string text;
  Place want_place;
  std::string want;
};

TEST(TomlTree, SaysWhatIsWrong) {
  const Refused rows[] = {
      {"two values", "a = 1 2", {1, 7}, "in a key-value pair: expected a comment or whitespace, saw '2'"},
      {"no value", "a =\n", {1, 4}, ""},
      {"byte that is no UTF-8", "a = \"\x80\"", {1, 5}, "Encountered invalid utf-8 sequence"},
      {"word",
       "a = off",
       {1, 5},
       "in a value: could not determine value type; text must be in quotes: a = \"off\""},
      {"quote within the line", "a = \"b", {1, 7}, "in a string: encountered end-of-file"},
      {"escape for a terminal", "a\x1b[2J = 1", {1, 2}, ""},
  };
  for (const Refused& row : rows) {
    const auto tree = parse_toml(row.text);
    ASSERT_FALSE(tree) << row.name;
    EXPECT_EQ(tree.error().place, row.want_place) << row.name;
    EXPECT_THAT(tree.error().message, testing::HasSubstr("this is no TOML: " + row.want)) << row.name;
    EXPECT_FALSE(tree.error().message.contains('\x1b')) << row.name;
  }
}

/// "a.a.a" of so many parts.
std::string key_of(std::size_t parts, std::string_view part = "a") {
  std::string key(part);
  for (std::size_t i = 1; i < parts; ++i) key += fmt::format(".{}", part);
  return key;
}

TEST(TomlTree, KeysHaveAMaximumOfParts) {
  struct Row {
    std::string_view name;
    std::string before, part, after;
    Place want_place;  ///< of the dot that is one too many
  };
  const Row rows[] = {
      {"key", "", "a", " = 1\n", {1, 16}},
      {"section", "[", "a", "]\n", {1, 17}},
      {"list of sections", "[[", "a", "]]\n", {1, 18}},
      {"quoted", "", "\"a.b\"", " = 1\n", {1, 48}},
      {"literal", "", "'a\"b'", " = 1\n", {1, 48}},
      {"later line", "x = 1.5 # \"\ny = ''\n", "a", " = 1\n", {3, 16}},
      {"in a table", "x = { y = '.......', ", "a", " = 1 }\n", {1, 37}},
      {"in a list", "x = [ { y = 1 }, { ", "a", " = 1 } ]\n", {1, 35}},
      {"after a text of many lines", "x = \"\"\"\n\\\"\"\"\"\"\n", "a", " = 1\n", {3, 16}},
      {"after a text that ends in a quote", "x = [ \"\"\"a\"\"\"\", { ", "a", " = 1 } ]\n", {1, 34}},
      {"after a text that ends in two", "x = [ \"\"\"a\"\"\"\"\", { ", "a", " = 1 } ]\n", {1, 35}},
      {"after a literal of many lines", "x = '''\n.\"\n'''\n", "a", " = 1\n", {4, 16}},
      {"after an escaped quote", "x = \"\\\"\"\n", "a", " = 1\n", {2, 16}},
      {"after an escaped line end", "x = \"\"\"\\\n\"\"\"\n", "a", " = 1\n", {3, 16}},
  };
  for (const Row& row : rows) {
    const auto most = parse_toml(row.before + key_of(kTomlKeyParts, row.part) + row.after);
    EXPECT_TRUE(most) << row.name << ": " << most.error().message;
    const auto more = parse_toml(row.before + key_of(kTomlKeyParts + 1, row.part) + row.after);
    ASSERT_FALSE(more) << row.name;
    EXPECT_EQ(more.error().message, "a key of more than 8 parts") << row.name;
    EXPECT_EQ(more.error().place, row.want_place)
        << row.name << more.error().place.line << ':' << more.error().place.column;
  }
}

TEST(TomlTree, DotsInTextAndCommentsAreNoKeys) {
  const auto dots = std::string(100, '.');
  for (const std::string& text :
       {"a = \"" + dots + "\"\n", "a = '" + dots + "'\n", "a = \"\"\"\n" + dots + "\"\"\"\n", "# " + dots,
        "a = 1 # " + dots + "\n", "\"" + dots + "\" = 1\n"}) {
    EXPECT_TRUE(parse_toml(text)) << text;
  }
}

TEST(TomlTree, NestingHasAMaximum) {
  const auto lists = [](std::size_t depth) {
    return "a = " + std::string(depth, '[') + std::string(depth, ']');
  };
  const auto most = parse_toml(lists(255));
  EXPECT_TRUE(most) << most.error().message;
  EXPECT_FALSE(parse_toml(lists(257)));
}

TEST(TomlTree, HostileDepthIsAMistake) {
  std::string tables = "a = ";
  std::string both = "a = ";
  for (int i = 0; i < 20'000; ++i) {
    tables += "{ a = ";
    both += "[ { a.a.a.a.a.a.a = ";
  }
  const std::string texts[] = {
      "a = " + std::string(500'000, '['), tables, both, key_of(200'000) + " = 1", "[" + key_of(200'000) + "]",
      key_of(100'000, "\"a\"") + " = 1"};
  for (const std::string& text : texts) EXPECT_FALSE(parse_toml(text)) << text.substr(0, 30);
}

TEST(TomlTree, DeepestTreeThatIsTakenFitsTheStack) {
  std::string text = "a = ";
  std::string end;
  for (int i = 0; i < 120; ++i) {
    text += "[{a.a.a.a.a.a.a.a = ";
    end += "}]";
  }
  const auto tree = parse_toml(text + "1" + end);
  EXPECT_TRUE(tree) << tree.error().message;
}

TEST(TomlTree, SizeHasAMaximum) {
  const std::string most = "#" + std::string(kTomlMost - 1, 'x');
  EXPECT_TRUE(parse_toml(most));
  const auto more = parse_toml(most + "x");
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().message, "the file is larger than 1048576 bytes, the most that is read");
}

TEST(TomlTree, DescribesValues) {
  const auto tree =
      parse_toml("a = \"b\\u001b\"\nc = -5\nd = 1.5\ne = true\nf = false\ng = 10:00:00\nh = []\ni = {}\n");
  ASSERT_TRUE(tree);
  std::vector<std::string> found;
  for (const TomlNode& node : tree->children) found.push_back(describe(node));
  EXPECT_THAT(found, testing::ElementsAre("the text \"b\ufffd\"", "the number -5", "a number with a point",
                                          "true", "false", "a date or time", "a list", "a section"));
}

}  // namespace
}  // namespace backstop::config
