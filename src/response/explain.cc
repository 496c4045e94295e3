#include "response/explain.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <span>
#include <vector>

#include "base/text.h"
#include "mail/date.h"

namespace backstop::response {
namespace {

constexpr std::size_t kNamesMost = 2;   // addresses that are named; the rest are counted
constexpr std::size_t kGroupsMost = 3;  // reasons that are told apart
constexpr std::size_t kSubjectMost = 100;

// Index by Reason.
constexpr std::array<std::string_view, kReasonNames.size()> kBecause = {
    "of something that the report does not make clear",
    "the mailbox does not exist",
    "the mailbox is full",
    "the mailbox takes no mail: it is suspended, closed or unused",
    "the domain does not exist or has no mail server",
    "the receiving system takes no mail at all, or none for now",
    "the server that was asked does not take mail for that address",
    "the mail is too large",
    "a filter took it for spam",
    "a filter found a virus in it",
    "something in the mail, such as its form or an attachment, is not accepted",
    "the system that sent it has a bad reputation",
    "nothing proves that the mail comes from the sender that it names",
    "too many mails came in too short a time",
    "the receiving system could not be reached",
    "the connection was not encrypted as the receiving system requires",
    "the mail ran in a circle",
    "it was tried for too long without success",
    "a rule of the receiving system forbids it",
    "the receiving system is broken or misconfigured",
};
static_assert(std::ranges::none_of(kBecause, &std::string_view::empty));

// Index by ShownBy.
constexpr std::array<std::string_view, 5> kShown = {
    "It only looks like a report: anybody could have written what it shows.",
    "It is a report, since it has the null sender, the form of a known mail system and the mail that it "
    "returns.",
    "It is a report for sure: it has a mail system's sender and an X-Failed-Recipients field.",
    "It is a report for sure: it has a mail system's sender and a delivery status with a recipient.",
    "It is a report for sure: it has the null sender, and it says that it has a delivery status, but puts "
    "it so far back that it is not read.",
};

using Recipients = std::vector<const Recipient*>;

std::string safe(std::string_view text, std::size_t most = 254) {
  return base::printable(base::trim(text), most);
}

// Returns "The mail system at mx.example.net", which begins a sentence.
std::string mail_system(const Response& response) {
  if (response.reporting_mta.empty()) return "A mail system that does not give its name";
  return "The mail system at " + safe(response.reporting_mta);
}

std::string_view address_of(const Recipient& recipient) {
  return recipient.address.empty() ? recipient.original_address : recipient.address;
}

// "a@example.org", "a@example.org and b@example.org", "a@example.org, b@example.org and 3 others".
std::string names(std::span<const Recipient* const> recipients) {
  std::string out;
  std::size_t named = 0;
  for (const Recipient* recipient : recipients) {
    if (address_of(*recipient).empty()) continue;
    if (named == kNamesMost) break;
    const bool is_last = named + 1 == recipients.size();
    if (named > 0) out += is_last ? " and " : ", ";
    out += safe(address_of(*recipient));
    ++named;
  }
  const std::size_t others = recipients.size() - named;
  if (named == 0)
    return others > 1 ? std::to_string(others) + " recipients that it does not name"
                      : "a recipient that it does not name";
  if (others > 0) out += others == 1 ? " and 1 other" : " and " + std::to_string(others) + " others";
  return out;
}

Recipients recipients_with(const Response& response, std::span<const Action> actions) {
  Recipients found;
  for (const Recipient& recipient : response.recipients) {
    if (std::ranges::find(actions, recipient.action) != actions.end()) found.push_back(&recipient);
  }
  return found;
}

Recipients recipients_with(const Response& response, std::initializer_list<Action> actions) {
  return recipients_with(response, std::span(actions.begin(), actions.size()));
}

std::vector<Recipients> by_reason(const Recipients& recipients) {
  std::array<std::size_t, kReasonNames.size()> place{};  // of the reason's group, counted from 1
  std::vector<Recipients> groups;
  for (const Recipient* recipient : recipients) {
    std::size_t& at = place[static_cast<std::size_t>(recipient->reason)];
    if (at == 0) {
      groups.emplace_back();
      at = groups.size();
    }
    groups[at - 1].push_back(recipient);
  }
  return groups;
}

// Returns "to a@example.org because the mailbox is full, and to b@example.org because ...". If the only
// reason is unknown, it is left out.
std::string to_whom_and_why(const Recipients& recipients) {
  const std::vector<Recipients> groups = by_reason(recipients);
  constexpr std::size_t kUsualLength = 160;
  std::string out;
  out.reserve(kUsualLength);
  std::size_t told = 0;
  for (std::size_t i = 0; i < std::min(groups.size(), kGroupsMost); ++i) {
    out += i == 0 ? "to " : i + 1 == groups.size() ? ", and to " : ", to ";
    out += names(groups[i]);
    const Reason reason = groups[i].front()->reason;
    if (groups.size() > 1 || reason != Reason::Unknown) out.append(" because ").append(because(reason));
    told += groups[i].size();
  }
  if (groups.size() > kGroupsMost)
    out += ", and to " + std::to_string(recipients.size() - told) + " more for other reasons";
  return out;
}

bool is_unexplained(const Recipients& recipients) {
  return std::ranges::all_of(recipients,
                             [](const Recipient* recipient) { return recipient->reason == Reason::Unknown; });
}

// Says in further sentences what became of the recipients that did not fail.
std::string explain_the_others(const Response& response) {
  std::string out;
  if (const auto delayed = recipients_with(response, {Action::Delayed}); !delayed.empty())
    out += " It keeps trying to deliver it " + to_whom_and_why(delayed) + ".";
  const auto delivered = recipients_with(response, {Action::Delivered, Action::Relayed, Action::Expanded});
  if (!delivered.empty()) out += " It did deliver it, or pass it on, to " + names(delivered) + ".";
  return out;
}

std::string explain_failed(const Response& response) {
  std::string out = mail_system(response) + " could not deliver a mail";
  const auto failed = recipients_with(response, {Action::Failed, Action::None});
  if (failed.empty()) return out + ", and does not say to whom." + explain_the_others(response);
  out += " " + to_whom_and_why(failed);
  out += is_unexplained(failed) ? "; the report does not make clear why." : ".";
  return out + explain_the_others(response);
}

std::string explain_delayed(const Response& response) {
  std::string out = mail_system(response) + " has not yet been able to deliver a mail";
  const auto delayed = recipients_with(response, {Action::Delayed, Action::None});
  if (!delayed.empty()) out += " " + to_whom_and_why(delayed);
  out += "; it keeps trying.";
  const auto delivered = recipients_with(response, {Action::Delivered, Action::Relayed, Action::Expanded});
  if (!delivered.empty()) out += " It did deliver it, or pass it on, to " + names(delivered) + ".";
  return out;
}

std::string explain_delivered(const Response& response) {
  const auto delivered = recipients_with(response, {Action::Delivered, Action::None});
  const auto relayed = recipients_with(response, {Action::Relayed});
  const auto expanded = recipients_with(response, {Action::Expanded});
  std::string done;
  const auto add = [&done](std::string_view text, const Recipients& recipients) {
    if (recipients.empty()) return;
    if (!done.empty()) done += ", and ";
    done.append(text).append(names(recipients));
  };
  add("delivered a mail to ", delivered);
  add("passed a mail on to a system that confirms nothing, for ", relayed);
  add("passed a mail on to the addresses behind ", expanded);
  if (done.empty()) done = "delivered a mail";
  return mail_system(response) + " reports that it " + done + ".";
}

// Returns who answers, in a kind whose recipient is the one who answers; `other` if nothing names them.
std::string answerer(const Response& response, std::string_view other) {
  for (const Recipient& recipient : response.recipients) {
    if (!address_of(recipient).empty()) return safe(address_of(recipient));
  }
  return response.reporting_mta.empty() ? std::string(other)
                                        : "the system at " + safe(response.reporting_mta);
}

Reason reason_of(const Response& response) {
  return response.recipients.empty() ? Reason::Unknown : response.recipients.front().reason;
}

std::string explain_mdn(const Response& response) {
  return "This is a receipt from " + answerer(response, "a recipient that it does not name") +
         ": it says what was done with a mail, such as that it was opened or deleted.";
}

std::string explain_auto_reply(const Response& response) {
  std::string out = "This is an automatic reply from " + answerer(response, "somebody that it does not name");
  const Reason reason = reason_of(response);
  if (reason != Reason::Unknown)
    return out.append(", who does not get the mail because ").append(because(reason)).append(".");
  return out + ": a program wrote it, such as a holiday notice.";
}

std::string explain_challenge(const Response& response) {
  return "This is a challenge from " + answerer(response, "somebody that it does not name") +
         ": whoever sent a mail there is asked to prove that they are a person before it is delivered.";
}

std::string explain_filter_notice(const Response& response) {
  std::string out = response.reporting_mta.empty() ? "A mail filter that does not give its name"
                                                   : "A mail filter at " + safe(response.reporting_mta);
  out += " tells the sender of a mail";
  Recipients recipients;
  for (const Recipient& recipient : response.recipients) recipients.push_back(&recipient);
  if (!recipients.empty()) out += " to " + names(recipients);
  const Reason reason = reason_of(response);
  if (reason == Reason::Unknown) return out + " what it did with it.";
  return out.append(" that it was stopped or changed because ").append(because(reason)).append(".");
}

std::string explain_list_notice(const Response& response) {
  return "This is a notice from the mailing list software of " +
         answerer(response, "a list that it does not name") +
         ": a mail to it was held, was not accepted or not understood, or must be confirmed.";
}

std::string explain_feedback_report(const Response& response) {
  std::string out = "This is a feedback report";
  if (!response.reporting_mta.empty()) out += " from the mail system at " + safe(response.reporting_mta);
  return out + ": somebody who got a mail marked it as unwanted.";
}

// Returns "23 November 2026", or an empty string if the date can't be read.
std::string day_of(std::string_view date) {
  constexpr auto kMonths =
      std::to_array<std::string_view>({"January", "February", "March", "April", "May", "June", "July",
                                       "August", "September", "October", "November", "December"});
  const auto time = mail::parse_date(date);
  if (!time) return "";
  const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(*time));
  return std::to_string(static_cast<unsigned>(day.day())) + " " +
         std::string(kMonths[static_cast<unsigned>(day.month()) - 1]) + " " +
         std::to_string(static_cast<int>(day.year()));
}

std::string explain_original(const std::optional<Original>& original) {
  if (!original) return " The mail that it answers was not returned.";
  const std::string day = day_of(original->date);
  const std::string of_day = day.empty() ? "" : " of " + day;
  const std::string subject = safe(original->subject, kSubjectMost);
  if (!subject.empty()) return " It answers the mail with the subject \"" + subject + "\"" + of_day + ".";
  const std::string id = safe(original->message_id);
  if (!id.empty()) return " It answers the mail with the Message-ID <" + id + ">" + of_day + ".";
  if (!day.empty()) return " It answers a mail" + of_day + ".";
  return " Too little of the mail that it answers was returned to say which one it is.";
}

std::string explain_kind(const Response& response) {
  switch (response.kind) {
    case Kind::None:
      break;
    case Kind::DsnFailed:
      return explain_failed(response);
    case Kind::DsnDelayed:
      return explain_delayed(response);
    case Kind::DsnDelivered:
      return explain_delivered(response);
    case Kind::Mdn:
      return explain_mdn(response);
    case Kind::AutoReply:
      return explain_auto_reply(response);
    case Kind::Challenge:
      return explain_challenge(response);
    case Kind::FilterNotice:
      return explain_filter_notice(response);
    case Kind::ListNotice:
      return explain_list_notice(response);
    case Kind::FeedbackReport:
      return explain_feedback_report(response);
  }
  return "This is ordinary mail, not a response.";
}

}  // namespace

std::string_view shown(ShownBy shown_by) {
  return name_of(kShown, shown_by);
}

std::string explain(const Response& response) {
  constexpr std::size_t kUsualLength = 768;
  std::string out = explain_kind(response);
  out.reserve(kUsualLength);
  if (response.kind != Kind::None) out += explain_original(response.original);
  if (is_dsn(response.kind)) out.append(" ").append(shown(response.shown_by));
  if (response.truncated) out += " Not all of it was read, since it is larger than the limits allow.";
  return out;
}

std::string_view because(Reason reason) {
  return name_of(kBecause, reason);
}

}  // namespace backstop::response
