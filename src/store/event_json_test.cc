#include "store/event_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "store/event_fixture.h"

namespace backstop::store {
namespace {

using testing::IsEmpty;

TEST(EventJson, ListsAreText) {
  EXPECT_EQ(recipients_to_json({}), "[]");
  EXPECT_EQ(recipients_to_json({"a@example.org", "\"b\\\"@example.org"}),
            R"(["a@example.org","\"b\\\"@example.org"])");
  EXPECT_EQ(evidence_to_json({{"tag", "proves", "It is good.", "C"}}),
            R"([{"name":"tag","finding":"proves","level":"C","detail":"It is good."}])");
}

TEST(EventJson, ListsComeBack) {
  const std::vector<std::string> recipients = {"", "a", "\n\"\\/\x01\x7f", "\u00FC\U0001F4E7"};
  EXPECT_EQ(recipients_from_json(recipients_to_json(recipients)), recipients);
  const std::vector<EventEvidence> evidence = {{"tag", "silent", ""}, {"\"", "[", "{}", "\\"}};
  EXPECT_EQ(evidence_from_json(evidence_to_json(evidence)), evidence);
}

TEST(EventJson, WhatIsNoListHasNoMembers) {
  for (const std::string_view text :
       {"", "[", "null", "{}", "\"a\"", "[1,null,{},[]]", "[\"a\"] x", "[\"\xFF\"]"}) {
    EXPECT_THAT(recipients_from_json(text), IsEmpty()) << text;
  }
  for (const std::string_view text : {"", "[", "null", "{}", "[\"a\"]", "[[]]"}) {
    EXPECT_THAT(evidence_from_json(text), IsEmpty()) << text;
  }
  EXPECT_EQ(evidence_from_json(R"([{"name":1,"finding":"hints"}])"),
            (std::vector<EventEvidence>{{"", "hints", ""}}));
}

TEST(EventJson, HasAllMembersInTheOrderOfTheSchema) {
  Event event = refused_bounce();
  event.reverse_path = "bob@example.net";
  event.message_id = "2@example.net";
  event.certainty = "structural";
  event.evidence.front().level = "C";
  event.origin_cause = "bad-tag";
  event.facts = {Fact::ReadyTags, Fact::Relay};
  event.tag = "key-1";
  event.client_gone = true;
  event.contradiction = true;
  EXPECT_EQ(
      boost::json::serialize(event_json(event)),
      R"({"time":"2026-11-23T00:00:00.000Z","id":"0065f1c2a9b3d40","gateway":"in",)"
      R"("direction":"inbound","client":"203.0.113.7","helo":"mx.example.net",)"
      R"("reverse_path":"bob@example.net","recipients":["prvs=0787c97471=ann@example.org"],)"
      R"("size":4321,"message_id":"2@example.net","kind":"dsn-failed","certainty":"structural",)"
      R"("reporting_mta":"mta.example.net","original_message_id":"1@example.org",)"
      R"("evidence":[{"name":"tag","finding":"refutes","level":"C",)"
      R"("detail":"The tag was not made with our key."}],"origin":"forged",)"
      R"("origin_cause":"bad-tag","facts":["ready-tags","relay"],"verdict":"refuse",)"
      R"("cause":"bad-tag","explanation":"You did not write the mail that this bounce answers.",)"
      R"("tag":"key-1","stage":"label","done":"refused","next_stage":"refuse",)"
      R"("reply":"550 5.7.1 You did not write it","took_ms":12,"client_gone":true,"contradiction":true})");
}

TEST(EventJson, WordsThatAreNotKnownAreEmpty) {
  const auto object = event_json(Event());
  for (const char* const key : {"direction", "verdict", "done", "next_stage"}) {
    EXPECT_EQ(object.at(key), "") << key;
  }
}

TEST(EventJson, BytesThatAreNoUtf8BecomeReplacementCharacters) {
  auto event = delivered_mail();
  event.helo = "x\xff";
  event.recipients = {"\xC3"};
  event.evidence = {{"tag", "silent", "\xfe"}};
  const auto text = boost::json::serialize(event_json(event));
  const auto object = boost::json::parse(text).as_object();
  EXPECT_EQ(object.at("helo"), "x\xEF\xBF\xBD");
  EXPECT_EQ(object.at("recipients").at(0), "\xEF\xBF\xBD");
  EXPECT_EQ(object.at("evidence").at(0).at("detail"), "\xEF\xBF\xBD");
  EXPECT_EQ(object.at("time"), "2026-11-25T10:00:00.007Z");
}

}  // namespace
}  // namespace backstop::store
