#include "intake/received_ids.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace backstop::intake {
namespace {

struct Row {
  const char* name;
  const char* value;
  const char* want;
};

const Row kRows[] = {
    {"as we write it",
     " from c.test (c.test [192.0.2.1])\r\n\t(using TLSv1.3 with cipher X)\r\n\tby mx.test (Backstop) with "
     "ESMTPS id 0062f\r\n\tfor <a@b.test>;\r\n\tMon, 30 Nov 2026 10:00:00 +0000",
     "0062f"},
    {"refolded, in another case", "from c.test BY MX.test\t(Backstop) with ESMTP\n ID 1f; Mon", "1f"},
    {"another host", "from c.test by mx.other (Backstop) with ESMTP id 1f; Mon", ""},
    {"our name in a comment", "from c.test (by mx.test id 1f) by mx.other id 2f; Mon", ""},
    {"a comment in a comment", "from c.test ((a) by x.test) by mx.test id 2f; Mon", "2f"},
    {"no id", "from c.test by mx.test with ESMTP; id 1f", ""},
    {"Postfix's long queue id", "from c.test by mx.test (Postfix) with ESMTP id 4fBc1K6bR2z; Mon",
     "4fBc1K6bR2z"},
    {"Postfix's short queue id", "by mx.test (Postfix, from userid 0) id 0BF7A1F", "0BF7A1F"},
    {"Sendmail's", "by mx.test (8.17.1/8.17.1) with ESMTP id 5B10bqxa004711", "5B10bqxa004711"},
    {"no id of any of these", "from c.test by mx.test with ESMTP id 4-yZ; Mon", ""},
    {"as long as one may be", "by mx.test id 0123456789abcdef0123456789abcdef",
     "0123456789abcdef0123456789abcdef"},
    {"one longer", "by mx.test id 0123456789abcdef0123456789abcdef0", ""},
    {"cut after id", "by mx.test id", ""},
    {"cut after by", "from c.test by", ""},
    {"a comment that never ends", "from c.test ( by mx.test id 1f", ""},
    {"empty", "", ""},
};

TEST(ReceivedIds, OfAField) {
  for (const auto& row : kRows) EXPECT_EQ(received_id_of(row.value, "mx.test"), row.want) << row.name;
}

TEST(ReceivedIds, OfBlocksEachOnce) {
  const std::vector<response::ReturnedBlock> blocks = {
      {.bytes = "Received: by mx.test id 3f; x\r\nTo: a\r\nreceived: by other id 9;\r\nReceived: by mx.test "
                "id 1f; x\r\n"},
      {.bytes = "Received: by mx.test id 3f; x\nReceived: by mx.test id 2f; x\n"},
  };
  EXPECT_THAT(received_ids_of(blocks, "mx.test"), testing::ElementsAre("3f", "1f", "2f"));
}

TEST(ReceivedIds, OfAMailItself) {
  mail::Message header;
  mail::walk_header(
      "Received: by mail.test id 9;\r\nReceived: by mx.test id 3f; x\r\nSubject: by mx.test id 4f;\r\n\r\n",
      header);
  EXPECT_THAT(received_ids_of(header, "mx.test"), testing::ElementsAre("3f"));
}

TEST(ReceivedIds, AreCapped) {
  for (const std::size_t count : {kMostReceivedIds, kMostReceivedIds + 1}) {
    std::string block;
    for (std::size_t i = 0; i < count; ++i)
      block += "Received: by mx.test id " + std::to_string(i) + "; x\r\n";
    const std::vector<response::ReturnedBlock> blocks = {{.bytes = block}};
    EXPECT_EQ(received_ids_of(blocks, "mx.test").size(), kMostReceivedIds);
  }
}

}  // namespace
}  // namespace backstop::intake
