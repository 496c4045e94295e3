#include "service/trial_verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "policy/verdict.h"
#include "service/trial_mails.h"

namespace backstop::service {

namespace {

using store::Done;

constexpr std::string_view kAnswered = "the next hop answered: ";

constexpr std::string_view kNoHistory =
    "Without the history nobody can tell what was made of it: run this as root, or as a user who may read "
    "the history.";

/// Returns the row of a mail, of which only its end is missing.
TrialStep step(TrialKind kind, std::string_view title, const TrialSeen& seen) {
  TrialStep made{.name = std::string(name(kind)), .title = std::string(title)};
  if (seen.event) made.event = seen.event->id;
  return made;
}

TrialStep ended(TrialStep made, TrialState state, std::string happened, std::string means = {}) {
  made.state = state;
  made.happened = std::move(happened);
  made.means = std::move(means);
  return made;
}

/// Returns "Refused: 550 ...".
std::string words_of(const TrialSent& sent) {
  switch (sent.kind) {
    case TrialSent::Kind::Taken:
      return "Taken: " + sent.words;
    case TrialSent::Kind::Refused:
      return "Refused: " + sent.words;
    case TrialSent::Kind::PutOff:
      return "Put off: " + sent.words;
    case TrialSent::Kind::NoAnswer:
      return "Not taken: " + sent.words;
    case TrialSent::Kind::NotSent:
      break;
  }
  return "Not sent: " + sent.words;
}

/// Returns the sentence with which the history explains its verdict.
std::string explanation_of(const store::Event& event) {
  if (event.explanation.empty()) return fmt::format("The cause is {}.", event.cause);
  return event.explanation.ends_with('.') ? event.explanation : event.explanation + '.';
}

/// Returns the row if the mail counts as one that leaves: then nothing came in.
std::optional<TrialStep> counted_as_leaving(const TrialStep& made, const TrialSeen& seen) {
  const bool is_outbound = seen.event && seen.event->direction == store::Direction::Outbound;
  if (!is_outbound && !(seen.sent.is_taken() && seen.is_taken_for_leaving)) return std::nullopt;
  return ended(made, TrialState::Untried, words_of(seen.sent),
               "It counts as mail that leaves, since the server trusts the address that it came from. Give "
               "--server an address of this host that \"trusted\" does not have.");
}

/// Says who has refused a mail that the history does not have.
std::string refused_before(const TrialSeen& seen) {
  if (seen.sent.kind != TrialSent::Kind::Refused) return {};
  if (seen.sent.words.contains(" 5.1.1 ")) return "Give --from a mailbox that exists.";
  return std::string(seen.has_history
                         ? "The history has nothing of it: the mail server itself has refused it."
                         : kNoHistory);
}

/// Returns what the last stage does with that cause, in words.
std::string at_reject(const store::Event& event, bool has_quarantine) {
  const auto rows = policy::causes();
  const auto row = std::ranges::find(rows, event.cause, &policy::CauseRow::name);
  if (row == rows.end()) return {};
  switch (policy::verdict_at(policy::Stage::Reject, row->cause, {.has_quarantine = has_quarantine}).action) {
    case policy::Action::Refuse:
      return "would refuse it";
    case policy::Action::Quarantine:
      return "would keep it back";
    case policy::Action::Label:
      return "would deliver it with a label";
    case policy::Action::Accept:
      return "would deliver it as it is";
    case policy::Action::Defer:
      break;
  }
  return {};
}

/// Judges a forged bounce that was delivered, as the stage of its domain wants it.
TrialStep delivered(TrialStep made, const store::Event& event, const ForgedSeen& seen) {
  std::string happened =
      fmt::format("Delivered{}, at stage {}.", event.done == Done::Labelled ? " with a label" : " as it is",
                  event.stage.empty() ? "?" : event.stage);
  std::string means = explanation_of(event);
  const std::string later = at_reject(event, seen.has_quarantine);
  if (event.stage != "reject" && !later.empty()) means += fmt::format(" Stage reject {}.", later);
  if (event.cause == "exempt") means += " To see a bounce refused, give --from a mailbox that is not exempt.";
  return ended(std::move(made), TrialState::Good, std::move(happened), std::move(means));
}

TrialStep judge_forged_event(TrialStep made, const store::Event& event, const ForgedSeen& seen) {
  if (event.origin == "genuine") {
    const bool is_host = event.cause == "local";
    return ended(std::move(made), is_host ? TrialState::Untried : TrialState::Wrong,
                 "It counts as genuine. " + explanation_of(event),
                 is_host ? "This host is one of \"local_hosts\", so its bounces are believed. Test from "
                           "another host."
                         : "A bounce of a mail that was never sent must have no proof.");
  }
  if (event.origin.empty() && event.verdict != store::Verdict::Refuse)
    return ended(std::move(made), TrialState::Wrong, words_of(seen.mail.sent),
                 "It was not recognised as a bounce. " + explanation_of(event));
  switch (event.done.value_or(Done::Failed)) {
    case Done::Refused:
      if (event.verdict == store::Verdict::Refuse && !event.origin.empty())
        return ended(std::move(made), TrialState::Good, words_of(seen.mail.sent),
                     seen.mail.sent.words.contains(event.explanation)
                         ? "The server that brings it hears that, and the mailbox gets nothing."
                         : explanation_of(event));
      return ended(std::move(made), TrialState::Untried, words_of(seen.mail.sent),
                   "It was refused for another reason. " + explanation_of(event));
    case Done::Quarantined:
      return ended(std::move(made), TrialState::Good, "Kept back: `backstop quarantine list` has it.",
                   explanation_of(event));
    case Done::Delivered:
    case Done::Labelled:
      return delivered(std::move(made), event, seen);
    case Done::Deferred:
    case Done::Failed:
      break;
  }
  return ended(std::move(made), TrialState::Untried, words_of(seen.mail.sent),
               "It was not taken this time; try again later. " + explanation_of(event));
}

std::string proofs_of(const store::Event& event) {
  std::string names;
  for (const auto& one : event.evidence) {
    if (one.finding == "proves") names.append(names.empty() ? "" : " and ").append(one.name);
  }
  return names;
}

/// What the sums say of the watermarks and tags of what left.
struct Carried {
  bool is_known = false;
  bool has_all = false;
  std::string words = {};
};

Carried carried_of(const OutSeen& seen) {
  if (!seen.sums || seen.sums->left == 0 || (!seen.has_watermark && !seen.has_tags)) return {};
  const auto left = seen.sums->left;
  const auto has = seen.has_watermark ? seen.sums->watermark : seen.sums->tag;
  const std::string_view what = seen.has_watermark ? "watermark" : "tag";
  const std::string mails =
      left == 1 ? "One mail of the domain left" : fmt::format("{} mails of the domain left meanwhile", left);
  if (has == 0) return {true, false, fmt::format("{}, without a {}.", mails, what)};
  if (has < left) return {false, false, fmt::format("{}, {} of them with a {}.", mails, has, what)};
  return {true, true, fmt::format("{}, with a {}.", mails, what)};
}

/// Judges mail that was taken: has Backstop seen it, and did it leave as it must?
TrialStep judge_left(TrialStep made, const OutSeen& seen) {
  std::string happened = words_of(seen.mail.sent);
  const auto& event = seen.mail.event;
  if (event && event->direction == store::Direction::Inbound)
    return ended(std::move(made), TrialState::Wrong, std::move(happened),
                 "It counts as mail that comes in, so it left without a proof. Send it by a way whose mail "
                 "leaves: see --submission.");
  if (event && event->done != Done::Delivered)
    return ended(std::move(made), TrialState::Wrong,
                 fmt::format("{} Then it was {}.", happened, name(event->done)), explanation_of(*event));
  const auto carried = carried_of(seen);
  if (carried.is_known && !carried.has_all)
    return ended(std::move(made), TrialState::Wrong, std::move(happened),
                 carried.words + " So a bounce of it could not be told from a forged one by that.");
  const bool is_seen = event || carried.has_all || seen.is_in_ledger || (seen.sums && seen.sums->left > 0);
  if (!is_seen && seen.sums)
    return ended(std::move(made), TrialState::Wrong, std::move(happened),
                 "Backstop has not seen it leave: the server sends it another way, or does not ask Backstop "
                 "about it.");
  if (!is_seen)
    return ended(std::move(made), TrialState::Untried, std::move(happened), std::string(kNoHistory));
  std::string means = carried.words.empty() ? "Backstop saw it leave." : carried.words;
  if (seen.is_in_ledger) means += " The ledger has recorded it.";
  if (seen.is_lost_to_ledger) means += " The ledger did not know it yet when its bounce came.";
  if (!seen.addressee.empty())
    means += fmt::format(" At {} you can see the header as strangers get it.", seen.addressee);
  return ended(std::move(made), TrialState::Good, std::move(happened), std::move(means));
}

}  // namespace

TrialSent sent_of(const base::Result<smtp::Reply>& handed_over) {
  using Kind = TrialSent::Kind;
  if (handed_over) return {Kind::Taken, handed_over->text()};
  const auto& message = handed_over.error().message;
  if (!message.starts_with(kAnswered)) return {Kind::NoAnswer, message};
  std::string words = message.substr(kAnswered.size());
  const bool is_later = words.starts_with('4');
  return {is_later ? Kind::PutOff : Kind::Refused, std::move(words)};
}

bool is_proven_by(const store::Event& event, std::string_view evidence) {
  return std::ranges::any_of(event.evidence, [&](const store::EventEvidence& one) {
    return one.name == evidence && one.finding == "proves";
  });
}

TrialStep judge_out(const OutSeen& seen) {
  auto made = step(TrialKind::Out, "A mail leaves", seen.mail);
  switch (seen.mail.sent.kind) {
    case TrialSent::Kind::Taken:
      return judge_left(std::move(made), seen);
    case TrialSent::Kind::Refused:
    case TrialSent::Kind::NoAnswer:
      return ended(std::move(made), TrialState::Wrong, words_of(seen.mail.sent),
                   seen.mail.sent.words.starts_with("530") || seen.mail.sent.words.contains(" 5.7.")
                       ? "The server may want a login from this host: give --submission a port that wants "
                         "none."
                       : "Mail does not get out this way.");
    case TrialSent::Kind::PutOff:
    case TrialSent::Kind::NotSent:
      break;
  }
  return ended(std::move(made), TrialState::Untried, words_of(seen.mail.sent));
}

TrialStep judge_ordinary(const TrialSeen& seen) {
  auto made = step(TrialKind::Ordinary, "An ordinary mail without a sender comes in", seen);
  if (const auto leaving = counted_as_leaving(made, seen)) return *leaving;
  const auto kind = seen.sent.kind;
  if (kind == TrialSent::Kind::PutOff || kind == TrialSent::Kind::NotSent)
    return ended(std::move(made), TrialState::Untried, words_of(seen.sent));
  if (!seen.event) {
    if (!seen.sent.is_taken())
      return ended(std::move(made), TrialState::Wrong, words_of(seen.sent), refused_before(seen));
    return ended(std::move(made), TrialState::Good, words_of(seen.sent),
                 seen.has_history ? "The history has nothing against it." : "");
  }
  if (!seen.event->origin.empty())
    return ended(
        std::move(made), TrialState::Wrong, words_of(seen.sent),
        fmt::format("It was taken for a response ({}). {}", seen.event->kind, explanation_of(*seen.event)));
  if (seen.event->done != Done::Delivered)
    return ended(std::move(made), TrialState::Wrong, words_of(seen.sent), explanation_of(*seen.event));
  return ended(std::move(made), TrialState::Good, words_of(seen.sent),
               "It is no response, and came in as it is.");
}

TrialStep judge_forged(const ForgedSeen& seen) {
  auto made = step(TrialKind::Forged, "A forged bounce comes in", seen.mail);
  const auto& sent = seen.mail.sent;
  if (const auto leaving = counted_as_leaving(made, seen.mail)) return *leaving;
  if (seen.mail.event) return judge_forged_event(std::move(made), *seen.mail.event, seen);
  if (!sent.is_taken())
    return ended(std::move(made), TrialState::Untried, words_of(sent), refused_before(seen.mail));
  if (!seen.mail.has_history)
    return ended(std::move(made), TrialState::Untried, words_of(sent), std::string(kNoHistory));
  return ended(std::move(made), TrialState::Wrong, words_of(sent),
               "Backstop has not seen it: mail comes in past it, or the mail server does not ask it.");
}

TrialStep judge_back(const BackSeen& seen) {
  auto made = step(TrialKind::Back, "The bounce of the mail comes back", seen.mail);
  const auto& sent = seen.mail.sent;
  const auto& event = seen.mail.event;
  if (const auto leaving = counted_as_leaving(made, seen.mail)) return *leaving;
  const std::string happened = fmt::format("It carried {}. {}", seen.carried, words_of(sent));
  if (!event) {
    if (sent.kind == TrialSent::Kind::NotSent)
      return ended(std::move(made), TrialState::Untried, words_of(sent));
    if (!sent.is_taken() && sent.kind != TrialSent::Kind::Refused)
      return ended(std::move(made), TrialState::Untried, happened);
    if (!seen.mail.has_history && sent.is_taken())
      return ended(std::move(made), TrialState::Untried, happened, std::string(kNoHistory));
    return ended(std::move(made), TrialState::Wrong, happened,
                 sent.is_taken()
                     ? "Backstop has not seen it: mail comes in past it, or the mail server does not ask it."
                     : refused_before(seen.mail));
  }
  if (event->cause == "local")
    return ended(std::move(made), TrialState::Untried, happened,
                 "This host is one of \"local_hosts\", so its bounces are believed without a proof.");
  const bool is_in = event->done == Done::Delivered || event->done == Done::Labelled;
  if (event->origin == "genuine" && is_in)
    return ended(std::move(made), TrialState::Good, happened,
                 fmt::format("It is genuine, proven by {}, and was delivered.", proofs_of(*event)));
  if (event->origin == "genuine")
    return ended(std::move(made), TrialState::Wrong, happened,
                 fmt::format("It is genuine, but was {}. {}", name(event->done), explanation_of(*event)));
  return ended(std::move(made), TrialState::Wrong, happened,
               fmt::format("It was not recognised as genuine. {}", explanation_of(*event)));
}

}  // namespace backstop::service
