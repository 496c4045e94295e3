#include "response/server_words.h"

#include <gtest/gtest.h>

#include <string>

namespace backstop::response {
namespace {

struct Row {
  const char* name;
  std::string_view words;
  std::string_view want;  ///< with single spaces
};

std::string server_words(std::string_view words) {
  std::string text;
  append_server_words(words, text);
  std::string collapsed;
  for (const char c : text) {
    if (c != ' ' || (!collapsed.empty() && collapsed.back() != ' ')) collapsed += c;
  }
  while (collapsed.ends_with(' ')) collapsed.pop_back();
  return collapsed;
}

TEST(ServerWords, AreWithoutWhatTheReporterSays) {
  const Row rows[] = {
      {"nothing", "", ""},
      {"words alone", "550 5.1.1 no such user", "550 5.1.1 no such user"},
      {"Postfix", "host mx.example.org[192.0.2.1] said: 550 5.0.0 Nope (in reply to RCPT TO command)",
       "550 5.0.0 Nope"},
      {"Postfix, end of data", "550 Nope (in reply to end of DATA command)", "550 Nope"},
      {"Exim",
       "host mx.example.org [192.0.2.1] SMTP error from remote mail server after RCPT TO:<a@example.org>: "
       "550 "
       "Nope",
       "< >: 550 Nope"},
      {"qmail", "192.0.2.1 does not like recipient. Remote host said: 550 Nope Giving up on 192.0.2.1.",
       "550 Nope"},
      {"Sendmail", ">>> RCPT To:<spam@example.org> <<< 550 Nope", "<<< 550 Nope"},
      {"an address", "550 <spam.trap@example.org>: Nope", "550 < >: Nope"},
      {"an address without brackets", "550 relay+spam@example.org Nope", "550 Nope"},
      {"an address at the end", "550 Nope user-unknown@example.org", "550 Nope"},
      {"a word with a hyphen stays", "550 no-such-user", "550 no-such-user"},
      {"invisible characters", "550 no such us\u200Ber", "550 no such user"},
      {"a remark that never ends", "550 (in reply to", "550 (in reply to"},
      {"a remark within a word", "550 ghost said: host", "550 ghost said: host"},
      {"a host that a server names", "554 Client host [192.0.2.1] blocked, host name invalid",
       "554 Client host [192.0.2.1] blocked, host name invalid"},
      {"an at sign alone", "@", ""},
      {"the address of a host", "554 192.0.2.1: blocked", "554 an-ip-address blocked"},
      {"the address of a named host", "mx.example.org[192.0.2.1]:25: refused (192.0.2.1)",
       "[192.0.2.1]:25: refused (192.0.2.1)"},
      {"the name of a host", "550 <relay.example.org[192.0.2.1]>: no, spam.example.org.",
       "550 < [192.0.2.1]>: no,"},
      {"the name of a host in one word", "550 <spam[192.0.2.1]> blocked[IPv6:2001:db8:bad::1] x",
       "550 < [192.0.2.1]> [ x"},
      {"a noun before an address", "Client host[192.0.2.1] x", "Client host[192.0.2.1] x"},
      {"a word in angle brackets", "550 <blacklist>: Helo", "550 < >: Helo"},
      {"words in angle brackets", "550 <no user>", "550 <no user>"},
      {"the host of an address of the Web",
       "see https://spam.example.org:8025/spam.html and http://virus.example",
       "see https:// :8025/spam.html and http://"},
      {"a host with a type, a port and quotation marks", "dns:spam.example.org 'mx.example.org':25",
       "dns: ' ':25"},
      {"a block list", "listed in zen.spamhaus.org, https://www.spamcop.net/x, ix.dnsbl.example.org",
       "listed in zen.spamhaus.org, https://www.spamcop.net/x, ix.dnsbl.example.org"},
      {"a domain like a block list's name", "at pbl.example rblbank.example talos.example", "at"},
      {"participles with a dot", "550 spam.detected virus.found", "550 spam.detected virus.found"},
      {"words with a dot that are no host",
       "RESOLVER.ADR.RecipNotFound Win.Trojan.Agent unknown.Please a..b x.y an_ip.example",
       "RESOLVER.ADR.RecipNotFound Win.Trojan.Agent unknown.Please a..b x.y an_ip.example"},
      {"the name of a host in capitals", "550 MX.SPAM.EXAMPLE: no", "550 : no"},
      {"a sentence behind a full stop", "550 full.try again", "550 full.try again"},
      {"an IPv6 address", "554 2001:db8:bad::1: blocked at 10:15:02",
       "554 an-ip-address blocked at 10:15:02"},
      {"IronPort's count", "550 no (delivery attempts: 0)", "550 no"},
      {"a version", "1.2.3 or 1.2.3.4.5", "1.2.3 or 1.2.3.4.5"},
      {"a contraction", "550 It doesn't exist, CAN'T be found, isn\u2019t here",
       "550 It does not exist, CANnot be found, is not here"},
      {"what an address of the Web asks", "550 See https://a.example.org/codes?ip=192.0.2.1#x?y, no spam?",
       "550 See https:// /codes, no spam?"},
      {"a path", "status 127: \"/opt/antispam/filter.sh\": /opt/antispam/filter.sh: not found",
       "status 127: \" \": : not found"},
      {"a path behind a pipe", "pipe to |/usr/bin/spam/check failed", "pipe to | failed"},
      {"a slash that begins no path", "and/or spam/virus/x /spam //spam/x",
       "and/or spam/virus/x /spam //spam/x"},
      {"a question that is no address", "550 a/b?c://d", "550 a/b?c://d"},
      {"an apostrophe that is none of a contraction", "'t 'tis n' the user's", "'t 'tis n' the user's"},
  };
  for (const Row& row : rows) EXPECT_EQ(server_words(row.words), row.want) << row.name;
}

TEST(QuotedReply, IsBehindTheLabelOfTheReporter) {
  const Row rows[] = {
      {"nothing", "", ""},
      {"no quotation", "550 5.1.1 no such user", ""},
      {"IronPort", "5.1.0 - Unknown address error ('550', ['5.7.1 no'])", "'5.7.1 no'"},
      {"IronPort, two lines", "5.3.0 - Other ('550', ['no', \"user's\"]) (delivery attempts: 0)",
       "'no', \"user's\""},
      {"IronPort without an end", "5.3.0 - Other ('550', ['no", ""},
      {"IronPort, older", "550 Unknown address error 550-'5.1.1 no'", "5.1.1 no'"},
      {"an error without a reply", "550 Unknown address error 550", ""},
      {"an error at the end", "550 Unknown address error 55", ""},
      {"an error in words", "550 some error -'no'", ""},
  };
  for (const Row& row : rows) EXPECT_EQ(quoted_reply(row.words), row.want) << row.name;
}

TEST(ServerWords, AreAppended) {
  std::string text = "5.1.1 ";
  append_server_words("550 no", text);
  EXPECT_EQ(text, "5.1.1 550 no");
}

// Wherever the words are cut, nothing is written past what was read.
TEST(ServerWords, MayBeCutAnywhere) {
  const std::string words =
      "host mx.example.org[192.0.2.1] said: 550 5.0.0 <a@example.org>: no us\u200Ber (in reply to RCPT TO "
      "command) >>> MAIL From:<b@example.org> Giving up on 192.0.2.1.";
  for (std::size_t length = 0; length <= words.size(); ++length) {
    std::string text;
    append_server_words(std::string_view(words).substr(0, length), text);
    EXPECT_LE(text.size(), length + 8) << length;
  }
}

}  // namespace
}  // namespace backstop::response
