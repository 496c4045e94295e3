#include "os/log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/json.hpp>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <mutex>
#include <utility>

#include "base/day.h"
#include "base/text.h"
#include "os/byte_source.h"

namespace backstop::os {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLastWrite{2000};
// After a write the next one waits this long, so that one write takes all lines that come meanwhile.
constexpr milliseconds kGather{10};
constexpr std::size_t kMostMessage = 2000;
constexpr std::size_t kMostFront = 40;  // time and level

using Time = Log::Time;
using File = std::shared_ptr<FileDescriptor>;

/// Opens a file at its end. A new file gets mode 0640 in spite of the umask: that of the unit would lock the
/// group out.
int open_at_end(const std::string& path) {
  constexpr int kFlags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY;
  constexpr mode_t kMode = S_IRUSR | S_IWUSR | S_IRGRP;
  const int made = ::open(path.c_str(), kFlags | O_EXCL, kMode);
  if (made < 0) return errno == EEXIST ? ::open(path.c_str(), kFlags, kMode) : made;
  ::fchmod(made, kMode);
  return made;
}

base::Result<File> open_file(const std::string& path) {
  const int number = path.empty() ? ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0) : open_at_end(path);
  if (number >= 0) return std::make_shared<FileDescriptor>(number);
  const std::string reason = std::strerror(errno);
  return std::unexpected(base::Error{fmt::format(
      "can't write the log {}: {}", path.empty() ? "to standard error" : base::printable(path), reason)});
}

/// The journal adds the time itself, and takes the level as a number in front (sd-daemon(3)).
bool is_journal(const std::string& path) {
  const char* const stream = std::getenv("JOURNAL_STREAM");
  struct stat status{};
  return path.empty() && stream != nullptr && ::fstat(STDERR_FILENO, &status) == 0 &&
         stream == fmt::format("{}:{}", status.st_dev, status.st_ino);
}

constexpr int journal_level(LogLevel level) {
  constexpr std::array<int, 4> kNumbers = {7, 6, 4, 3};
  return kNumbers.at(static_cast<std::size_t>(level));
}

}  // namespace

class Log::Writer {
 public:
  Writer(const LogSettings& settings, File file) : file_(std::move(file)) { set(settings); }

  LogLevel level() const { return level_; }
  LogFormat format() const { return format_; }

  void set(const LogSettings& settings) {
    level_ = settings.level;
    format_ = settings.format;
    is_journal_ = is_journal(settings.file);
  }

  /// Appends the time and the level, which come before a text.
  void append_front(LogLevel level, Time time, std::string& out) const {
    if (is_journal_) {
      fmt::format_to(std::back_inserter(out), "<{}>", journal_level(level));
      return;
    }
    base::append_time(time, out);
    out.append(1, ' ').append(name(level)).append(1, ' ');
  }

  /// Returns the line of a message of our own, which may quote what others sent.
  std::string message_line(LogLevel level, std::string_view message) const {
    const Time now = std::chrono::floor<milliseconds>(std::chrono::system_clock::now());
    const std::string text = base::printable(message, kMostMessage);
    if (format_ == LogFormat::Human) {
      std::string line;
      append_front(level, now, line);
      return line + text;
    }
    return boost::json::serialize(
        boost::json::object{{"time", base::format_time(now)}, {"level", name(level)}, {"message", text}});
  }

  void replace(const LogSettings& settings, File file) {
    const std::scoped_lock lock(mutex_);
    set(settings);
    file_ = std::move(file);
    is_cut_ = false;
  }

  void add(std::string_view line) {
    const std::scoped_lock lock(mutex_);
    if (has_room(line.size())) append(line);
  }

  void add(LogLevel level, Time time, std::string_view text) {
    const std::scoped_lock lock(mutex_);
    if (!has_room(kMostFront + text.size())) return;
    append_front(level, time, waiting_);
    append(text);
  }

