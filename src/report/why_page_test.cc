#include "report/why_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <time.h>

#include <boost/json/serialize.hpp>

#include "store/event_fixture.h"

namespace backstop::report {
namespace {

using store::Event;
using store::Fact;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Event bounce() {
  Event event = store::refused_bounce();
  event.certainty = "structural";
  event.origin = "unproven";
  event.origin_cause = "missing";
  event.cause = "missing";
  event.evidence = {{"tag", "silent", "The address carries no tag."},
                    {"trace", "hints", "The mail that came back names mx.example.org in a Received field."}};
  event.facts = {Fact::ReadyMessages, Fact::SoughtTag, Fact::SoughtWatermark};
  return event;
}

class WhyPage : public testing::Test {
 protected:
  WhyPage() {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
  }
};

std::vector<std::string> names(const std::vector<Point>& points) {
  std::vector<std::string> names;
  for (const auto& one : points) names.push_back(one.name + one.level);
  return names;
}

struct Row {
  const char* name;
  void (*change)(Event&);
  std::vector<std::string> found;
  std::vector<std::string> not_found;
  std::vector<std::string> would_prove;
  std::vector<std::string> not_sought;
};

TEST_F(WhyPage, EachProofIsInTheTree) {
  const std::vector<std::string> all = {"tagC", "watermarkB", "dkimB", "ledgerB"};
  const std::vector<std::string> unsought = {"dkimB", "ledgerB"};
  const Row rows[] = {
      {"nothing proves it", [](Event&) {}, {"trace"}, {"tag", "watermark"}, all, unsought},
      {"a proof",
       [](Event& e) {
         e.origin = "genuine";
         e.evidence = {{"watermark", "proves", "It is ours.", "A"}};
       },
       {"watermarkA"},
       {"tag"},
       {},
       unsought},
      {"a proof that does not count",
       [](Event& e) { e.evidence = {{"tag", "proves", "It is ours.", "C"}}; },
       {"tagC"},
       {"watermark"},
       {"watermarkB", "dkimB", "ledgerB"},
       unsought},
      {"tags are off",
       [](Event& e) { e.facts.add(Fact::TagsOff); },
       {"trace"},
       {"tag", "watermark"},
       {"watermarkB", "dkimB", "ledgerB"},
       unsought},
      {"of an older Backstop", [](Event& e) { e.origin_cause.clear(); }, {"trace"}, {"tag"}, {}, {}},
      {"no response",
       [](Event& e) {
         e.kind = "none";
         e.origin_cause.clear();
         e.evidence.clear();
       },
       {},
       {},
       {},
       {}},
      {"a recipient that was refused",
       [](Event& e) {
         e.kind.clear();
         e.origin_cause.clear();
       },
       {"trace"},
       {"tag"},
       {},
       {}},
  };
  for (const auto& row : rows) {
    Event event = bounce();
    row.change(event);
    const auto reasoning = reasoning_of(event);
    EXPECT_EQ(names(reasoning.found), row.found) << row.name;
    EXPECT_EQ(names(reasoning.not_found), row.not_found) << row.name;
    EXPECT_EQ(names(reasoning.would_prove), row.would_prove) << row.name;
    EXPECT_EQ(names(reasoning.not_sought), row.not_sought) << row.name;
  }
}

TEST_F(WhyPage, IsInSentences) {
  EXPECT_EQ(why_page(bounce()),
            "0065f1c2a9b3d40: refused on 2026-11-23 at 00:00:00 UTC\n"
            "  mx.example.net (203.0.113.7) brought a bounce from <> for\n"
            "  prvs=0787c97471=ann@example.org. Its machine-readable parts show that it is\n"
            "  one (structural). It answers the mail 1@example.org.\n"
            "\n"
            "  Did the recipient send the mail that it answers? Nothing proves it\n"
            "  (missing).\n"
            "\n"
            "  Found\n"
            "    trace  hints: The mail that came back names mx.example.org in a Received\n"
            "           field.\n"
            "\n"
            "  Looked for and not found\n"
            "    tag        The address carries no tag.\n"
            "    watermark  What came back carries no watermark of ours.\n"
            "\n"
            "  Would have proved it\n"
            "    tag (C)        A tag of ours in the address that the response comes to, of\n"
            "                   the last 14 days by default.\n"
            "    watermark (B)  A watermark of ours for this mailbox, not older than 30\n"
            "                   days, in a header that comes back; of level A if the ledger\n"
            "                   has that mail and its addressee.\n"
            "    dkim (B)       A valid DKIM signature of the recipient's domain over a\n"
            "                   From of this mailbox, not older than 30 days, in a header\n"
            "                   that comes back; of level A if the ledger has that mail and\n"
            "                   its addressee.\n"
            "    ledger (B)     A Message-ID in the response that was recorded when mail of\n"
            "                   this mailbox left; of level A if it left for the addressee\n"
            "                   that the response names.\n"
            "\n"
            "  Not looked for\n"
            "    dkim (B)    It needs public keys: [proofs] dkim_keys or dkim_lookup.\n"
            "    ledger (B)  It needs a ledger ([ledger] url).\n"
            "\n"
            "  You did not write the mail that this bounce answers.\n"
            "  Done        refused\n"
            "  Verdict     refuse\n"
            "  Cause       missing\n"
            "  Stage       label\n"
            "  Domain      ready for proofs in messages\n"
            "  Next stage  refuse\n"
            "  Reply       550 5.7.1 You did not write it\n");
}

TEST_F(WhyPage, SaysWhatAnUnreadyDomainLacksToday) {
  using std::chrono::days;
  constexpr std::chrono::sys_days kToday{days(20780)};
  std::vector<store::DaySums> sums;
  const auto add_days = [&](const char* domain, int count) {
    for (int ago = count - 1; ago >= 0; --ago)
      sums.push_back({domain, kToday - days(ago), {.left = 10, .tag = 10}});
  };
  add_days("example.org", 4);
  add_days("ready.test", 20);
  Event event = bounce();
  event.recipients = {"prvs=0787c97471=ann@Example.ORG"};
  EXPECT_EQ(missing_today(event, sums, kToday), "") << "it was ready";
  event.facts = {};
  EXPECT_EQ(missing_today(event, sums, kToday), "Mail has left on 4 days; 5 are needed.");
  EXPECT_THAT(why_page(event, missing_today(event, sums, kToday)),
              HasSubstr("Missing today  Mail has left on 4 days; 5 are needed.\n"));
  event.recipients = {"ann@other.test"};
  EXPECT_EQ(missing_today(event, sums, kToday), "No mail has left within 30 days.");
  event.recipients = {"ann@ready.test"};
  EXPECT_EQ(missing_today(event, sums, kToday), "Nothing: it is ready by now.");
  event.facts = {Fact::ReadyDeclared};
  EXPECT_EQ(missing_today(event, sums, kToday), "") << "what is observed does not count";
  event.facts = {};
  event.recipients = {"postmaster"};
  EXPECT_EQ(missing_today(event, sums, kToday), "");
  event.recipients.clear();
  EXPECT_EQ(missing_today(event, sums, kToday), "");
  event.recipients = {"ann@other.test"};
  event.origin_cause.clear();
  EXPECT_EQ(missing_today(event, sums, kToday), "") << "no response";
}

TEST_F(WhyPage, SaysWhatIsNotKnown) {
  Event old = bounce();
  old.origin_cause.clear();
  EXPECT_THAT(why_page(old), HasSubstr("An older Backstop recorded this event"));
  EXPECT_THAT(why_page(old), Not(HasSubstr("Domain")));
  EXPECT_THAT(why_page(store::delivered_mail()), HasSubstr("brought ordinary mail from bob@example.net"));
  EXPECT_THAT(why_page(store::delivered_mail()), HasSubstr("It is no response"));
  Event refused = bounce();
  refused.kind.clear();
  EXPECT_THAT(why_page(refused), HasSubstr("No message was read"));
}

/// A bounce of one of our own servers that is held.
Event held(std::string cause) {
  Event event = bounce();
  event.direction = store::Direction::Outbound;
  event.client = "192.0.2.1";
  event.helo = "mail.example.org";
  event.recipients = {"eve@c.test"};
  event.original_message_id.clear();
  event.origin.clear();
  event.origin_cause.clear();
  event.facts = {};
  event.evidence.clear();
  event.verdict = store::Verdict::Quarantine;
  event.done = store::Done::Quarantined;
  event.stage = "hold";
  event.next_stage.reset();
  event.reply = "250 2.0.0 Taken";
  event.cause = std::move(cause);
  event.explanation = "Nothing shows that eve@c.test wrote the mail that this bounce answers.";
  return event;
}

TEST_F(WhyPage, OfAResponseOnItsWayOutSaysWhetherItIsOwed) {
  EXPECT_EQ(why_page(held("not-owed")),
            "0065f1c2a9b3d40: held on 2026-11-23 at 00:00:00 UTC\n"
            "  mail.example.org (192.0.2.1) brought a bounce from <> for eve@c.test. Its\n"
            "  machine-readable parts show that it is one (structural).\n"
            "\n"
            "  Did eve@c.test write the mail that it answers? No: that mail was checked,\n"
            "  and nothing shows that it came from there.\n"
            "\n"
            "  Nothing shows that eve@c.test wrote the mail that this bounce answers.\n"
            "  Done     held\n"
            "  Verdict  hold\n"
            "  Cause    not-owed\n"
            "  Stage    hold\n"
            "  Reply    250 2.0.0 Taken\n");
  EXPECT_THAT(why_page(held("owed")), HasSubstr("the mail that it answers? Yes.\n"));
  EXPECT_THAT(why_page(held("unclear")), HasSubstr("That is not known"));
  EXPECT_THAT(why_page(held("rated")), HasSubstr("than the rates"));
  EXPECT_THAT(why_page(held("vacation-again")), HasSubstr("within the last 7 days."));
  EXPECT_THAT(why_page(held("not-checked-yet")), HasSubstr("still being"));
  EXPECT_THAT(why_page(held("failed")), HasSubstr("(structural).\n\n  Nothing shows that"));
}

TEST_F(WhyPage, NothingSteersTheTerminal) {
  Event event = bounce();
  for (auto* const text : {&event.id, &event.client, &event.helo, &event.reverse_path, &event.explanation,
                           &event.reply, &event.original_message_id, &event.origin_cause, &event.cause})
    *text = "a\x1b[31m\n\u202eb";
  event.recipients = {"\x1b@example.org"};
  event.evidence = {{"\x1b", "\x1b", "\x1b", "\x1b"}};
  const std::string page = why_page(event);
  EXPECT_EQ(page.find('\x1b'), std::string::npos);
  EXPECT_EQ(page.find("\u202e"), std::string::npos);
}

TEST_F(WhyPage, ChecksOfTheSenderAreOnTheirOwn) {
  Event event = bounce();
  event.evidence.push_back({"auth-spf", "fail", "example.net"});
  const auto reasoning = reasoning_of(event);
  EXPECT_THAT(names(reasoning.sender), ElementsAre("auth-spf"));
  EXPECT_THAT(names(reasoning.found), Not(testing::Contains("auth-spf")));
  EXPECT_THAT(why_page(event), HasSubstr("Checks of the sender\n    auth-spf"));
  EXPECT_THAT(why_page(bounce()), Not(HasSubstr("Checks of the sender")));
}

TEST_F(WhyPage, AsJson) {
  Event event = bounce();
  event.evidence.pop_back();
  auto object = why_json(event);
  EXPECT_EQ(object.at("event").at("id"), "0065f1c2a9b3d40");
  EXPECT_EQ(
      boost::json::serialize(object.at("not_found")),
      R"([{"name":"tag","finding":"silent","level":"","detail":"The address carries no tag."},)"
      R"({"name":"watermark","finding":"","level":"","detail":"What came back carries no watermark of ours."}])");
  std::vector<std::string> keys;
  for (const auto& member : object) keys.emplace_back(member.key());
  EXPECT_THAT(keys, ElementsAre("event", "found", "sender", "not_found", "would_prove", "not_sought",
                                "missing_today"));
  EXPECT_THAT(object.at("found").as_array(), IsEmpty());
}

TEST_F(WhyPage, SaysWhatAnOperatorDid) {
  Event event = bounce();
  event.kind.clear();
  event.client.clear();
  event.helo.clear();
  event.origin_cause.clear();
  event.evidence.clear();
  event.direction = store::Direction::Outbound;
  event.cause = store::kReleased;
  event.done = store::Done::Delivered;
  event.explanation = "root released what was held as 1f";
  event.recipients = {"eve@example.net"};
  const std::string page = why_page(event);
  EXPECT_THAT(page, HasSubstr(": released on "));
  EXPECT_THAT(page,
              HasSubstr("\n  It was a response from <> for eve@example.net that was held on its way out.\n"));
  EXPECT_THAT(page, HasSubstr("\n  root released what was held as 1f\n"));
  EXPECT_THAT(page, Not(HasSubstr("brought")));
  EXPECT_THAT(page, Not(HasSubstr("judged")));
  event.direction = store::Direction::Inbound;
  event.cause = store::kDeleted;
  EXPECT_THAT(why_page(event), HasSubstr(" that was kept back.\n"));
}

}  // namespace
}  // namespace backstop::report
