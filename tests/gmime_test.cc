// GMime as a second opinion on the MIME walker. On every mail of the project's fixtures, and of a folder
// given as BACKSTOP_CORPUS, the two agree on parts, fields, parameters, offsets and decoded sizes, or they
// differ in one of the ways that docs/gmime-differences.md gives its reason for.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "mail/encoding.h"
#include "mail/parameter.h"
#include "tests/mime_tree.h"

namespace backstop::tests {
namespace {

namespace fs = std::filesystem;

// The ways to differ, as the page names them.
constexpr std::string_view kClasses[] = {
    "mbox-line",    "blank-lines-first", "no-empty-line",           "empty-mail",
    "encoded-word", "missing-semicolon", "quoted-printable-blanks", "base64-rest",
};

bool starts_mbox_line(std::string_view text) {
  return text.starts_with("From ") || text.starts_with(">From ");
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

// Both trees of one mail, and a walk along them that collects where and how they differ.
class Comparison {
 public:
  explicit Comparison(std::string_view buffer) : buffer_(buffer) {
    mail::walk(buffer, message_);
    ours_ = tree_of(message_);
    theirs_ = gmime_tree(buffer);
  }

  void run();

  std::set<std::string_view> classes;
  std::vector<std::string> unexplained;

 private:
  const mail::Part& part() const { return message_.parts[i_]; }
  bool is_below_a_mail() const {
    return part().depth > 0 && message_.parts[part().parent].media_type != mail::MediaType::MultipartOther &&
           message_.parts[part().parent].media_type != mail::MediaType::MultipartReport;
  }
  bool has_no_empty_line() const;
  bool follows_blank_lines() const;
  std::string_view class_of_part(const TreePart& a, const TreePart& b) const;
  std::string_view class_of_decoded(const TreePart& b) const;
  void compare_part(TreePart& a, TreePart& b);
  void compare_parameters(const TreePart& b);
  void differ(std::string_view name, const std::string& what);
  void skip_subtrees(std::uint32_t depth);

  std::string_view buffer_;
  mail::Message message_;
  Tree ours_;
  Tree theirs_;
  std::size_t i_ = 0;
  std::size_t j_ = 0;
};

void Comparison::differ(std::string_view name, const std::string& what) {
  if (name.empty()) {
    unexplained.push_back(fmt::format("part {} ({}): {}", i_, ours_[i_].type, what));
  } else {
    classes.insert(name);
  }
}

// Past this part and what it holds, in both trees.
void Comparison::skip_subtrees(std::uint32_t depth) {
  do ++i_;
  while (i_ < ours_.size() && ours_[i_].depth > depth);
  do ++j_;
  while (j_ < theirs_.size() && theirs_[j_].depth > depth);
}

// The header was ended by a line that is no field.
bool Comparison::has_no_empty_line() const {
  const std::string_view header = message_.header_of(part());
  const std::string_view body = message_.body_of(part());
  if (body.empty()) return false;
  return header.empty() ||
         (header != "\n" && header != "\r\n" && !header.ends_with("\n\n") && !header.ends_with("\n\r\n"));
}

bool Comparison::follows_blank_lines() const {
  if (part().depth > 0 && !is_below_a_mail()) return false;
  const std::size_t from = part().depth == 0 ? 0 : message_.parts[part().parent].body_begin;
  const std::string_view before = buffer_.substr(from, part().begin - from);
  return !before.empty() && !starts_mbox_line(before) && is_blank(before);
}

std::string_view Comparison::class_of_part(const TreePart& a, const TreePart& b) const {
  if (follows_blank_lines() && b.fields.empty()) return "blank-lines-first";
  if (has_no_empty_line() && a.depth == b.depth) return "no-empty-line";
  return "";
}

std::string_view Comparison::class_of_decoded(const TreePart& b) const {
  const std::string_view body = message_.body_of(part());
  if (part().encoding == mail::TransferEncoding::QuotedPrintable) {
    // GMime keeps blanks at the end of a line: so would we, were they escaped.
    std::string escaped;
    std::string_view rest = body;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      std::string_view line = rest.substr(0, end);
      const std::size_t text = line.find_last_not_of(" \t\r") + 1;
      escaped += line.substr(0, text);
      if (!line.substr(0, text).ends_with('=')) {
        for (const char c : line.substr(text)) escaped += c == ' ' ? "=20" : c == '\t' ? "=09" : "\r";
      }
      if (end < rest.size()) escaped += '\n';
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    std::string decoded;
    mail::decode_quoted_printable(escaped, decoded);
    if (decoded.size() == b.decoded_size) return "quoted-printable-blanks";
  }
  if (part().encoding == mail::TransferEncoding::Base64) {
    std::string decoded;
    mail::decode_base64(body, decoded);
    if (decoded.size() - decoded.size() % 3 == b.decoded_size) return "base64-rest";
  }
  return "";
}

void Comparison::compare_parameters(const TreePart& b) {
  const std::string_view parameters = part().content_type_parameters;
  for (const auto& [name, value] : b.parameters) {
    const auto ours = mail::parameter(parameters, name);
    if (ours && *ours == value) continue;
    const bool is_encoded = ours && ours->find("=?") != std::string::npos;
    differ(is_encoded ? "encoded-word" : "",
           fmt::format("parameter {}: [{}], GMime [{}]", name, ours.value_or("(none)"), value));
  }
  const bool lacks_semicolon = !base::trim(parameters).starts_with(';');
  for (const std::string_view name : {"boundary", "charset", "format", "name", "report-type", "type"}) {
    if (!mail::parameter(parameters, name)) continue;
    const bool has =
        std::ranges::any_of(b.parameters, [&](const auto& p) { return base::iequals(p.first, name); });
    if (!has)
      differ(lacks_semicolon ? "missing-semicolon" : "", fmt::format("parameter {}: only ours", name));
  }
}

void Comparison::compare_part(TreePart& a, TreePart& b) {
  if (!a.fields.empty() && !b.fields.empty() && b.fields[0].first < a.fields[0].first &&
      starts_mbox_line(buffer_.substr(b.fields[0].first))) {
    classes.insert("mbox-line");
    b.fields[0].first = a.fields[0].first;
  }
  if (a.depth != b.depth || a.type != b.type || a.fields != b.fields || a.is_leaf != b.is_leaf ||
      a.body_begin != b.body_begin || a.body_end != b.body_end) {
    const auto text = [](const TreePart& p) {
      return fmt::format("{} at depth {}, {} fields, body {} to {}", p.type, p.depth, p.fields.size(),
                         p.body_begin, p.body_end);
    };
    differ(class_of_part(a, b), fmt::format("{}; GMime {}", text(a), text(b)));
    skip_subtrees(std::min(a.depth, b.depth));
    return;
  }
  if (a.decoded_size != b.decoded_size) {
    differ(class_of_decoded(b), fmt::format("{} bytes decoded, GMime {}", a.decoded_size, b.decoded_size));
  }
  compare_parameters(b);
  ++i_;
  ++j_;
}

void Comparison::run() {
  if (theirs_.empty()) {
    const bool is_blank_first = follows_blank_lines();
    differ(is_blank_first                             ? "blank-lines-first"
           : has_no_empty_line() || is_blank(buffer_) ? "no-empty-line"
                                                      : "",
           "GMime refuses the mail");
    return;
  }
  while (i_ < ours_.size()) {
    TreePart& a = ours_[i_];
    const bool is_missing = j_ >= theirs_.size() || theirs_[j_].depth < a.depth;
    if (is_missing && is_below_a_mail()) {
      const mail::Part& parent = message_.parts[part().parent];
      differ(message_.body_of(parent).empty() ? "empty-mail" : "", "GMime has no such part");
      ++i_;
      continue;
    }
    if (j_ >= theirs_.size()) {
      differ("", "GMime has no such part");
      return;
    }
    compare_part(a, theirs_[j_]);
  }
  if (j_ < theirs_.size()) unexplained.push_back(fmt::format("GMime has {} parts more", theirs_.size() - j_));
}

struct Row {
  const char* name;
  std::string_view mail;
  std::vector<std::string_view> want_classes;
};

const Row kRows[] = {
    {"no difference", "From: a\nContent-Type: text/plain; charset=utf-8\n\nText\n", {}},
    {"multipart",
     "From: a\nContent-Type: multipart/mixed; boundary=\"b c\"\n\npreamble\n--b c\n\none\n--b c "
     "\nContent-Type: "
     "text/html\n\ntwo\n--b c--\nepilogue\n",
     {}},
    {"multipart with CRLF",
     "From: a\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none\r\n--b\r\n\r\n\r\n--b--\r\n",
     {}},
    {"outer boundary ends the inner parts",
     "From: a\nContent-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/mixed; "
     "boundary=b\n\n--b\n\n"
     "one\n--a\n\ntwo\n--a--\n",
     {}},
    {"close delimiter missing",
     "From: a\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\n\ntwo\n",
     {}},
    {"mail in a mail",
     "From: a\nContent-Type: multipart/report; boundary=b; report-type=delivery-status\n\n--b\n\none\n--b\n"
     "Content-Type: message/delivery-status\n\nReporting-MTA: dns; c\n--b\nContent-Type: "
     "message/rfc822\n\nFrom: "
     "c\nContent-Type: text/html\n\ntwo\n--b--\n",
     {}},
    {"digest", "From: a\nContent-Type: multipart/digest; boundary=b\n\n--b\n\nFrom: c\n\none\n--b--\n", {}},
    {"base64", "From: a\nContent-Transfer-Encoding: base64\n\nYWJj\nZGU=\n", {}},
    {"quoted-printable", "From: a\nContent-Transfer-Encoding: quoted-printable\n\na=3Db=\nc = d\n", {}},
    {"uuencode", "From: a\nContent-Transfer-Encoding: x-uuencode\n\nbegin 644 a\n$86)C9```\n`\nend\n", {}},
    {"parameter with a charset",
     "From: a\nContent-Type: text/plain; name*=iso-8859-1''gr%FC%DF\n\nText\n",
     {}},
    {"parameter in sections", "From: a\nContent-Type: text/plain; name*0=\"a b\";\n name*1=c\n\nText\n", {}},

    {"mbox line", "From a@example.org Mon Jan  1 00:00:00 2024\nFrom: a\n\nText\n", {"mbox-line"}},
    {"blank lines first", "\n  \nFrom: a\n\nText\n", {"blank-lines-first"}},
    {"blank lines first in a mail in a mail",
     "From: a\nContent-Type: message/rfc822\n\n\nFrom: b\n\nText\n",
     {"blank-lines-first"}},
    {"text for a mail", "Hello there\n", {"no-empty-line"}},
    {"text for a mail in a mail",
     "From: a\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: "
     "message/rfc822\n\n[removed]\n--b--\n",
     {"no-empty-line"}},
    {"empty mail in a mail",
     "From: a\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\n--b--\n",
     {"empty-mail"}},
    {"encoded mail in a mail",
     "From: a\nContent-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nRnJvbTogYgoKVGV4dAo=\n",
     {}},
    {"encoded word",
     "From: a\nContent-Type: text/plain; name=\"=?utf-8?Q?=C3=A9?=\"\n\nText\n",
     {"encoded-word"}},
    {"semicolon missing", "From: a\nContent-Type: text/plain charset=utf-8\n\nText\n", {"missing-semicolon"}},
    {"blanks at the end of a quoted-printable line",
     "From: a\nContent-Transfer-Encoding: quoted-printable\n\nText \t\nmore\n",
     {"quoted-printable-blanks"}},
    {"base64 cut within four digits",
     "From: a\nContent-Transfer-Encoding: base64\n\nYWJjZG\n",
     {"base64-rest"}},
};

TEST(Gmime, Rows) {
  for (const Row& row : kRows) {
    Comparison comparison(row.mail);
    comparison.run();
    EXPECT_THAT(comparison.classes, testing::UnorderedElementsAreArray(row.want_classes)) << row.name;
    EXPECT_THAT(comparison.unexplained, testing::IsEmpty()) << row.name;
  }
}

TEST(Gmime, EveryClassHasARow) {
  std::set<std::string_view> seen;
  for (const Row& row : kRows) seen.insert(row.want_classes.begin(), row.want_classes.end());
  EXPECT_THAT(seen, testing::UnorderedElementsAreArray(kClasses));
}

TEST(Gmime, ThePageNamesEveryClass) {
  std::ifstream file(BACKSTOP_SOURCE_DIR "/docs/gmime-differences.md");
  ASSERT_TRUE(file);
  std::vector<std::string> names;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("| `")) names.push_back(line.substr(3, line.find('`', 3) - 3));
  }
  EXPECT_THAT(names, testing::UnorderedElementsAreArray(kClasses));
}

std::string contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void compare_files(const std::vector<fs::path>& paths) {
  ASSERT_FALSE(paths.empty());
  std::map<std::string_view, int> seen;
  for (const fs::path& path : paths) {
    const std::string mail = contents(path);
    Comparison comparison(mail);
    comparison.run();
    EXPECT_THAT(comparison.unexplained, testing::IsEmpty()) << path;
    for (const auto name : comparison.classes) ++seen[name];
  }
  fmt::print("{} mails", paths.size());
  for (const auto& [name, count] : seen) fmt::print(", {} of class {}", count, name);
  fmt::print("\n");
}

TEST(Gmime, Fixtures) {
  std::vector<fs::path> paths;
  for (const char* folder : {"/src", "/tests"}) {
    for (const auto& entry : fs::recursive_directory_iterator(std::string(BACKSTOP_SOURCE_DIR) + folder)) {
      if (entry.path().extension() == ".eml") paths.push_back(entry.path());
    }
  }
  compare_files(paths);
}

TEST(Gmime, Corpus) {
  const char* given = std::getenv("BACKSTOP_CORPUS");
  const fs::path folder =
      given != nullptr ? fs::path(given) : fs::path(BACKSTOP_SOURCE_DIR "/../shared/corpus/mail");
  if (!fs::is_directory(folder)) GTEST_SKIP() << "no folder of mails: set BACKSTOP_CORPUS to compare one";
  std::vector<fs::path> paths;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) paths.push_back(entry.path());
  }
  compare_files(paths);
}

}  // namespace
}  // namespace backstop::tests
