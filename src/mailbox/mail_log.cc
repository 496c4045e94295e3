#include "mailbox/mail_log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <memory>
#include <ranges>
#include <utility>

#include "base/text.h"
#include "mailbox/counting_source.h"
#include "mailbox/exim_log.h"
#include "mailbox/gzip_source.h"
#include "mailbox/id_list.h"
#include "mailbox/line_reader.h"
#include "mailbox/postfix_log.h"

namespace backstop::mailbox {

namespace {

using std::chrono::sys_seconds;
using Kind = SourceProblem::Kind;

// Lines at the start of a file that are looked at for its first time stamp.
constexpr int kProbedLines = 1000;

std::unique_ptr<LogReader> reader_of(const LogOptions& options, LogCounts& counts, LogVisitor& visitor) {
  switch (options.form) {
    case LogForm::Postfix:
      return std::make_unique<PostfixLog>(options.limits, counts, visitor);
    case LogForm::Exim:
      return std::make_unique<EximLog>(options.limits, counts, visitor);
    case LogForm::Ids:
      break;
  }
  return std::make_unique<IdList>(counts, visitor);
}

os::FileDescriptor open_file(const std::string& path) {
  if (path == "-") return os::FileDescriptor(::dup(STDIN_FILENO));
  return os::FileDescriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
}

sys_seconds latest_of(const os::FileDescriptor& file, const LogOptions& options) {
  struct stat about{};
  if (options.latest) return *options.latest;
  if (::fstat(file.number(), &about) != 0 || !S_ISREG(about.st_mode)) return options.now;
  return sys_seconds(std::chrono::seconds(about.st_mtime));
}

// Returns the time with which a log begins, or nullopt if there is none or the file can't be read.
std::optional<sys_seconds> first_time(const std::string& path, const LogOptions& options) {
  os::FileDescriptor file = open_file(path);
  if (!file.is_open()) return std::nullopt;
  LogClock clock(latest_of(file, options));
  os::FileSource source(std::move(file));
  GzipSource unpacked(source);
  LineReader lines(unpacked, options.limits.line);
  for (int i = 0; i < kProbedLines; ++i) {
    const auto line = lines.next();
    if (!line || !*line) break;
    if (const auto time = time_of_line((*line)->text, clock)) return time;
  }
  return std::nullopt;
}

// Those without a time come last, in the order in which they were given.
std::vector<std::string> in_order_of_time(std::span<const std::string> paths, const LogOptions& options) {
  std::multimap<sys_seconds, std::string> sorted;
  for (const std::string& path : paths) {
    const bool is_probed = paths.size() > 1 && path != "-" && options.form != LogForm::Ids;
    const auto time = is_probed ? first_time(path, options) : std::nullopt;
    sorted.emplace(time.value_or(sys_seconds::max()), path);
  }
  const auto in_order = std::views::values(sorted);
  return {in_order.begin(), in_order.end()};
}

class Reading {
 public:
  Reading(const LogOptions& options, LogVisitor& visitor)
      : options_(options), visitor_(visitor), reader_(reader_of(options, counts_, visitor)) {}

  void read_path(const std::string& path) {
    os::FileDescriptor file = open_file(path);
    if (!file.is_open()) return visitor_.problem(problem_of(path, errno));
    const sys_seconds latest = latest_of(file, options_);
    os::FileSource source(std::move(file));
    read_open(source, path, latest);
  }

  void read_open(os::ByteSource& source, std::string_view name, sys_seconds latest) {
    CountingSource counting(source, [this](std::uint64_t bytes) { visitor_.advanced(bytes); });
    GzipSource unpacked(counting);
    LineReader lines(unpacked, options_.limits.line);
    LogClock clock(latest);
    const LogCounts before = counts_;
    for (;;) {
      const auto line = lines.next();
      if (!line) return tell(Kind::ReadFailed, name, line.error().message);
      if (!*line) break;
      ++counts_.lines;
      if ((*line)->is_cut) ++counts_.cut_lines;
      if (!reader_->line((*line)->text, clock)) ++counts_.foreign_lines;
    }
    const auto foreign = counts_.foreign_lines - before.foreign_lines;
    if (foreign > 0 && foreign == counts_.lines - before.lines) tell(Kind::NoMail, name, why_foreign());
  }

  LogCounts end() {
    reader_->end();
    return counts_;
  }

 private:
  void tell(Kind kind, std::string_view name, std::string_view what) {
    visitor_.problem({kind, fmt::format("{}: {}", base::printable(name, 4096), what)});
  }

  std::string_view why_foreign() const {
    if (options_.form == LogForm::Ids) return "not a list of Message-IDs: none of its lines begins with one";
    return "not a log of a mail server: none of its lines begins with a time and what follows it there";
  }

  const LogOptions& options_;
  LogVisitor& visitor_;
  LogCounts counts_;
  std::unique_ptr<LogReader> reader_;
};

}  // namespace

LogCounts read_mail_logs(std::span<const std::string> paths, const LogOptions& options, LogVisitor& visitor) {
  Reading reading(options, visitor);
  for (const std::string& path : in_order_of_time(paths, options)) reading.read_path(path);
  return reading.end();
}

LogCounts read_mail_log(os::ByteSource& source, std::string_view name, const LogOptions& options,
                        LogVisitor& visitor) {
  Reading reading(options, visitor);
  reading.read_open(source, name, options.latest.value_or(options.now));
  return reading.end();
}

}  // namespace backstop::mailbox
