#include "mailbox/mail_source.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "base/text.h"
#include "mail/charset.h"
#include "mailbox/counting_source.h"
#include "mailbox/folder_walk.h"
#include "mailbox/mail_form.h"
#include "mailbox/mbox_reader.h"

namespace backstop::mailbox {

namespace {

using Kind = SourceProblem::Kind;

constexpr std::chrono::milliseconds kFirstWait = std::chrono::seconds(1);
constexpr std::chrono::milliseconds kNoLimit{-1};
constexpr std::string_view kPastCap = "too long: only its first 64 MiB were read";
static_assert(SourceLimits{}.mail == 64UZ * 1024 * 1024);

// Names are paths, which hold any bytes; an error shows them whole.
std::string shown(std::string_view name) {
  return base::printable(name, 4096);
}

class Reading {
 public:
  Reading(MailVisitor& visitor, const SourceLimits& limits) : visitor_(visitor), limits_(limits) {}

  void read_path(const std::string& path);
  void read_open(os::ByteSource& source, std::string_view name, bool is_in_maildir);

 private:
  void read_file(const std::string& path, bool is_in_maildir);
  void read_folder(const std::string& path);
  void read_single(os::ByteSource& source, std::string_view name, bool is_whole);
  void read_mbox(os::ByteSource& source, std::string_view name);
  void hand_out(std::string_view name, std::string_view bytes, bool is_past_cap);
  void tell(Kind kind, std::string_view name, std::string_view what) {
    visitor_.problem({kind, shown(name) + ": " + std::string(what)});
  }

  MailVisitor& visitor_;
  const SourceLimits& limits_;
  std::string buffer_;
  mail::Message header_;
};

void Reading::hand_out(std::string_view name, std::string_view bytes, bool is_past_cap) {
  mail::walk_header(bytes, header_);
  const std::string_view problem = is_past_cap ? kPastCap : why_cut_short(header_).value_or("");
  visitor_.mail({name, bytes, problem, header_});
  if (!problem.empty()) tell(Kind::CutShort, name, problem);
}

void Reading::read_single(os::ByteSource& source, std::string_view name, bool is_whole) {
  // A file of gigabytes that is no mail is not read to its end to find that out.
  if (const auto reason = why_not_a_mail(buffer_)) return tell(Kind::NoMail, name, *reason);
  if (!is_whole) {
    const auto read = os::read_up_to(source, limits_.mail + 1, buffer_);
    if (!read) return tell(Kind::ReadFailed, name, read.error().message);
  }
  hand_out(name, std::string_view(buffer_).substr(0, limits_.mail), buffer_.size() > limits_.mail);
}

void Reading::read_mbox(os::ByteSource& source, std::string_view name) {
  MboxReader reader(source, std::exchange(buffer_, {}), limits_.mail);
  std::uint64_t broken = 0;
  for (std::uint64_t number = 1;; ++number) {
    const auto mail = reader.next();
    if (!mail) tell(Kind::ReadFailed, name, mail.error().message);
    if (!mail || !*mail) break;
    if (why_not_a_mail((*mail)->bytes.substr(0, kHeadBytes))) {
      if (broken++ == 0) {
        tell(Kind::NoMail, name,
             fmt::format("broken mbox: no mail follows the \"From \" line at byte {}", (*mail)->offset));
      }
      continue;
    }
    const bool is_alone = number == 1 && (*mail)->is_last;
    hand_out(is_alone ? std::string(name) : fmt::format("{}:{}", name, number), (*mail)->bytes,
             (*mail)->is_past_cap);
  }
  if (broken > 1)
    tell(Kind::NoMail, name, fmt::format("broken mbox: {} \"From \" lines in all without a mail", broken));
  if (const auto& taken = reader.taken(); taken.count > 0) {
    const std::string lines =
        taken.count == 1 ? "a \"From \" line" : fmt::format("{} \"From \" lines", taken.count);
    tell(Kind::Doubtful, name,
         fmt::format("doubtful mbox: text may go on after {} without a date, which counted as the beginning "
                     "of a mail, first at byte {}",
                     lines, taken.first));
  }
  if (const auto& doubts = reader.doubts(); doubts.count > 0) {
    const std::string lines =
        doubts.count == 1 ? "a \"From \" line" : fmt::format("{} \"From \" lines", doubts.count);
    tell(Kind::Doubtful, name,
         fmt::format("doubtful mbox: a mail may begin after {}, which counted as text, first at byte {}",
                     lines, doubts.first));
  }
}

void Reading::read_open(os::ByteSource& source, std::string_view name, bool is_in_maildir) {
  buffer_.clear();
  const auto met_end = os::read_up_to(source, kHeadBytes, buffer_);
  if (!met_end) return tell(Kind::ReadFailed, name, met_end.error().message);
  if (buffer_.starts_with(mail::kByteOrderMark)) buffer_.erase(0, mail::kByteOrderMark.size());
  // Some programs begin an mbox with empty lines.
  const std::size_t first = std::min(buffer_.find_first_not_of("\r\n"), buffer_.size());
  if (first > 0 && begins_as_mbox(std::string_view(buffer_).substr(first))) buffer_.erase(0, first);
  // By its name an .eml file is one mail; a bounce in it may hold a "From " line of the mail that it returns.
  const bool is_one_mail =
      is_in_maildir || (name.size() > 4 && base::iequals(name.substr(name.size() - 4), ".eml"));
  if (!is_one_mail && begins_as_mbox(buffer_)) return read_mbox(source, name);
  read_single(source, name, *met_end);
}

void Reading::read_file(const std::string& path, bool is_in_maildir) {
  os::FileDescriptor file = os::open_to_read(path);
  if (!file.is_open()) return visitor_.problem(problem_of(path, errno));
  os::FileSource source(std::move(file));
  read_open(source, path, is_in_maildir);
}

void Reading::read_folder(const std::string& path) {
  FolderVisitor folder;
  bool is_empty = true;
  folder.file = [&](const FoundFile& file) {
    is_empty = false;
    read_file(file.path, file.is_in_maildir);
    visitor_.advanced(file.size);
  };
  folder.no_file = [&](const std::string& which) {
    is_empty = false;
    tell(Kind::NoMail, which, "left out: it is a pipe, a socket or a device");
  };
  folder.unreadable = [&](const std::string& which, int error) {
    is_empty = false;
    if (error != 0) return visitor_.problem(problem_of(which, error));
    tell(Kind::NotOpened, which, "left out: folders are nested too deep, or too many");
  };
  walk_folder(path, folder, {limits_.depth, limits_.folders, limits_.batch});
  if (is_empty && !is_maildir(path)) tell(Kind::NoMail, path, "holds no mail");
}

void Reading::read_path(const std::string& path) {
  if (path == "-") {
    os::FileSource source(os::FileDescriptor(::dup(STDIN_FILENO)));
    CountingSource counting(source, [this](std::uint64_t bytes) { visitor_.advanced(bytes); });
    return read_open(counting, "-", false);
  }
  struct stat about{};
  if (::stat(path.c_str(), &about) != 0) return visitor_.problem(problem_of(path, errno));
  if (S_ISDIR(about.st_mode)) return read_folder(path);
  os::FileDescriptor file = os::open_to_read(path);
  if (!file.is_open()) return visitor_.problem(problem_of(path, errno));
  if (!os::is_ready_to_read(file, kFirstWait)) {
    visitor_.waits(path);
    os::is_ready_to_read(file, kNoLimit);
  }
  os::FileSource source(std::move(file));
  CountingSource counting(source, [this](std::uint64_t bytes) { visitor_.advanced(bytes); });
  read_open(counting, path, false);
  const auto size = static_cast<std::uint64_t>(about.st_size);
  if (S_ISREG(about.st_mode) && counting.total() < size) visitor_.advanced(size - counting.total());
}

class TakeEach : public MailVisitor {
 public:
  explicit TakeEach(const std::function<void(const SourceMail&)>& take) : take_(take) {}

