// For tests: what a log tells, as text, and a time zone for one test.
#pragma once

#include <cstdlib>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

#include "base/day.h"
#include "mailbox/mail_log.h"
#include "mailbox/pieces_fixture.h"

namespace backstop::mailbox {

/// The time zone of this process, until the end of the scope.
class TimeZone {
 public:
  explicit TimeZone(const char* zone) {
    if (const char* old = std::getenv("TZ")) old_ = old;
    ::setenv("TZ", zone, 1);
    ::tzset();
  }
  ~TimeZone() {
    old_.empty() ? ::unsetenv("TZ") : ::setenv("TZ", old_.c_str(), 1);
    ::tzset();
  }
  TimeZone(const TimeZone&) = delete;
  TimeZone& operator=(const TimeZone&) = delete;

 private:
  std::string old_;
};

inline std::string shown(std::chrono::sys_seconds time) {
  return base::format_time(std::chrono::time_point_cast<std::chrono::milliseconds>(time)).substr(0, 19);
}

/// Gathers mails as "SENDER > RECIPIENT RECIPIENT <ID>", and problems as their messages, in the order in
/// which they come.
class Gathered : public LogVisitor {
 public:
  void sent(const SentMail& mail) override {
    std::string text = mail.sender + " >";
    for (const std::string& recipient : mail.recipients) text += " " + recipient;
    told.push_back(text + " <" + mail.message_id + ">");
    last = mail;
  }
  void problem(const SourceProblem& problem) override { told.push_back("problem: " + problem.message); }
  void advanced(std::uint64_t bytes) override { read += bytes; }

  std::vector<std::string> told;
  SentMail last;
  std::uint64_t read = 0;
  LogCounts counts;
};

inline LogOptions options_for(LogForm form) {
  return {.form = form,
          .now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 30),
          .latest = {},
          .limits = {}};
}

/// Reads a log that comes in pieces.
inline Gathered read_log(const LogOptions& options, std::string_view text, std::size_t piece = 4096) {
  Gathered gathered;
  Pieces source(text, piece);
  gathered.counts = read_mail_log(source, "log", options, gathered);
  return gathered;
}

}  // namespace backstop::mailbox
