// What a server said, without what the reporting system says around it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace backstop::response {

/// Appends `words` to `out` without default-ignorable characters, and with spaces in place of all that is not
/// the server's own: addresses, names of hosts, what is in angle brackets, and the remarks of Postfix, Exim,
/// Sendmail, qmail and IronPort about the dialogue ("in reply to RCPT TO command", "Giving up on 192.0.2.1").
/// Their words would be taken for the server's: "relay.example.org" denies no relaying. The names of block
/// lists stay, since they tell why. Writes "does not" for "doesn't", so that a table has one form of each
/// phrase, and "an-ip-address" for an IPv4 address that belongs to no name: "192.0.2.1 is blocked" blames a
/// host. Takes linear time.
void append_server_words(std::string_view words, std::string& out);

/// Returns the reply that IronPort quotes behind its own label, or an empty view: "5.1.1 no such user" of
/// "5.1.0 - Unknown address error ('550', ['5.1.1 no such user'])". An older form is "error 550-'5.1.1 no
/// such user'".
std::string_view quoted_reply(std::string_view words);

}  // namespace backstop::response
