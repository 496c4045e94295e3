// Reads from a mail's own header when it came and to whom. An SMTP session would know both for certain. Pure;
// thread-safe.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

#include "mail/address.h"
#include "mail/message.h"

namespace backstop::mailbox {

/// Returns the day (UTC) of the topmost Received field, else of Date. A date that can't be read, or is not in
/// the years 1980 to 2099, is passed over; nullopt if none is left.
std::optional<std::chrono::sys_days> day_of_arrival(const mail::Message& message);

/// Returns at most ten addresses that may be the envelope recipient, likeliest first: those in X-Original-To,
/// Envelope-To, X-Envelope-To and Delivered-To, or those in To if there are none of these.
std::vector<mail::Address> arrival_recipients(const mail::Message& message);

}  // namespace backstop::mailbox
