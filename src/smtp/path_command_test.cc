#include "smtp/path_command.h"

#include <gtest/gtest.h>

#include "smtp/command.h"

namespace backstop::smtp {
namespace {

using namespace std::string_literals;

const Extensions kAll = {
    .eight_bit_mime = true, .smtputf8 = true, .dsn = true, .size = true, .auth = "PLAIN"};

// A command in short: path, then what was read of each parameter.
std::string dump(const MailCommand& mail) {
  std::string out = '<' + (mail.reverse_path.address ? mail.reverse_path.address->text() : "") + '>';
  if (mail.size) out += " size:" + std::to_string(*mail.size);
  if (mail.body == Body::EightBitMime) out += " 8bit";
  if (mail.smtputf8) out += " utf8";
  if (!mail.ret.empty()) out += " ret:" + mail.ret;
  if (!mail.envid.empty()) out += " envid:" + mail.envid;
  if (!mail.auth.empty()) out += " auth:" + mail.auth;
  return out;
}

std::string dump(const RcptCommand& rcpt) {
  std::string out = '<' + rcpt.recipient.text() + '>';
  if (!rcpt.notify.empty()) out += " notify:" + rcpt.notify;
  if (!rcpt.orcpt.empty()) out += " orcpt:" + rcpt.orcpt;
  return out;
}

struct Row {
  const char* name;
  std::string argument;
  std::string want;
};

const Row kMail[] = {
    {"null path", "FROM:<>", "<>"},
    {"address", "FROM:<user@example.org>", "<user@example.org>"},
    {"keyword in any case", "from:<user@example.org>", "<user@example.org>"},
    {"space after the colon", "FROM: <user@example.org>", "<user@example.org>"},
    {"spaces after the colon", "FROM:   <>", "<>"},
    {"no brackets", "FROM:user@example.org", "<user@example.org>"},
    {"no brackets, and parameters", "FROM: user@example.org SIZE=3", "<user@example.org> size:3"},
    {"source route", "FROM:<@a.example,@b.example:user@example.org>", "<user@example.org>"},
    {"literal", "FROM:<user@[IPv6:2001:db8::1]>", "<user@[IPv6:2001:db8::1]>"},
    {"quoted space", "FROM:<\"john doe\"@example.org> SIZE=3", "<\"john doe\"@example.org> size:3"},
    {"quoted bracket", "FROM:<\"a> SIZE=1\"@example.org> SIZE=3", "<\"a> SIZE=1\"@example.org> size:3"},
    {"escaped quote", R"(FROM:<"a\"> SIZE=1"@example.org> SIZE=3)", R"(<"a\"> SIZE=1"@example.org> size:3)"},
    {"escaped backslash", R"(FROM:<"a\\"@example.org> SIZE=3)", R"(<"a\\"@example.org> size:3)"},
    {"quoted without brackets", "FROM:\"a b\"@example.org SIZE=3", "<\"a b\"@example.org> size:3"},
    {"tagged", "FROM:<prvs=0787c97471=userx@test.ex>", "<prvs=0787c97471=userx@test.ex>"},

    {"no size", "FROM:<> SIZE=0", "<> size:0"},
    {"2^64-1", "FROM:<> SIZE=18446744073709551615", "<> size:18446744073709551615"},
    {"20 digits that no number holds", "FROM:<> SIZE=99999999999999999999", "<> size:18446744073709551615"},
    {"7 bits", "FROM:<> BODY=7BIT", "<>"},
    {"8 bits", "FROM:<> BODY=8BITMIME", "<> 8bit"},
    {"8 bits in lower case", "FROM:<> body=8bitmime", "<> 8bit"},
    {"SMTPUTF8", "FROM:<> SMTPUTF8", "<> utf8"},
    {"SMTPUTF8 in lower case", "FROM:<> smtputf8", "<> utf8"},
    {"UTF-8", "FROM:<jörg@bücher.example> SMTPUTF8", "<jörg@bücher.example> utf8"},
    {"UTF-8, the parameter not last", "FROM:<jörg@x.example> SMTPUTF8 SIZE=3",
     "<jörg@x.example> size:3 utf8"},
    {"whole mail", "FROM:<> RET=FULL", "<> ret:FULL"},
    {"headers in lower case", "FROM:<> ret=hdrs", "<> ret:HDRS"},
    {"envelope id", "FROM:<> ENVID=QQ314159", "<> envid:QQ314159"},
    {"envelope id in xtext", "FROM:<> ENVID=a+20b+2B+3d", "<> envid:a+20b+2B+3d"},
    {"envelope id of 100", "FROM:<> ENVID=" + std::string(100, 'a'), "<> envid:" + std::string(100, 'a')},
    {"AUTH of nobody", "FROM:<> AUTH=<>", "<> auth:<>"},
    {"AUTH in xtext", "FROM:<> AUTH=e+3Dmc2@example.com", "<> auth:e+3Dmc2@example.com"},
    {"AUTH of 500", "FROM:<> AUTH=" + std::string(500, 'a'), "<> auth:" + std::string(500, 'a')},
    {"all in another order", "FROM:<u@x.example>  AUTH=<>  ENVID=e RET=FULL   SMTPUTF8 BODY=8BITMIME SIZE=1",
     "<u@x.example> size:1 8bit utf8 ret:FULL envid:e auth:<>"},
};

TEST(PathCommand, ReadsMail) {
  for (const auto& row : kMail) {
    const auto mail = parse_mail(row.argument, kAll);
    ASSERT_TRUE(mail) << row.name << ": " << mail.error().text();
    EXPECT_EQ(dump(*mail), row.want) << row.name;
  }
}

TEST(PathCommand, ReadsMailAsItIsWritten) {
  for (const auto& row : kMail) {
    const auto mail = parse_mail(row.argument, kAll);
    ASSERT_TRUE(mail) << row.name;
    std::string line;
    append_mail(*mail, kAll, line);
    ASSERT_TRUE(line.ends_with("\r\n")) << row.name;
    const auto command = split_command(std::string_view(line).substr(0, line.size() - 2));
    ASSERT_EQ(command.verb, Verb::Mail) << row.name;
    const auto again = parse_mail(command.argument, kAll);
    ASSERT_TRUE(again) << row.name << ": " << again.error().text();
    EXPECT_EQ(dump(*again), row.want) << row.name;
  }
}

const Row kRcpt[] = {
    {"address", "TO:<user@example.org>", "<user@example.org>"},
    {"keyword in any case", "To:<user@example.org>", "<user@example.org>"},
    {"no brackets", "TO: user@example.org", "<user@example.org>"},
    {"postmaster", "TO:<postmaster>", "<postmaster>"},
    {"Postmaster", "TO:<Postmaster>", "<Postmaster>"},
    {"route", "TO:<@a.example:user@example.org>", "<user@example.org>"},
    {"quoted bracket", "TO:<\">\"@example.org> NOTIFY=NEVER", "<\">\"@example.org> notify:NEVER"},
    {"never", "TO:<a@x.example> NOTIFY=NEVER", "<a@x.example> notify:NEVER"},
    {"success", "TO:<a@x.example> NOTIFY=SUCCESS", "<a@x.example> notify:SUCCESS"},
    {"all three, as written", "TO:<a@x.example> notify=Delay,SUCCESS,failure",
     "<a@x.example> notify:Delay,SUCCESS,failure"},
    {"original recipient", "TO:<a@x.example> ORCPT=rfc822;Bob+20Smith@x.example",
     "<a@x.example> orcpt:rfc822;Bob+20Smith@x.example"},
    {"original recipient of another type", "TO:<a@x.example> ORCPT=x-400;C+3Dxx",
     "<a@x.example> orcpt:x-400;C+3Dxx"},
    {"semicolon within", "TO:<a@x.example> ORCPT=rfc822;a;b", "<a@x.example> orcpt:rfc822;a;b"},
    {"original recipient of 500", "TO:<a@x.example> ORCPT=rfc822;" + std::string(493, 'a'),
     "<a@x.example> orcpt:rfc822;" + std::string(493, 'a')},
    {"original recipient in UTF-8", "TO:<a@x.example> ORCPT=utf-8;jörg@x.example",
     "<a@x.example> orcpt:utf-8;jörg@x.example"},
    {"original recipient, UTF-8 in ASCII", R"(TO:<a@x.example> ORCPT=UTF-8;j\x{F6}rg@x.example)",
     R"(<a@x.example> orcpt:UTF-8;j\x{F6}rg@x.example)"},
    {"both", "TO:<a@x.example> ORCPT=rfc822;b@x.example NOTIFY=DELAY",
     "<a@x.example> notify:DELAY orcpt:rfc822;b@x.example"},
    {"UTF-8", "TO:<jörg@bücher.example>", "<jörg@bücher.example>"},
};

TEST(PathCommand, ReadsRcpt) {
  for (const auto& row : kRcpt) {
    const auto rcpt = parse_rcpt(row.argument, kAll, true);
    ASSERT_TRUE(rcpt) << row.name << ": " << rcpt.error().text();
    EXPECT_EQ(dump(*rcpt), row.want) << row.name;
    std::string line;
    append_rcpt(*rcpt, kAll, line);
    ASSERT_TRUE(line.ends_with("\r\n")) << row.name;
    const auto command = split_command(std::string_view(line).substr(0, line.size() - 2));
    ASSERT_EQ(command.verb, Verb::Rcpt) << row.name;
    const auto again = parse_rcpt(command.argument, kAll, true);
    ASSERT_TRUE(again) << row.name << ": " << again.error().text();
    EXPECT_EQ(dump(*again), row.want) << row.name;
  }
}

const Row kBadMail[] = {
    {"empty", "", "501 5.5.4 MAIL must be followed by FROM:<address>, not \"\""},
    {"no colon", "FROM <a@x.example>",
     "501 5.5.4 MAIL must be followed by FROM:<address>, not \"FROM <a@x.example>\""},
    {"space before the colon", "FROM :<a@x.example>",
     "501 5.5.4 MAIL must be followed by FROM:<address>, not \"FROM :<a@x.example>\""},
    {"a recipient", "TO:<a@x.example>",
     "501 5.5.4 MAIL must be followed by FROM:<address>, not \"TO:<a@x.example>\""},
    {"long nonsense", std::string(41, 'x'),
     "501 5.5.4 MAIL must be followed by FROM:<address>, not \"" + std::string(40, 'x') + "...\""},
    {"no path", "FROM:", "501 5.1.7 \"\" is no mail address: it is empty"},
    {"no path but a parameter", "FROM: SIZE=1",
     "501 5.1.7 \"SIZE=1\" is no mail address: an \"@\" is missing"},
    {"no domain", "FROM:<user>", "501 5.1.7 \"user\" is no mail address: an \"@\" is missing"},
    {"bracket not closed", "FROM:<user@example.org SIZE=1",
     "501 5.1.7 \"<user@example.org SIZE=1\" is no mail address: the text before \"@\" is no name of a "
     "mailbox"},
    {"quote not closed", "FROM:<\"user@example.org> SIZE=1",
     "501 5.1.7 \"<\"user@example.org> SIZE=1\" is no mail address: the text before \"@\" is no name of a "
     "mailbox"},
    {"escape at the end", "FROM:<\"user\\",
     "501 5.1.7 \"<\"user\\\" is no mail address: the text before \"@\" is no name of a mailbox"},
    {"a display name", "FROM:John Doe <john@example.org>",
     "501 5.1.7 \"John\" is no mail address: an \"@\" is missing"},
    {"no space behind the path", "FROM:<user@example.org>SIZE=1",
     "501 5.5.4 a space is missing between the address and \"SIZE=1\""},
    {"two brackets", "FROM:<user@example.org>>",
     "501 5.5.4 a space is missing between the address and \">\""},
    {"CR behind the path", "FROM:<user@example.org>\r",
     "501 5.5.4 a space is missing between the address and \" \""},
    {"tab behind the path", "FROM:<user@example.org>\tSIZE=1",
     "501 5.5.4 a space is missing between the address and \" SIZE=1\""},
    {"NUL in the path", "FROM:<us\0er@example.org>"s,
     "501 5.1.7 \"us\uFFFDer@example.org\" is no mail address: the text before \"@\" is no name of a "
     "mailbox"},
    {"line end in the path", "FROM:<\"us\r\ner\"@example.org>",
     "501 5.1.7 \"\"us  er\"@example.org\" is no mail address: the text before \"@\" is no name of a "
     "mailbox"},
    {"UTF-8 without SMTPUTF8", "FROM:<jörg@x.example>",
     "553 5.6.7 the address \"jörg@x.example\" is not ASCII, and MAIL came without SMTPUTF8"},
    {"UTF-8 in the domain alone", "FROM:<a@bücher.example> SIZE=1",
     "553 5.6.7 the address \"a@bücher.example\" is not ASCII, and MAIL came without SMTPUTF8"},
    {"Latin-1", "FROM:<j\xF6rg@x.example> SMTPUTF8",
     "501 5.1.7 \"j\uFFFDrg@x.example\" is no mail address: it is neither ASCII nor UTF-8"},

    {"unknown parameter", "FROM:<> HOLDFOR=10", "555 5.5.4 the parameter \"HOLDFOR\" is not offered here"},
    {"a parameter of RCPT", "FROM:<> NOTIFY=NEVER", "555 5.5.4 the parameter \"NOTIFY\" is not offered here"},
    {"a parameter without name", "FROM:<> =1", "555 5.5.4 the parameter \"\" is not offered here"},
    {"size twice", "FROM:<> SIZE=1 size=1", "501 5.5.4 the parameter SIZE is given twice"},
    {"SMTPUTF8 twice", "FROM:<> SMTPUTF8 SMTPUTF8", "501 5.5.4 the parameter SMTPUTF8 is given twice"},
    {"size without value", "FROM:<> SIZE",
     "501 5.5.4 \"SIZE\" is wrong: SIZE takes the octets of the message as 1 to 20 digits"},
    {"size, empty",
     "FROM:<> SIZE=", "501 5.5.4 \"SIZE=\" is wrong: SIZE takes the octets of the message as 1 to 20 digits"},
    {"size of 21 digits", "FROM:<> SIZE=000000000000000000001",
     "501 5.5.4 \"SIZE=000000000000000000001\" is wrong: SIZE takes the octets of the message as 1 to 20 "
     "digits"},
    {"negative size", "FROM:<> SIZE=-1",
     "501 5.5.4 \"SIZE=-1\" is wrong: SIZE takes the octets of the message as 1 to 20 digits"},
    {"size with a unit", "FROM:<> SIZE=1k",
     "501 5.5.4 \"SIZE=1k\" is wrong: SIZE takes the octets of the message as 1 to 20 digits"},
    {"binary", "FROM:<> BODY=BINARYMIME", "501 5.5.4 \"BODY=BINARYMIME\" is wrong: BODY is 7BIT or 8BITMIME"},
    {"body without value", "FROM:<> BODY", "501 5.5.4 \"BODY\" is wrong: BODY is 7BIT or 8BITMIME"},
    {"SMTPUTF8 with a value", "FROM:<> SMTPUTF8=1",
     "501 5.5.4 \"SMTPUTF8=1\" is wrong: SMTPUTF8 takes no value"},
    {"SMTPUTF8 with an empty value",
     "FROM:<> SMTPUTF8=", "501 5.5.4 \"SMTPUTF8=\" is wrong: SMTPUTF8 takes no value"},
    {"RET of neither", "FROM:<> RET=BODY", "501 5.5.4 \"RET=BODY\" is wrong: RET is FULL or HDRS"},
    {"RET without value", "FROM:<> RET", "501 5.5.4 \"RET\" is wrong: RET is FULL or HDRS"},
    {"ENVID without value", "FROM:<> ENVID",
     "501 5.5.4 \"ENVID\" is wrong: ENVID takes 1 to 100 octets of xtext (RFC 3461)"},
    {"ENVID, empty",
     "FROM:<> ENVID=", "501 5.5.4 \"ENVID=\" is wrong: ENVID takes 1 to 100 octets of xtext (RFC 3461)"},
    {"ENVID of 101", "FROM:<> ENVID=" + std::string(101, 'a'),
     "501 5.5.4 \"ENVID=" + std::string(34, 'a') +
         "...\" is wrong: ENVID takes 1 to 100 octets of xtext (RFC 3461)"},
    {"ENVID with an equals sign", "FROM:<> ENVID=a=b",
     "501 5.5.4 \"ENVID=a=b\" is wrong: ENVID takes 1 to 100 octets of xtext (RFC 3461)"},
    {"ENVID that hides a line end", "FROM:<> ENVID=a+0D+0Ab",
     "501 5.5.4 \"ENVID=a+0D+0Ab\" is wrong: ENVID takes 1 to 100 octets of xtext (RFC 3461)"},
    {"AUTH without value", "FROM:<> AUTH",
     "501 5.5.4 \"AUTH\" is wrong: AUTH takes <> or an address as xtext (RFC 4954)"},
    {"AUTH of 501", "FROM:<> AUTH=" + std::string(501, 'a'),
     "501 5.5.4 \"AUTH=" + std::string(35, 'a') +
         "...\" is wrong: AUTH takes <> or an address as xtext (RFC 4954)"},
    {"AUTH that hides a NUL", "FROM:<> AUTH=a+00",
     "501 5.5.4 \"AUTH=a+00\" is wrong: AUTH takes <> or an address as xtext (RFC 4954)"},
    {"UTF-8 in a parameter", "FROM:<> SMTPUTF8 ENVID=ü",
     "501 5.5.4 \"ENVID=ü\" is wrong: ENVID takes 1 to 100 octets of xtext (RFC 3461)"},
};

TEST(PathCommand, RefusesMail) {
  for (const auto& row : kBadMail) {
    const auto mail = parse_mail(row.argument, kAll);
    ASSERT_FALSE(mail) << row.name;
    EXPECT_EQ(mail.error().text(), row.want) << row.name;
    EXPECT_EQ(mail.error().lines.size(), 1U) << row.name;
  }
}

const Row kBadRcpt[] = {
    {"empty", "", "501 5.5.4 RCPT must be followed by TO:<address>, not \"\""},
    {"a sender", "FROM:<>", "501 5.5.4 RCPT must be followed by TO:<address>, not \"FROM:<>\""},
    {"null path", "TO:<>", "501 5.1.3 <> is no recipient: RCPT takes the address of a mailbox"},
    {"no path", "TO:", "501 5.1.3 \"\" is no mail address: it is empty"},
    {"no domain", "TO:<user>", "501 5.1.3 \"user\" is no mail address: an \"@\" is missing"},
    {"two recipients", "TO:<a@x.example>,<b@x.example>",
     "501 5.5.4 a space is missing between the address and \",<b@x.example>\""},
    {"unknown parameter", "TO:<a@x.example> SIZE=1", "555 5.5.4 the parameter \"SIZE\" is not offered here"},
    {"notify twice", "TO:<a@x.example> NOTIFY=NEVER NOTIFY=NEVER",
     "501 5.5.4 the parameter NOTIFY is given twice"},
    {"notify without value", "TO:<a@x.example> NOTIFY",
     "501 5.5.4 \"NOTIFY\" is wrong: NOTIFY is NEVER, or some of SUCCESS, FAILURE and DELAY, each once"},
    {"notify, empty", "TO:<a@x.example> NOTIFY=",
     "501 5.5.4 \"NOTIFY=\" is wrong: NOTIFY is NEVER, or some of SUCCESS, FAILURE and DELAY, each once"},
    {"never and more", "TO:<a@x.example> NOTIFY=NEVER,DELAY",
     "501 5.5.4 \"NOTIFY=NEVER,DELAY\" is wrong: NOTIFY is NEVER, or some of SUCCESS, FAILURE and DELAY, "
     "each once"},
    {"one event twice", "TO:<a@x.example> NOTIFY=DELAY,DELAY",
     "501 5.5.4 \"NOTIFY=DELAY,DELAY\" is wrong: NOTIFY is NEVER, or some of SUCCESS, FAILURE and DELAY, "
     "each once"},
    {"comma at the end", "TO:<a@x.example> NOTIFY=DELAY,",
     "501 5.5.4 \"NOTIFY=DELAY,\" is wrong: NOTIFY is NEVER, or some of SUCCESS, FAILURE and DELAY, each "
     "once"},
    {"ORCPT without value", "TO:<a@x.example> ORCPT",
     "501 5.5.4 \"ORCPT\" is wrong: ORCPT takes a type, \";\" and an address as xtext (RFC 3461)"},
    {"ORCPT without type", "TO:<a@x.example> ORCPT=a@x.example",
     "501 5.5.4 \"ORCPT=a@x.example\" is wrong: ORCPT takes a type, \";\" and an address as xtext (RFC "
     "3461)"},
    {"ORCPT of an empty type", "TO:<a@x.example> ORCPT=;a",
     "501 5.5.4 \"ORCPT=;a\" is wrong: ORCPT takes a type, \";\" and an address as xtext (RFC 3461)"},
    {"ORCPT of no address", "TO:<a@x.example> ORCPT=rfc822;",
     "501 5.5.4 \"ORCPT=rfc822;\" is wrong: ORCPT takes a type, \";\" and an address as xtext (RFC 3461)"},
    {"ORCPT of 501", "TO:<a@x.example> ORCPT=rfc822;" + std::string(494, 'a'),
     "501 5.5.4 \"ORCPT=rfc822;" + std::string(27, 'a') +
         "...\" is wrong: ORCPT takes a type, \";\" and an address as xtext (RFC 3461)"},
    {"ORCPT that hides a line end", "TO:<a@x.example> ORCPT=rfc822;a+0Db",
     "501 5.5.4 \"ORCPT=rfc822;a+0Db\" is wrong: ORCPT takes a type, \";\" and an address as xtext (RFC "
     "3461)"},
    {"ORCPT in UTF-8 of another type", "TO:<a@x.example> ORCPT=rfc822;ü@x.example",
     "501 5.5.4 \"ORCPT=rfc822;ü@x.example\" is wrong: ORCPT takes a type, \";\" and an address as xtext "
     "(RFC 3461)"},
    {"ORCPT in UTF-8 with an equals sign", "TO:<a@x.example> ORCPT=utf-8;ü=@x.example",
     "501 5.5.4 \"ORCPT=utf-8;ü=@x.example\" is wrong: ORCPT takes a type, \";\" and an address as xtext "
     "(RFC 3461)"},
    {"ORCPT in no UTF-8", "TO:<a@x.example> ORCPT=utf-8;\xFC@x.example",
     "501 5.5.4 \"ORCPT=utf-8;\uFFFD@x.example\" is wrong: ORCPT takes a type, \";\" and an address as xtext "
     "(RFC "
     "3461)"},
};

TEST(PathCommand, RefusesRcpt) {
  for (const auto& row : kBadRcpt) {
    const auto rcpt = parse_rcpt(row.argument, kAll, true);
    ASSERT_FALSE(rcpt) << row.name;
    EXPECT_EQ(rcpt.error().text(), row.want) << row.name;
    EXPECT_EQ(rcpt.error().lines.size(), 1U) << row.name;
  }
}

TEST(PathCommand, RefusesUtf8RecipientsOfAnAsciiMail) {
  const auto address = parse_rcpt("TO:<jörg@x.example>", kAll, false);
  ASSERT_FALSE(address);
  EXPECT_EQ(address.error().text(),
            "553 5.6.7 the address \"jörg@x.example\" is not ASCII, and MAIL came without SMTPUTF8");
  const auto orcpt = parse_rcpt("TO:<a@x.example> ORCPT=utf-8;ü@x.example", kAll, false);
  ASSERT_FALSE(orcpt);
  EXPECT_EQ(orcpt.error().text(), "501 5.5.4 ORCPT is not ASCII, and MAIL came without SMTPUTF8");
}

template <bool Extensions::* kFlag>
void set(Extensions& offered, bool is_offered) {
  offered.*kFlag = is_offered;
}

void set_auth(Extensions& offered, bool is_offered) {
  offered.auth = is_offered ? "PLAIN" : "";
}

struct OfferedRow {
  const char* name;
  void (*set)(Extensions& offered, bool is_offered);
  std::string mail;
  std::string rcpt;
};

// Each parameter alone is taken and written only if its extension is offered.
TEST(PathCommand, TakesOnlyWhatIsOffered) {
  const OfferedRow rows[] = {
      {"SIZE", set<&Extensions::size>, "FROM:<> SIZE=1", ""},
      {"BODY", set<&Extensions::eight_bit_mime>, "FROM:<> BODY=8BITMIME", ""},
      {"BODY of 7 bits", set<&Extensions::eight_bit_mime>, "FROM:<> BODY=7BIT", ""},
      {"SMTPUTF8", set<&Extensions::smtputf8>, "FROM:<> SMTPUTF8", ""},
      {"RET", set<&Extensions::dsn>, "FROM:<> RET=FULL", ""},
      {"ENVID", set<&Extensions::dsn>, "FROM:<> ENVID=1", ""},
      {"AUTH", set_auth, "FROM:<> AUTH=<>", ""},
      {"NOTIFY", set<&Extensions::dsn>, "", "TO:<a@x.example> NOTIFY=DELAY"},
      {"ORCPT", set<&Extensions::dsn>, "", "TO:<a@x.example> ORCPT=rfc822;a"},
  };
  for (const auto& row : rows) {
    Extensions alone;
    row.set(alone, true);
    Extensions others = kAll;
    row.set(others, false);
    std::string line;
    if (!row.mail.empty()) {
      ASSERT_TRUE(parse_mail(row.mail, alone)) << row.name;
      const auto refused = parse_mail(row.mail, others);
      ASSERT_FALSE(refused) << row.name;
      EXPECT_EQ(refused.error().code, 555) << row.name;
      append_mail(*parse_mail(row.mail, alone), others, line);
      EXPECT_EQ(line, "MAIL FROM:<>\r\n") << row.name;
    } else {
      ASSERT_TRUE(parse_rcpt(row.rcpt, alone, false)) << row.name;
      const auto refused = parse_rcpt(row.rcpt, others, false);
      ASSERT_FALSE(refused) << row.name;
      EXPECT_EQ(refused.error().code, 555) << row.name;
      append_rcpt(*parse_rcpt(row.rcpt, alone, false), others, line);
      EXPECT_EQ(line, "RCPT TO:<a@x.example>\r\n") << row.name;
    }
  }
}

}  // namespace
}  // namespace backstop::smtp