  void mail(const SourceMail& mail) override { take_(mail); }
  void problem(const SourceProblem& problem) override {
    if (result) result = std::unexpected(base::Error{problem.message});
  }

  base::Result<void> result;

 private:
  const std::function<void(const SourceMail&)>& take_;
};

}  // namespace

SourceProblem problem_of(std::string_view name, int error) {
  if (error == ENOENT || error == ENOTDIR) return {Kind::NotOpened, shown(name) + ": no such file"};
  if (error == EACCES || error == EPERM) return {Kind::NotOpened, shown(name) + ": no permission to read it"};
  return {Kind::ReadFailed, shown(name) + ": " + std::strerror(error)};
}

void read_mails(const std::string& path, MailVisitor& visitor, const SourceLimits& limits) {
  Reading(visitor, limits).read_path(path);
}

void read_mails(os::ByteSource& source, std::string_view name, MailVisitor& visitor,
                const SourceLimits& limits) {
  Reading(visitor, limits).read_open(source, name, false);
}

base::Result<void> for_each_mail(const std::string& path,
                                 const std::function<void(const SourceMail& mail)>& take) {
  TakeEach each(take);
  read_mails(path, each);
  return each.result;
}

std::uint64_t count_bytes(const std::string& path, const SourceLimits& limits) {
  struct stat about{};
  if (path == "-" || ::stat(path.c_str(), &about) != 0) return 0;
  if (S_ISREG(about.st_mode)) return static_cast<std::uint64_t>(about.st_size);
  if (!S_ISDIR(about.st_mode)) return 0;
  std::uint64_t total = 0;
  const FolderVisitor folder{.file = [&](const FoundFile& file) { total += file.size; },
                             .unreadable = [](const auto&, int) {}};
  walk_folder(path, folder, {limits.depth, limits.folders, limits.batch});
  return total;
}

}  // namespace backstop::mailbox