  /// The thread's work.
  void run() {
    // Writing to a pipe that nobody reads must be an error like others, not a signal.
    sigset_t pipe;
    ::sigemptyset(&pipe);
    ::sigaddset(&pipe, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    std::unique_lock lock(mutex_);
    while (!is_closing_ || !waiting_.empty()) {
      if (waiting_.empty()) wait_idle(lock);
      if (!waiting_.empty()) write_batch(lock);
      work_.wait_for(lock, kGather, [this] { return is_urgent_ || is_closing_; });
    }
    is_done_ = true;
    done_.notify_all();
  }

  /// Returns false if not everything was written in time.
  bool close(milliseconds limit) {
    std::unique_lock lock(mutex_);
    is_closing_ = true;
    work_.notify_one();
    return done_.wait_for(lock, limit, [this] { return is_done_; });
  }

  void flush(milliseconds limit) {
    std::unique_lock lock(mutex_);
    is_urgent_ = true;
    work_.notify_one();
    done_.wait_for(lock, limit, [this] { return waiting_.empty() && !is_writing_; });
    is_urgent_ = false;
  }

 private:
  // Waking the thread costs more than the line, so it is done only while the thread is here.
  void wait_idle(std::unique_lock<std::mutex>& lock) {
    is_idle_ = true;
    work_.wait(lock, [this] { return !waiting_.empty() || is_closing_; });
    is_idle_ = false;
  }

  bool has_room(std::size_t size) {
    if (waiting_.size() + size + 1 <= kMostWaiting) return true;
    lose(1, "it did not keep up");
    return false;
  }

  void append(std::string_view line) {
    waiting_ += line;
    waiting_ += '\n';
    if (is_idle_) work_.notify_one();
  }

  void lose(std::size_t lines, std::string_view why) {
    lost_ += lines;
    why_ = why;
  }

  void write_batch(std::unique_lock<std::mutex>& lock) {
    batch_.assign(is_cut_ ? "\n" : "");
    batch_ += waiting_;
    waiting_.clear();
    const File file = file_;
    is_writing_ = true;
    lock.unlock();
    std::string_view rest = batch_;
    const int error = write_all(file->number(), rest);
    lock.lock();
    is_writing_ = false;
    const std::size_t written = batch_.size() - rest.size();
    if (error != 0) {
      // The line end that we put before the batch, to end a line that was cut, is no line of its own.
      const auto lines = std::ranges::count(rest, '\n') - (is_cut_ && written == 0 ? 1 : 0);
      lose(static_cast<std::size_t>(lines), std::strerror(error));
    } else if (lost_ > 0) {
      append(message_line(LogLevel::Warning, lost_words()));
      lost_ = 0;
    }
    if (written > 0 && file == file_) is_cut_ = batch_[written - 1] != '\n';
    done_.notify_all();
  }

  std::string lost_words() const {
    if (lost_ == 1) return fmt::format("1 line of the log was lost: {}", why_);
    return fmt::format("{} lines of the log were lost: {}", lost_, why_);
  }

  /// Returns the error, or 0; `rest` keeps what was not written.
  static int write_all(int descriptor, std::string_view& rest) {
    while (!rest.empty()) {
      const ssize_t done = ::write(descriptor, rest.data(), rest.size());
      if (done < 0 && errno != EINTR) return errno;
      if (done > 0) rest.remove_prefix(static_cast<std::size_t>(done));
    }
    return 0;
  }

  std::atomic<LogLevel> level_;
  std::atomic<LogFormat> format_;
  std::atomic<bool> is_journal_;
  std::mutex mutex_;
  std::condition_variable work_;  ///< for the thread
  std::condition_variable done_;  ///< for those who wait for it
  File file_;
  std::string waiting_;  ///< whole lines
  std::string batch_;    ///< what the thread is writing
  bool is_cut_ = false;  ///< the file ends within a line
  std::size_t lost_ = 0;
  std::string why_;         ///< why they were lost
  bool is_idle_ = false;    ///< the thread must be woken
  bool is_urgent_ = false;  ///< lines are written at once, and not gathered first
  bool is_writing_ = false;
  bool is_closing_ = false;
  bool is_done_ = false;
};

base::Result<std::unique_ptr<Log>> Log::open(const LogSettings& settings) {
  auto file = open_file(settings.file);
  if (!file) return std::unexpected(file.error());
  return std::unique_ptr<Log>(new Log(std::make_shared<Writer>(settings, std::move(*file))));
}

Log::Log(std::shared_ptr<Writer> writer)
    : writer_(std::move(writer)), thread_([writer = writer_] { writer->run(); }) {}

Log::~Log() {
  if (writer_->close(kLastWrite)) {
    thread_.join();
  } else {
    thread_.detach();
  }
}

bool Log::takes(LogLevel level) const {
  return level >= writer_->level();
}

LogFormat Log::format() const {
  return writer_->format();
}

void Log::tell(LogLevel level, std::string_view message) {
  if (takes(level)) writer_->add(writer_->message_line(level, message));
}

void Log::add(LogLevel level, Time time, std::string_view text) {
  writer_->add(level, time, text);
}

void Log::add_json(std::string_view object) {
  writer_->add(object);
}

base::Result<void> Log::reopen(const LogSettings& settings) {
  auto file = open_file(settings.file);
  if (!file) return std::unexpected(file.error());
  writer_->replace(settings, std::move(*file));
  return {};
}

void Log::flush(std::chrono::milliseconds limit) {
  writer_->flush(limit);
}

}  // namespace backstop::os
