#include "report/findings.h"

#include <gtest/gtest.h>

#include <string>

#include "base/text.h"
#include "report/fact_table.h"

namespace backstop::report {
namespace {

Findings bounce() {
  Findings findings;
  findings.file = "mail/1";
  findings.response.kind = response::Kind::DsnFailed;
  findings.response.reporting_mta = "mx.example.net";
  findings.response.format = "Postfix";
  findings.response.date = "Mon, 23 Nov 2026 10:00:00 +0000";
  findings.response.list_id = "news.example.org";
  findings.response.feedback_type = "abuse";
  findings.response.recipients.push_back({.address = "bob@example.net",
                                          .original_address = "bob@example.com",
                                          .action = response::Action::Failed,
                                          .status = "5.1.1",
                                          .status_from = response::StatusFrom::Field,
                                          .reason = response::Reason::UserUnknown,
                                          .reply_code = "550",
                                          .command = response::Command::Rcpt,
                                          .bounce_type = response::BounceType::Hard,
                                          .remote_mta = "mx.example.com",
                                          .diagnostic = "550 5.1.1 no such user",
                                          .supplement = {}});
  findings.response.original.emplace();
  findings.response.original->message_id = "1@example.org";
  findings.response.original->subject = "Hello";
  findings.origin = origin::judge(
      {.evidence = {
           {.finding = origin::Finding::Proves, .level = origin::Level::C, .detail = "The tag is good."}}});
  return findings;
}

TEST(Findings, JsonHasAllKeysInTheirOrder) {
  Findings findings = bounce();
  const std::string line = to_json_line(findings);
  const std::string want_begin =
      R"({"file":"mail/1","kind":"dsn-failed","certainty":"guessed","form":"Postfix","reporting_mta":"mx.example.net",)"
      R"("date":"Mon, 23 Nov 2026 10:00:00 +0000","list_id":"news.example.org","feedback_type":"abuse","recipients":[{"address":"bob@example.net",)"
      R"("original_address":"bob@example.com","action":"failed","status":"5.1.1","status_from":"field",)"
      R"("reply_code":"550","command":"RCPT","bounce_type":"hard",)"
      R"("reason":"user-unknown","remote_mta":"mx.example.com","diagnostic":"550 5.1.1 no such user"}],)"
      R"("original":{"message_id":"1@example.org","from":"","to":"","subject":"Hello","date":"",)"
      R"("found_in":"message/rfc822"},"origin":{"result":"genuine","cause":"tag","evidence":[{"name":"tag","result":"proves","level":"C",)"
      R"("detail":"The tag is good."}]},"would":null,"explanation":")";
  EXPECT_EQ(line.substr(0, want_begin.size()), want_begin);
  EXPECT_TRUE(line.ends_with("\",\"truncated\":false}\n")) << line;
}

TEST(Findings, JsonOfOrdinaryMail) {
  Findings findings;
  findings.file = "-";
  const std::string line = to_json_line(findings);
  EXPECT_TRUE(line.starts_with(
      R"({"file":"-","kind":"none","certainty":null,"form":"","reporting_mta":"","date":"","list_id":"","feedback_type":"","recipients":[],"original":null,"origin":{"result":"unproven","cause":null,"evidence":[]},)"))
      << line;
}

TEST(Findings, TruncatedIfEitherSaysSo) {
  const bool values[] = {false, true};
  for (const bool by_cap : values) {
    for (const bool by_file : values) {
      Findings findings = bounce();
      findings.response.truncated = by_cap;
      findings.is_cut_short = by_file;
      const std::string want = std::string("\"truncated\":") + (by_cap || by_file ? "true" : "false");
      EXPECT_NE(to_json_line(findings).find(want), std::string::npos) << by_cap << by_file;
    }
  }
}

// Whatever a mail or a file name holds, the line is UTF-8 and one line.
TEST(Findings, JsonIsWellFormedForAnyText) {
  const std::string rubbish = "\xFF\n\x1b[31m\xC3\x00\"\\";
  Findings findings = bounce();
  findings.file = rubbish;
  findings.response.reporting_mta = rubbish;
  findings.response.date = rubbish;
  findings.response.list_id = rubbish;
  findings.response.feedback_type = rubbish;
  findings.outcomes = {
      {.recipient = rubbish, .stage = {}, .verdict = {.explanation = rubbish}, .not_asked = {}}};
  findings.response.recipients[0].diagnostic = rubbish;
  findings.response.original->subject = rubbish;
  const std::string line = to_json_line(findings);
  EXPECT_TRUE(base::is_utf8(line));
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  EXPECT_EQ(line.find('\x1b'), std::string::npos);
}

TEST(Findings, PageCannotSteerATerminal) {
  Findings findings = bounce();
  findings.file = "a\x1b]0;x\x07";
  findings.response.recipients[0].diagnostic = "550 \x1b[2J\r\x9b";
  findings.response.original->subject = "\xC2\x9B";
  findings.response.list_id = "\x1b[2J";
  findings.outcomes = {{.recipient = "\x1b[2J", .stage = {}, .verdict = {}, .not_asked = {}}};
  const std::string page = to_page(findings);
  EXPECT_TRUE(base::is_utf8(page));
  for (const char c : page)
    EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20) << static_cast<int>(c);
}

TEST(Findings, PageSaysHowAndHowSurelyItFailed) {
  Findings findings = bounce();
  std::string page = to_page(findings);
  for (const char* const row :
       {"\n    bounce      hard (the address is of no use)\n", "\n    failed at   RCPT, with reply 550\n",
        "\n  Date          Mon, 23 Nov 2026 10:00:00 +0000\n", "\n  List          news.example.org\n",
        "\n  Complaint     abuse\n"})
    EXPECT_NE(page.find(row), std::string::npos) << row << page;
  findings.response.recipients[0].command = response::Command::Connect;
  findings.response.recipients[0].reply_code.clear();
  findings.response.recipients[0].bounce_type = response::BounceType::Soft;
  page = to_page(findings);
  EXPECT_NE(page.find("soft (a later mail may arrive)\n    failed at   the connection\n"), std::string::npos)
      << page;
}

