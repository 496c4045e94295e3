#include "report/why_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <optional>
#include <span>
#include <string_view>

#include "base/domain_key.h"
#include "base/text.h"
#include "intake/ready_table.h"
#include "mail/address.h"
#include "report/event_words.h"
#include "report/fact_table.h"
#include "report/local_time.h"
#include "response/response.h"
#include "store/event_json.h"

namespace backstop::report {

namespace {

namespace json = boost::json;

constexpr std::size_t kMostText = 1000;
constexpr std::size_t kMostName = 100;
constexpr std::size_t kIndent = 2;

/// A proof that can be looked for in any response.
struct Proof {
  std::string_view name;
  store::Fact sought;
  std::string_view level;
  std::string_view absent;
  std::string_view would_prove;
  std::string_view needs;
};

constexpr Proof kProofs[] = {
    {"tag", store::Fact::SoughtTag, "C", "The recipient's address carries no good tag of ours.",
     "A tag of ours in the address that the response comes to, of the last 14 days by default.",
     "It needs a key file ([keys] file), and tags in what leaves ([keys] tags)."},
    {"watermark", store::Fact::SoughtWatermark, "B", "What came back carries no watermark of ours.",
     "A watermark of ours for this mailbox, not older than 30 days, in a header that comes back; of level A "
     "if the ledger has that mail and its addressee.",
     "It needs a key file ([keys] file) and [proofs] watermark."},
    {"dkim", store::Fact::SoughtDkim, "B",
     "What came back carries no signature of ours that could be verified.",
     "A valid DKIM signature of the recipient's domain over a From of this mailbox, not older than 30 days, "
     "in a header that comes back; of level A if the ledger has that mail and its addressee.",
     "It needs public keys: [proofs] dkim_keys or dkim_lookup."},
    {"ledger", store::Fact::SoughtLedger, "B",
     "No Message-ID that the response names was recorded when mail of this mailbox left.",
     "A Message-ID in the response that was recorded when mail of this mailbox left; of level A if it left "
     "for the addressee that the response names.",
     "It needs a ledger ([ledger] url)."},
};

bool says_something(const store::EventEvidence& one) {
  return !one.finding.empty() && one.finding != "silent";
}

bool is_named(std::span<const store::EventEvidence> evidence, std::string_view name) {
  return std::ranges::any_of(evidence, [&](const auto& one) { return one.name == name; });
}

bool has_proof(std::span<const store::EventEvidence> evidence, std::string_view name) {
  return std::ranges::any_of(evidence,
                             [&](const auto& one) { return one.name == name && one.finding == "proves"; });
}

Point point_of(const store::EventEvidence& one) {
  return {one.name, one.finding, one.level, one.detail};
}

Point point_of(const Proof& proof, std::string_view detail) {
  return {std::string(proof.name), {}, std::string(proof.level), std::string(detail)};
}

std::optional<response::Kind> kind_of(const store::Event& event) {
  const auto at = std::ranges::find(response::kKindNames, event.kind);
  if (at == response::kKindNames.end()) return std::nullopt;
  return static_cast<response::Kind>(at - response::kKindNames.begin());
}

bool is_response(const store::Event& event) {
  const auto kind = kind_of(event);
  return kind && *kind != response::Kind::None;
}

std::string what_came(const store::Event& event) {
  const auto kind = kind_of(event);
  if (!kind) return "mail of which nothing was read";
  if (*kind == response::Kind::None) return "ordinary mail";
  const std::string_view words = response::words(*kind).one;
  return fmt::format("{} {}", words.starts_with('a') ? "an" : "a", words);
}

std::string client_of(const store::Event& event) {
  const std::string client = base::printable(event.client, kMostName);
  return event.helo.empty() ? client : fmt::format("{} ({})", base::printable(event.helo, kMostName), client);
}

std::string recipients_of(const store::Event& event) {
  if (event.recipients.empty()) return "nobody yet";
  std::string text = base::printable(event.recipients.front());
  if (const auto more = event.recipients.size() - 1; more > 0)
    text += fmt::format(" and {} more recipient{}", more, more == 1 ? "" : "s");
  return text;
}

struct CertaintyWords {
  std::string_view name;
  std::string_view sentence;
};

constexpr CertaintyWords kCertainties[] = {
    {"guessed", "Its words and marks look like one, and anybody can write those (guessed)."},
    {"marked", "It has the sender, the form and the returned mail of one (marked)."},
    {"structural", "Its machine-readable parts show that it is one (structural)."},
};

std::string_view certainty_sentence(const store::Event& event) {
  const auto* const row = std::ranges::find(kCertainties, event.certainty, &CertaintyWords::name);
  return row == std::end(kCertainties) ? std::string_view() : row->sentence;
}

/// Whether it tells what an operator did with a response that is kept.
bool is_deed(const store::Event& event) {
  return event.cause == store::kOpened || event.cause == store::kReleased || event.cause == store::kDeleted;
}

std::string what_was_kept(const store::Event& event) {
  return fmt::format("It was a response from {} for {} that was {}.",
                     event.reverse_path.empty() ? "<>" : base::printable(event.reverse_path, kMostText),
                     recipients_of(event),
                     event.direction == store::Direction::Outbound ? "held on its way out" : "kept back");
}

std::string heading(const store::Event& event) {
  const LocalTime time = local_time(event.time);
  return fmt::format("{}: {} on {} at {} {}\n", base::printable(event.id),
                     is_deed(event) ? std::string_view(event.cause) : words(event, event.done), time.day,
                     time.time, time.zone);
}

std::string what_it_was(const store::Event& event) {
  if (is_deed(event)) return wrap(what_was_kept(event), kIndent);
  std::string text =
      fmt::format("{} brought {} from {} for {}.", client_of(event), what_came(event),
                  event.reverse_path.empty() ? "<>" : base::printable(event.reverse_path, kMostText),
                  recipients_of(event));
  if (const auto certainty = certainty_sentence(event); !certainty.empty())
    text.append(" ").append(certainty);
  if (!event.original_message_id.empty())
    text += fmt::format(" It answers the mail {}.", base::printable(event.original_message_id, kMostText));
  return wrap(text, kIndent);
}

/// What was found out about a response of our own servers on its way out, by the cause of its verdict.
struct WayOutAnswer {
  std::string_view cause;
  std::string_view sentence;
};

constexpr WayOutAnswer kWayOutAnswers[] = {
    {"owed", "Yes."},
    {"not-owed", "No: that mail was checked, and nothing shows that it came from there."},
    {"unclear", "That is not known, and such a response leaves within the rates."},
    {"rated", "That is not known, and more of these were to leave than the rates allow."},
    {"vacation-unwanted", "That doesn't matter: no program may answer this address, or that mail."},
    {"vacation-again", "That doesn't matter: the addressee got the same reply within the last 7 days."},
    {"not-checked-yet",
     "That is not known yet: that mail was still being checked, and the answer comes again later."},
    {"not-held", "It could not be held, and may not leave."},
};

std::string way_out_sentence(const store::Event& event) {
  const auto* const row = std::ranges::find(kWayOutAnswers, event.cause, &WayOutAnswer::cause);
  return row == std::end(kWayOutAnswers)
             ? std::string()
             : fmt::format("Did {} write the mail that it answers? {}", recipients_of(event), row->sentence);
}

bool is_on_its_way_out(const store::Event& event) {
  return event.direction == store::Direction::Outbound && is_response(event);
}

std::string origin_sentence(const store::Event& event) {
  if (is_deed(event)) return {};
  if (is_on_its_way_out(event)) return way_out_sentence(event);
  if (!kind_of(event)) return "No message was read, so it was not judged whether it is a response.";
  if (!is_response(event)) return "It is no response, so no evidence of its origin was looked for.";
  std::string text = fmt::format("Did the recipient send the mail that it answers? {}",
                                 event.origin == "genuine"  ? "Yes, that is proven"
                                 : event.origin == "forged" ? "No, that is refuted"
                                                            : "Nothing proves it");
  if (!event.origin_cause.empty()) text += fmt::format(" ({})", base::printable(event.origin_cause));
  return text + '.';
}

std::string group(std::string_view title, std::span<const Point> points) {
  if (points.empty()) return {};
  FactTable table;
  for (const auto& one : points) {
    const std::string finding = one.finding.empty() || one.finding == "silent" ? "" : one.finding + ": ";
    const std::string level = one.level.empty() ? "" : fmt::format(" ({})", one.level);
    table.add("  " + base::printable(one.name, kMostName) + base::printable(level), finding + one.detail);
  }
  return fmt::format("\n  {}\n{}", title, table.text());
}

std::string tree(const store::Event& event) {
  const Reasoning reasoning = reasoning_of(event);
  std::string text = group("Found", reasoning.found);
  text += group("Checks of the sender", reasoning.sender);
  text += group("Looked for and not found", reasoning.not_found);
  text += group("Would have proved it", reasoning.would_prove);
  text += group("Not looked for", reasoning.not_sought);
  if (is_response(event) && event.origin_cause.empty() && !is_on_its_way_out(event)) {
    text += '\n' + wrap("An older Backstop recorded this event, and did not note which proofs it looked for.",
                        kIndent);
  }
  return text;
}

std::string readiness_sentence(const store::Event& event) {
  using store::Fact;
  if (event.origin_cause.empty()) return {};
  const bool messages = event.facts.has(Fact::ReadyMessages);
  const bool tags = event.facts.has(Fact::ReadyTags);
  const std::string_view how = event.facts.has(Fact::ReadyDeclared) ? " as the configuration declares" : "";
  if (!messages && !tags) return fmt::format("not ready{}: nothing is refused for it", how);
  return fmt::format("ready for {}{}",
                     messages && tags ? "proofs in messages and for tags"
                     : messages       ? "proofs in messages"
                                      : "tags",
                     how);
}

bool was_seen_unready(const store::Event& event) {
  using store::Fact;
  return !event.origin_cause.empty() && !event.facts.has(Fact::ReadyDeclared) &&
         !event.facts.has(Fact::ReadyMessages) && !event.facts.has(Fact::ReadyTags);
}

std::string what_was_done(const store::Event& event, std::string_view missing) {
  FactTable table;
  table.add("Done", words(event, event.done));
  table.add("Verdict", words(event, event.verdict));
  table.add("Cause", event.cause);
  table.add("Stage", event.stage);
  table.add("Domain", readiness_sentence(event));
  table.add("Missing today", missing);
  table.add("Next stage", words(event, event.next_stage));
  table.add("Reply", event.reply);
  return wrap(base::printable(event.explanation, kMostText), kIndent) + table.text();
}

json::array array_of(std::span<const Point> points) {
  json::array array;
  for (const auto& one : points) {
    array.push_back(json::object{{"name", store::sound_text(one.name)},
                                 {"finding", store::sound_text(one.finding)},
                                 {"level", store::sound_text(one.level)},
                                 {"detail", store::sound_text(one.detail)}});
  }
  return array;
}

}  // namespace

Reasoning reasoning_of(const store::Event& event) {
  Reasoning reasoning;
  for (const auto& one : event.evidence) {
    if (one.name.starts_with(store::kAuthPrefix)) {
      reasoning.sender.push_back(point_of(one));
      continue;
    }
    (says_something(one) ? reasoning.found : reasoning.not_found).push_back(point_of(one));
  }
  if (!is_response(event) || event.origin_cause.empty()) return reasoning;
  for (const Proof& proof : kProofs) {
    if (!event.facts.has(proof.sought)) {
      reasoning.not_sought.push_back(point_of(proof, proof.needs));
    } else if (!is_named(event.evidence, proof.name)) {
      reasoning.not_found.push_back({std::string(proof.name), {}, {}, std::string(proof.absent)});
    }
    // Nothing can bring back a tag that our mail doesn't have.
    const bool is_given = proof.sought != store::Fact::SoughtTag || !event.facts.has(store::Fact::TagsOff);
    if (is_given && event.origin != "genuine" && !has_proof(event.evidence, proof.name))
      reasoning.would_prove.push_back(point_of(proof, proof.would_prove));
  }
  return reasoning;
}

std::string missing_today(const store::Event& event, std::span<const store::DaySums> sums,
                          std::chrono::sys_days today) {
  if (!was_seen_unready(event) || event.recipients.empty()) return {};
  const auto address = mail::parse_address(event.recipients.front());
  if (!address || address->domain.empty()) return {};
  const auto observed = intake::observe(sums, today);
  const auto found = observed.find(base::domain_key(address->domain));
  const auto& its_own = found == observed.end() ? intake::nothing_seen(today) : found->second;
  const auto since = intake::since(its_own);
  if (std::ranges::any_of(since, [](const auto& day) { return day.has_value(); }))
    return "Nothing: it is ready by now.";
  return intake::lacking(its_own);
}

std::string why_page(const store::Event& event, std::string_view missing) {
  std::string found = wrap(origin_sentence(event), kIndent) + tree(event);
  if (!found.empty()) found += '\n';
  return heading(event) + what_it_was(event) + '\n' + found + what_was_done(event, missing);
}

json::object why_json(const store::Event& event, std::string_view missing) {
  const Reasoning reasoning = reasoning_of(event);
  return {{"event", store::event_json(event)},
          {"found", array_of(reasoning.found)},
          {"sender", array_of(reasoning.sender)},
          {"not_found", array_of(reasoning.not_found)},
          {"would_prove", array_of(reasoning.would_prove)},
          {"not_sought", array_of(reasoning.not_sought)},
          {"missing_today", missing.empty() ? json::value() : json::value(missing)}};
}

}  // namespace backstop::report
