// When a mail came and to whom, as its own header tells it: what an SMTP session would have known for
// certain.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

#include "mail/address.h"
#include "mail/message.h"

namespace backstop::mailbox {

/// The day (UTC) of the topmost Received field, else of Date; nullopt where neither can be read or is no day
/// between 1980 and 2100.
std::optional<std::chrono::sys_days> day_of_arrival(const mail::Message& message);

/// The addresses that may be the envelope recipient, likeliest first: X-Original-To, Envelope-To,
/// X-Envelope-To, Delivered-To, and To if there is none of these.
std::vector<mail::Address> arrival_recipients(const mail::Message& message);

}  // namespace backstop::mailbox