TEST(Findings, OutcomesHaveTheirWords) {
  Findings findings = bounce();
  findings.outcomes.emplace();
  EXPECT_NE(to_json_line(findings).find(R"("would":[],)"), std::string::npos);
  EXPECT_NE(to_page(findings).find("not known: no recipient of yours is known"), std::string::npos);
  findings.outcomes = {{.recipient = "ann@example.org",
                        .stage = "quarantine",
                        .verdict = {.action = policy::Action::Label,
                                    .cause = policy::Cause::Bare,
                                    .explanation = "Nothing proves it",
                                    .next_stage = policy::Action::Refuse},
                        .not_asked = {kEnvelopeSender, kDirectory, kDkimLookup}},
                       {.recipient = "eve@example.com",
                        .stage = {},
                        .verdict = {.action = policy::Action::Refuse,
                                    .cause = policy::Cause::RelayDenied,
                                    .explanation = "No"},
                        .not_asked = {}}};
  EXPECT_NE(
      to_json_line(findings).find(
          R"("would":[{"recipient":"ann@example.org","stage":"quarantine","action":"label","cause":"bare",)"
          R"("next_stage":"refuse","explanation":"Nothing proves it","not_asked":["envelope-sender","directory","dkim-lookup"]},)"
          R"({"recipient":"eve@example.com","stage":"","action":"refuse","cause":"relay-denied",)"
          R"("next_stage":null,"explanation":"No","not_asked":[]}],)"),
      std::string::npos)
      << to_json_line(findings);
  const std::string page = to_page(findings);
  for (const char* const words : {"accepted, with a label at stage quarantine (bare)\n",
                                  "Nothing proves it.\n", "    not asked   who the envelope sender is",
                                  "say it with --mail-from '<>'; whether", "refused (relay-denied)\n"})
    EXPECT_NE(page.find(words), std::string::npos) << words << page;
}

struct OriginRow {
  const char* name;
  origin::Finding finding;
  std::string want;
};

TEST(Findings, ExplanationSaysWhetherYouWroteIt) {
  const OriginRow rows[] = {
      {"silent", origin::Finding::Silent, "Nothing proves that you wrote the mail that it answers."},
      {"proof", origin::Finding::Proves, "It is genuine: you did write the mail that it answers."},
      {"refutation", origin::Finding::Refutes, "It is forged: you did not write the mail that it answers."},
  };
  for (const auto& row : rows) {
    Findings findings = bounce();
    findings.origin = origin::judge({.evidence = {{.finding = row.finding}}});
    EXPECT_TRUE(explanation(findings).ends_with(row.want)) << row.name << ": " << explanation(findings);
  }
  EXPECT_EQ(explanation(Findings{}).find("you wrote"), std::string::npos);
}

TEST(Findings, EvidenceHasItsLevelAndTheCauseItsReason) {
  Findings findings = bounce();
  findings.origin = origin::judge({.evidence = {{.kind = origin::EvidenceKind::Tag, .detail = "No tag."},
                                                {.kind = origin::EvidenceKind::Dkim,
                                                 .finding = origin::Finding::Proves,
                                                 .level = origin::Level::B,
                                                 .detail = "Our signature."}}});
  std::string page = to_page(findings);
  EXPECT_NE(
      page.find("genuine (dkim)\n    tag         silent: No tag.\n    dkim (B)    proves: Our signature."),
      std::string::npos)
      << page;
  EXPECT_EQ(page.find("    why"), std::string::npos) << "the evidence says it";
  EXPECT_NE(to_json_line(findings).find(
                R"({"name":"dkim","result":"proves","level":"B","detail":"Our signature."})"),
            std::string::npos);

  findings.origin = origin::judge({.evidence = {{.detail = "No tag."}}, .incomplete = "It was cut."});
  page = to_page(findings);
  EXPECT_NE(
      page.find("unproven (incomplete)\n    tag         silent: No tag.\n    why         It was cut.\n"),
      std::string::npos)
      << page;
  findings.origin = origin::judge({.incomplete = "It was cut."});
  EXPECT_EQ(to_page(findings).find("    why"), std::string::npos) << "nothing was looked for";
}

struct WrapRow {
  const char* name;
  std::string_view text;
  std::size_t indent;
  std::string want;
};

TEST(FactTable, Wraps) {
  const WrapRow rows[] = {
      {"empty", "", 0, ""},
      {"one line", "ab cd", 0, "ab cd\n"},
      {"exactly the width", "abcd efghi", 0, "abcd efghi\n"},
      {"one past it", "abcd efghij", 0, "abcd\nefghij\n"},
      {"indent counts", "abcd efgh", 2, "  abcd\n  efgh\n"},
      {"a long word stays whole", "a bcdefghijklmno p", 0, "a\nbcdefghijklmno\np\n"},
      {"characters are counted, not bytes", "äöüä öäüöä", 0, "äöüä öäüöä\n"},
  };
  for (const auto& row : rows) EXPECT_EQ(wrap(row.text, row.indent, 10), row.want) << row.name;
}

TEST(FactTable, AlignsAndLeavesOutWhatIsEmpty) {
  FactTable table;
  table.add("Kind", "dsn-failed");
  table.add("Nothing", "");
  table.add("Sent by", "mx.example.net");
  EXPECT_EQ(table.text(), "  Kind     dsn-failed\n  Sent by  mx.example.net\n");
}

}  // namespace
}  // namespace backstop::report
