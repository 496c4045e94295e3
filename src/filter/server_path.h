// Addresses as mail servers take them from their clients, which is more than RFC 5321 allows: Postfix takes
// "<ann@example.org.>", "<example.org!ann>", "< ann@example.org >" and "<ann>" for ann@example.org, and "< >"
// for the null path. What the server delivers must be judged, so it is read as the server reads it. Pure;
// thread-safe.
#pragma once

#include <optional>
#include <string_view>

#include "mail/address.h"

namespace backstop::filter {

/// Takes "<ann@example.org>", "ann@example.org", "<>" and "", as servers send it, and what parse_path()
/// takes.
std::optional<mail::Path> read_exactly(std::string_view text);

/// Takes every text with an "@" behind which there is a domain, with a local part of any form and length, and
/// all forms of the null path. nullopt: the text is neither.
std::optional<mail::Path> read_loosely(std::string_view text);

/// Reads what a client gave. `resolved` is what the server made of it (the macros {mail_addr} and
/// {rcpt_addr}), and counts if the text itself isn't well-formed; it may be empty.
std::optional<mail::Path> read_server_path(std::string_view text, std::string_view resolved);

/// True if the server knows this address by just this text, so that it can be named to it.
bool is_plain(std::string_view text, const mail::Address& address);

}  // namespace backstop::filter
