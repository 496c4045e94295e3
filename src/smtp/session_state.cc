#include "smtp/session_state.h"

#include <algorithm>
#include <array>
#include <functional>
#include <string>

#include "smtp/words.h"

namespace backstop::smtp {
namespace {

constexpr std::uint8_t bit(Phase phase) {
  return static_cast<std::uint8_t>(1U << static_cast<unsigned>(phase));
}

constexpr std::uint8_t kReady = bit(Phase::Ready);
constexpr std::uint8_t kOutside = bit(Phase::Greeted) | kReady;
constexpr std::uint8_t kTransaction = bit(Phase::Mail) | bit(Phase::Recipients);
constexpr std::uint8_t kNotInChunks = kOutside | kTransaction;
constexpr std::uint8_t kAlways = kNotInChunks | bit(Phase::Chunks);

enum class Argument : std::uint8_t { May, MayNot };
enum class WithoutTls : std::uint8_t { May, MayNot };

struct Rule {
  Verb verb;
  std::uint8_t phases;                              // in which it may come
  WithoutTls without_tls;                           // if TLS is required (RFC 3207 4)
  Argument argument;                                // may it have one
  bool (*is_offered)(const Extensions&) = nullptr;  // for extensions
  bool needs_ehlo = false;                          // HELO is not enough
  bool SessionState::* is_done_already = nullptr;   // if true, it must not come again
};

// RFC 5321 4.1.4; STARTTLS, AUTH, XCLIENT and XFORWARD may not come within a transaction (RFC 4954 4,
// XCLIENT_README, XFORWARD_README).
constexpr auto kRules = std::to_array<Rule>({
    {Verb::Helo, kNotInChunks, WithoutTls::MayNot, Argument::May},
    {Verb::Ehlo, kNotInChunks, WithoutTls::May, Argument::May},
    {Verb::Mail, kReady, WithoutTls::MayNot, Argument::May},
    {Verb::Rcpt, kTransaction, WithoutTls::MayNot, Argument::May},
    {Verb::Data, bit(Phase::Recipients), WithoutTls::MayNot, Argument::MayNot},
    {Verb::Bdat, bit(Phase::Recipients) | bit(Phase::Chunks), WithoutTls::MayNot, Argument::May,
     offers<&Extensions::chunking>, true},
    {Verb::Rset, kAlways, WithoutTls::May, Argument::MayNot},
    {Verb::Noop, kAlways, WithoutTls::May, Argument::May},
    {Verb::Quit, kAlways, WithoutTls::May, Argument::MayNot},
    {Verb::Vrfy, kNotInChunks, WithoutTls::MayNot, Argument::May},
    {Verb::Help, kNotInChunks, WithoutTls::May, Argument::May},
    {Verb::StartTls, kReady, WithoutTls::May, Argument::MayNot, offers<&Extensions::starttls>, true,
     &SessionState::is_tls},
    {Verb::Auth, kReady, WithoutTls::MayNot, Argument::May, offers<&Extensions::auth>, true,
     &SessionState::is_authenticated},
    {Verb::Xclient, kOutside, WithoutTls::MayNot, Argument::May, offers<&Extensions::xclient>},
    {Verb::Xforward, kOutside, WithoutTls::MayNot, Argument::May, offers<&Extensions::xforward>},
});

// In the order of Verb, each once.
static_assert(std::ranges::adjacent_find(kRules, std::ranges::greater_equal(), &Rule::verb) == kRules.end());

const Rule* rule_of(Verb verb) {
  for (const Rule& rule : kRules) {
    if (rule.verb == verb) return &rule;
  }
  return nullptr;
}

// Returns what must come before a command of this rule, which came in the wrong phase.
std::string_view what_comes_first(const Rule& rule, Phase phase) {
  switch (phase) {
    case Phase::Greeted:
      return "EHLO comes first";
    case Phase::Ready:
      return "MAIL FROM:<address> comes first";
    case Phase::Mail:
      if ((rule.phases & bit(Phase::Recipients)) != 0) {
        return "no recipient was taken yet, RCPT TO:<address> comes first";
      }
      break;
    case Phase::Recipients:
      break;
    case Phase::Chunks:
      return "between the chunks of a message only BDAT, RSET, NOOP and QUIT may come";
  }
  return "a transaction is open, end it with the message or with RSET first";
}

Reply refusal(int code, std::string_view status, Verb verb, std::string_view why) {
  return {code, status, std::string(name(verb)) + std::string(why)};
}

Reply not_known(const Command& command) {
  if (command.verb == Verb::Unknown) {
    return {500, "5.5.2", "unknown command; HELP lists the known ones"};
  }
  return refusal(502, "5.5.1", command.verb, " is not implemented");
}

}  // namespace

std::optional<Reply> why_not_now(const SessionState& state, const Command& command) {
  const Verb verb = command.verb;
  const Rule* const rule = rule_of(verb);
  if (rule == nullptr) return not_known(command);
  const bool is_done_already = rule->is_done_already != nullptr && state.*(rule->is_done_already);
  if (rule->is_offered != nullptr && !rule->is_offered(state.offered) && !is_done_already) {
    return refusal(502, "5.5.1", verb, " is not offered here");
  }
  if (state.wants_tls && !state.is_tls && rule->without_tls == WithoutTls::MayNot) {
    return refusal(530, "5.7.0", verb, " needs TLS here: send STARTTLS first");
  }
  if ((rule->phases & bit(state.phase)) == 0) {
    return refusal(503, "5.5.1", verb,
                   " can't come now: " + std::string(what_comes_first(*rule, state.phase)));
  }
  if (rule->needs_ehlo && !state.is_extended) {
    return refusal(503, "5.5.1", verb, " can't come after HELO: send EHLO first");
  }
  if (is_done_already) return refusal(503, "5.5.1", verb, " can't come now: it has been done already");
  if (rule->argument == Argument::MayNot && !command.argument.empty()) {
    return refusal(501, "5.5.4", verb, " takes no argument, and got " + quoted(command.argument));
  }
  return std::nullopt;
}

std::string known_commands(const SessionState& state) {
  std::string known;
  for (const Rule& rule : kRules) {
    const bool is_offered = rule.is_offered == nullptr || rule.is_offered(state.offered);
    const bool is_done_already = rule.is_done_already != nullptr && state.*(rule.is_done_already);
    if (!is_offered || is_done_already || (rule.needs_ehlo && !state.is_extended)) continue;
    if (!known.empty()) known += ' ';
    known += name(rule.verb);
  }
  return known;
}

}  // namespace backstop::smtp
