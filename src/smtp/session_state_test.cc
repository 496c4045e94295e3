#include "smtp/session_state.h"

#include <gtest/gtest.h>

namespace backstop::smtp {
namespace {

SessionState in(Phase phase) {
  return {
      .phase = phase,
      .is_extended = phase != Phase::Greeted,
      .is_tls = false,
      .is_authenticated = false,
      .offered = {.chunking = true, .starttls = true, .auth = "PLAIN", .xclient = "NAME", .xforward = "NAME"},
      .wants_tls = false};
}

std::string answer(const SessionState& state, std::string_view line) {
  const auto refusal = why_not_now(state, split_command(line));
  return refusal ? refusal->text() : "";
}

struct OrderRow {
  const char* line;
  // In each phase: "" if the command may come, else why not.
  const char* greeted;
  const char* ready;
  const char* mail;
  const char* recipients;
  const char* chunks;
};

constexpr const char* kEhlo = "EHLO comes first";
constexpr const char* kMail = "MAIL FROM:<address> comes first";
constexpr const char* kRcpt = "no recipient was taken yet, RCPT TO:<address> comes first";
constexpr const char* kOpen = "a transaction is open, end it with the message or with RSET first";
constexpr const char* kChunks = "between the chunks of a message only BDAT, RSET, NOOP and QUIT may come";

const OrderRow kOrder[] = {
    {"HELO x", "", "", "", "", kChunks},
    {"EHLO x", "", "", "", "", kChunks},
    {"MAIL FROM:<>", kEhlo, "", kOpen, kOpen, kChunks},
    {"RCPT TO:<a@x.example>", kEhlo, kMail, "", "", kChunks},
    {"DATA", kEhlo, kMail, kRcpt, "", kChunks},
    {"BDAT 1", kEhlo, kMail, kRcpt, "", ""},
    {"RSET", "", "", "", "", ""},
    {"NOOP", "", "", "", "", ""},
    {"NOOP x", "", "", "", "", ""},
    {"QUIT", "", "", "", "", ""},
    {"VRFY a", "", "", "", "", kChunks},
    {"HELP", "", "", "", "", kChunks},
    {"STARTTLS", kEhlo, "", kOpen, kOpen, kChunks},
    {"AUTH PLAIN", kEhlo, "", kOpen, kOpen, kChunks},
    {"XCLIENT ADDR=192.0.2.1", "", "", kOpen, kOpen, kChunks},
    {"XFORWARD ADDR=192.0.2.1", "", "", kOpen, kOpen, kChunks},
};

TEST(SessionState, KnowsTheOrder) {
  for (const auto& row : kOrder) {
    const std::pair<Phase, std::string> wants[] = {{Phase::Greeted, row.greeted},
                                                   {Phase::Ready, row.ready},
                                                   {Phase::Mail, row.mail},
                                                   {Phase::Recipients, row.recipients},
                                                   {Phase::Chunks, row.chunks}};
    const std::string verb(name(split_command(row.line).verb));
    for (const auto& [phase, want] : wants) {
      const std::string reply = want.empty() ? "" : "503 5.5.1 " + verb + " can't come now: " + want;
      EXPECT_EQ(answer(in(phase), row.line), reply) << row.line << " in phase " << static_cast<int>(phase);
    }
  }
}

TEST(SessionState, HasARuleForEachVerb) {
  for (int i = 0; i <= static_cast<int>(Verb::Xforward); ++i) {
    const auto verb = static_cast<Verb>(i);
    bool may_come = false;
    for (const Phase phase : {Phase::Greeted, Phase::Ready, Phase::Mail, Phase::Recipients, Phase::Chunks}) {
      may_come = may_come || !why_not_now(in(phase), {verb, ""});
    }
    EXPECT_EQ(may_come, verb != Verb::Unknown && verb != Verb::Expn) << name(verb);
  }
}

template <auto kExtension>
void take_away(Extensions& offered) {
  offered.*kExtension = {};
}

struct ExtensionRow {
  const char* line;
  void (*take_away)(Extensions& offered);
  Phase phase;
  const char* want;
};

TEST(SessionState, HasOnlyWhatIsOffered) {
  const ExtensionRow rows[] = {
      {"STARTTLS", take_away<&Extensions::starttls>, Phase::Ready, "502 5.5.1 STARTTLS is not offered here"},
      {"AUTH PLAIN", take_away<&Extensions::auth>, Phase::Ready, "502 5.5.1 AUTH is not offered here"},
      {"BDAT 1", take_away<&Extensions::chunking>, Phase::Recipients, "502 5.5.1 BDAT is not offered here"},
      {"XCLIENT NAME=x", take_away<&Extensions::xclient>, Phase::Ready,
       "502 5.5.1 XCLIENT is not offered here"},
      {"XFORWARD NAME=x", take_away<&Extensions::xforward>, Phase::Ready,
       "502 5.5.1 XFORWARD is not offered here"},
  };
  for (const auto& row : rows) {
    SessionState state = in(row.phase);
    EXPECT_EQ(answer(state, row.line), "") << row.line;
    row.take_away(state.offered);
    EXPECT_EQ(answer(state, row.line), row.want) << row.line;
    // The same if the command comes too early.
    state.phase = Phase::Greeted;
    EXPECT_EQ(answer(state, row.line), row.want) << row.line;
  }
}

TEST(SessionState, KnowsNoOtherCommand) {
  for (const Phase phase : {Phase::Greeted, Phase::Ready, Phase::Mail, Phase::Recipients, Phase::Chunks}) {
    EXPECT_EQ(answer(in(phase), "GET / HTTP/1.1"), "500 5.5.2 unknown command; HELP lists the known ones");
    EXPECT_EQ(answer(in(phase), ""), "500 5.5.2 unknown command; HELP lists the known ones");
    EXPECT_EQ(answer(in(phase), "EXPN staff"), "502 5.5.1 EXPN is not implemented");
  }
}

TEST(SessionState, TlsComesFirstIfItIsRequired) {
  const std::pair<const char*, bool> rows[] = {
      {"NOOP", true},
      {"EHLO x", true},
      {"STARTTLS", true},
      {"RSET", true},
      {"HELP", true},
      {"QUIT", true},
      {"HELO x", false},
      {"MAIL FROM:<>", false},
      {"RCPT TO:<a@x.example>", false},
      {"DATA", false},
      {"BDAT 1", false},
      {"VRFY a", false},
      {"AUTH PLAIN", false},
      {"XCLIENT NAME=x", false},
      {"XFORWARD NAME=x", false},
  };
  for (const auto& [line, may_come] : rows) {
    SessionState state = in(Phase::Ready);
    state.wants_tls = true;
    const std::string verb(name(split_command(line).verb));
    const std::string refusal = "530 5.7.0 " + verb + " needs TLS here: send STARTTLS first";
    EXPECT_EQ(answer(state, line), may_come ? "" : refusal) << line;
    state.is_tls = true;
    EXPECT_FALSE(answer(state, line).starts_with("530")) << line;
  }
}

TEST(SessionState, TlsAndLoginComeOnce) {
  SessionState state = in(Phase::Ready);
  state.is_tls = true;
  EXPECT_EQ(answer(state, "STARTTLS"), "503 5.5.1 STARTTLS can't come now: it has been done already");
  state.offered.starttls = false;
  EXPECT_EQ(answer(state, "STARTTLS"), "503 5.5.1 STARTTLS can't come now: it has been done already");
  EXPECT_EQ(answer(state, "AUTH PLAIN"), "");
  state.is_authenticated = true;
  EXPECT_EQ(answer(state, "AUTH PLAIN"), "503 5.5.1 AUTH can't come now: it has been done already");
}

TEST(SessionState, ExtensionsNeedEhlo) {
  const std::pair<const char*, Phase> rows[] = {
      {"STARTTLS", Phase::Ready}, {"AUTH PLAIN", Phase::Ready}, {"BDAT 1", Phase::Recipients}};
  for (const auto& [line, phase] : rows) {
    SessionState state = in(phase);
    state.is_extended = false;
    const std::string verb(name(split_command(line).verb));
    EXPECT_EQ(answer(state, line), "503 5.5.1 " + verb + " can't come after HELO: send EHLO first");
  }
  SessionState state = in(Phase::Ready);
  state.is_extended = false;
  EXPECT_EQ(answer(state, "MAIL FROM:<>"), "");
}

TEST(SessionState, SomeTakeNoArgument) {
  const std::pair<const char*, Phase> rows[] = {{"DATA", Phase::Recipients},
                                                {"RSET", Phase::Ready},
                                                {"QUIT", Phase::Greeted},
                                                {"STARTTLS", Phase::Ready}};
  for (const auto& [line, phase] : rows) {
    EXPECT_EQ(answer(in(phase), std::string(line) + " "), "") << line;
    EXPECT_EQ(answer(in(phase), std::string(line) + " now"),
              "501 5.5.4 " + std::string(line) + " takes no argument, and got \"now\"");
  }
}

struct KnownRow {
  const char* name;
  SessionState state;
  const char* want;
};

const KnownRow kKnown[] = {
    {"before EHLO", {}, "HELO EHLO MAIL RCPT DATA RSET NOOP QUIT VRFY HELP"},
    {"chunks",
     {.is_extended = true, .offered = {.chunking = true}},
     "HELO EHLO MAIL RCPT DATA BDAT RSET NOOP QUIT VRFY HELP"},
    {"after HELO",
     {.offered = {.chunking = true, .starttls = true}},
     "HELO EHLO MAIL RCPT DATA RSET NOOP QUIT VRFY HELP"},
    {"all", in(Phase::Ready),
     "HELO EHLO MAIL RCPT DATA BDAT RSET NOOP QUIT VRFY HELP STARTTLS AUTH XCLIENT XFORWARD"},
    {"done already",
     {.is_extended = true,
      .is_tls = true,
      .is_authenticated = true,
      .offered = {.starttls = true, .auth = "PLAIN"}},
     "HELO EHLO MAIL RCPT DATA RSET NOOP QUIT VRFY HELP"},
};

TEST(SessionState, HelpListsWhatIsOffered) {
  for (const auto& row : kKnown) EXPECT_EQ(known_commands(row.state), row.want) << row.name;
}

}  // namespace
}  // namespace backstop::smtp
