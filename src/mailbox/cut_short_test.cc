#include "mailbox/cut_short.h"

#include <gtest/gtest.h>

namespace backstop::mailbox {
namespace {

struct CutRow {
  const char* name;
  std::string_view mail;
  bool want;
};

TEST(CutShort, TellsWholeMailFromCut) {
  const CutRow rows[] = {
      {"header and body", "Subject: hi\n\nbody\n", false},
      {"body without the last line end", "Subject: hi\n\nbody", false},
      {"no body at all", "Subject: hi\n", false},
      {"empty body", "Subject: hi\n\n", false},
      {"ends within a field", "Subject: h", true},
      {"ends within a field's name", "Subject: hi\nTo", true},
      {"line ends CRLF", "Subject: hi\r\n\r\nbody", false},
      {"multipart closed", "Content-Type: multipart/mixed; boundary=x\n\n--x\n\na\n--x--\n", false},
      {"multipart closed at the very end",
       "Content-Type: multipart/mixed; boundary=\"x y\"\n\n--x y\n\na\n--x y--", false},
      {"multipart open", "Content-Type: multipart/mixed; boundary=x\n\n--x\n\na\n", true},
      {"multipart without a boundary", "Content-Type: multipart/mixed\n\n--x\n\na\n", false},
  };
  for (const auto& row : rows) EXPECT_EQ(why_cut_short(row.mail).has_value(), row.want) << row.name;
}

}  // namespace
}  // namespace backstop::mailbox
