#include "origin/added_fields.h"

#include <gtest/gtest.h>

#include <string>

namespace backstop::origin {
namespace {

TEST(AddedFields, Lines) {
  EXPECT_EQ(watermark_line("1;0;x"), "Backstop-Watermark: 1;0;x\r\n");
  EXPECT_EQ(message_id_line("1@example.org"), "Message-ID: <1@example.org>\r\n");
}

TEST(AddedFields, AMessageIdIsAddedUnlessOneIsThereOrSignedAsAbsent) {
  const struct {
    const char* name;
    std::string header;
    bool want;
  } rows[] = {
      {"none", "From: ann@example.org\r\n", true},
      {"no field at all", "", true},
      {"one", "From: ann@example.org\r\nMessage-Id: <1@example.org>\r\n", false},
      {"in the body", "From: ann@example.org\r\n\r\nMessage-ID: <1@example.org>\r\n", true},
      {"another's name", "X-Message-ID: <1@example.org>\r\n", true},
      {"signed without it", "DKIM-Signature: v=1; h=From:Date:Subject; b=x\r\n", true},
      {"signed as absent", "DKIM-Signature: v=1; h=From:Message-ID:Subject; b=x\r\n", false},
      {"in lower case, last", "DKIM-Signature: v=1; b=x; h=from:message-id\r\n", false},
      {"folded", "DKIM-Signature: v=1;\r\n h = From :\r\n\tMessage-ID\r\n\t: Date; b=x\r\n", false},
      {"in the second signature",
       "DKIM-Signature: v=1; h=From; b=x\r\nDKIM-Signature: v=1; h=From:Message-ID; b=x\r\n", false},
      {"in z=, not in h=", "DKIM-Signature: v=1; h=From; z=Message-ID:x; b=x\r\n", true},
      {"as a part of a name", "DKIM-Signature: v=1; h=From:X-Message-ID; b=x\r\n", true},
      {"in another field", "X-Google-DKIM-Signature: v=1; h=From:Message-ID; b=x\r\n", true},
      {"past the cap", "A: " + std::string(300 * 1024, 'x') + "\r\n", false},
  };
  for (const auto& row : rows) EXPECT_EQ(needs_message_id(row.header), row.want) << row.name;
}

}  // namespace
}  // namespace backstop::origin
