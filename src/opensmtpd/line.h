// The lines between OpenSMTPD and a filter, smtpd-filters(7), protocol 0.5 to 0.7: fields with "|" between
// them, of which the last one may have "|" in it. Pure.
//
//   report|VERSION|TIME|smtp-in|EVENT|SESSION|...             told, and not answered
//   filter|VERSION|TIME|smtp-in|PHASE|SESSION|TOKEN|...       answered with the session and the token
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace backstop::opensmtpd {

/// The most octets of a line of OpenSMTPD: a line of a mail has at most 65,535.
inline constexpr std::size_t kMostLine = std::size_t{128} * 1024;

enum class Stream : std::uint8_t {
  Config,  ///< before the first session
  Report,
  Filter,
};

struct Line {
  Stream stream = Stream::Config;
  unsigned version = 0;        ///< of the protocol: 6 is 0.6
  std::string_view name = {};  ///< the key of Config, the event of Report, the phase of Filter
  std::string_view session = {};
  std::string_view token = {};  ///< Filter only
  std::string_view rest = {};   ///< the fields behind these; the value of Config

  bool is_report(std::string_view event) const { return stream == Stream::Report && name == event; }
  bool is_filter(std::string_view phase) const { return stream == Stream::Filter && name == phase; }
};

/// Reads a line without its line end. Reports of other subsystems than smtp-in are errors, too: we ask for
/// none.
base::Result<Line> parse_line(std::string_view text);

/// Splits into at most `most` fields; the last one has all the rest.
std::vector<std::string_view> split_fields(std::string_view text, std::size_t most);

/// The report link-connect: name, whether it is confirmed, source, destination.
struct Connected {
  std::string_view host = {};     ///< "<unknown>" if the address has no name
  std::string_view address = {};  ///< without port and brackets; empty for a local one
  std::uint16_t port = 0;
  std::string_view path = {};  ///< of the socket, for mail of the server itself
};
base::Result<Connected> parse_connected(std::string_view rest);

/// The reports tx-mail and tx-rcpt.
struct Given {
  std::string_view message;  ///< its id, eight hexadecimal digits
  bool is_taken = false;
  std::string_view address;  ///< without brackets; empty for the null sender
};
base::Result<Given> parse_given(const Line& line);

/// The report link-auth. Returns the user who logged in; empty if the login failed.
base::Result<std::string_view> parse_login(const Line& line);

/// Returns the parameters of a command MAIL or RCPT as the client gave them ("SIZE=10"): what is behind the
/// ">" of its path.
std::vector<std::string_view> parameters_of(std::string_view command);

/// The most octets of a text that goes into filter-result, and of a line in filter-dataline: OpenSMTPD before
/// 7.0 reads both into 2,048 octets with all that stands before them, and cuts the rest off without a word;
/// later ones read no more than 65,536.
struct LineLimits {
  std::size_t text = 1000;
  std::size_t data = 1900;
};
/// `version` is the value of config|smtpd-version: "6.8.0p2".
LineLimits limits_of(std::string_view version);

// What a filter says.
/// Names what it wants to be told and asked: nothing, or what a Session takes.
void append_registration(bool has_sessions, std::string& out);
void append_proceed(std::string_view session, std::string_view token, std::string& out);
/// `reply` begins with a code, "550 5.7.1 ..."; it is cut to what OpenSMTPD reads.
void append_reject(std::string_view session, std::string_view token, std::string_view reply,
                   const LineLimits& limits, std::string& out);
/// Gives a line of the mail back, dot-stuffed as it came. A line that OpenSMTPD would cut is broken into
/// several: in the header at a space, so that it is a folded field; else anywhere.
void append_data(std::string_view session, std::string_view token, std::string_view line, bool is_header,
                 const LineLimits& limits, std::string& out);

}  // namespace backstop::opensmtpd
