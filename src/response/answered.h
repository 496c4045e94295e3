// What a response says about the mail that it answers, in the form in which the ledger is asked: Message-IDs
// and addressees.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mail/message.h"
#include "response/response.h"

namespace backstop::response {

/// How many Message-IDs and addressees a response can name.
inline constexpr std::size_t kMostAnsweredIds = 20;
inline constexpr std::size_t kMostAddressees = 20;
inline constexpr std::size_t kMostLikelyIds = kMostAnsweredIds + 2;

/// Returns the Message-ID in the value of a header field, in the form of Response::answered_ids: what is in
/// the first angle brackets, or all if there are none; without white space, in UTF-8. Empty if there is none,
/// or if it has more than 998 bytes.
std::string message_id_of(std::string_view value);

/// Appends the ids of the fields Original-Message-ID and X-Original-Message-ID of a report's body, which is
/// decoded, without angle brackets.
void read_original_ids(std::string_view report, std::vector<std::string>& ids);

/// Fills `answered_ids`, `named_ids` and `last_reference`, once `original` and `returned` are there.
/// `report_ids` are those of the report's parts; the other fields are those of the response's own header. Ids
/// past 998 bytes are left out.
void find_answered_ids(const mail::Message& message, const std::vector<std::string>& report_ids,
                       Response& response);

/// Fills in the Message-ID of an original that came back without it or not at all, once `answered_ids` is
/// there: the one that the report names, else the likeliest one that the response's own header names. If the
/// original came back, only the report's counts.
void name_original(const std::vector<std::string>& report_ids, Response& response);

/// Returns what the Message-ID of the answered mail may be, likeliest first: the named ids, then the last one
/// of References. Older ones of References are those of other mails. If no id is named, or the mail that came
/// back has none, an empty id is the first: the mail may have none. Each once, at most kMostLikelyIds.
std::vector<std::string> likely_ids(const Response& response);

/// Returns the addresses that the mail went to, as the response says: the recipients of its report, each as
/// the mail was written to it and then as it ended; if it names none, To and Cc of what came back. If it is
/// no report of a delivery, its author is the last. Each once, in the form of mail::Address::folded().
/// To and Cc don't count beside a report: a forger can return a harvested header, and its To would otherwise
/// make his bounce look like one of that addressee.
std::vector<std::string> claimed_addressees(const Response& response);

}  // namespace backstop::response
