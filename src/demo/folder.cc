#include "demo/folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "config/key_file.h"
#include "mailbox/mail_source.h"

namespace backstop::demo {

namespace {

constexpr std::string_view kConfig =
    R"(# The configuration of `backstop demo`: a gateway in each direction, on this machine alone, with
# Maildirs where real ones have a mail server. `backstop serve -c FILE` runs it as well;
# `backstop check-config --example` prints a file with every setting there is.

[server]
hostname = "mx.example.org"
# Refusals end with it, for senders who want to know more.
help_url = "https://example.org/why"

# From the world to example.org. A real one listens on port 25 and hands on to the mail server behind it:
# next_hop = "smtp://127.0.0.1:10525".
[[gateway]]
name = "in"
direction = "inbound"
listen = ["127.0.0.1:0"]         # port 0: the system chooses one
next_hop = "maildir:mail/%d/%n"  # %d is the domain, %n the name before the @
# The demo plays many mail servers from one address, and tells with XCLIENT which one it plays. Elsewhere,
# trust only a proxy of your own like that.
xclient = ["127.0.0.0/8"]

# From the users of example.org to the world. What leaves here carries a watermark, and a tag in its return path.
[[gateway]]
name = "out"
direction = "outbound"
listen = ["127.0.0.1:0"]
next_hop = "maildir:outside/%d/%n"
trusted = ["127.0.0.0/8"]  # who may send without logging in

[[domain]]
name = "example.org"
stage = "reject"  # after "observe" and "label": the last stage
# Here all mail is known to carry both. Elsewhere leave it to Backstop to observe that.
ready = "since 2026-01-01"

# The secret that watermarks and tags are made with; made anew for each demo.
[keys]
file = "keys"
tags = true

[history]
url = "sqlite:history.db"
ordinary = true  # keep ordinary mail that was delivered as well, to count it

# The dashboard, for browsers on this machine.
[http]
listen = ["127.0.0.1:0"]
users = "users"  # `backstop user add NAME -c FILE --role admin` writes it

[log]
file = "backstop.log"
)";

std::unexpected<base::Error> refuse(std::string_view path, std::string_view what) {
  return std::unexpected(base::Error{fmt::format("{}: {}", base::printable(path), what)});
}

std::unexpected<base::Error> refuse_making(std::string_view path, int error) {
  const std::string why = error == ENOENT    ? "the folder above it is not there"
                          : error == ENOTDIR ? "what it would be in is no folder"
                          : error == EACCES  ? "no permission to write there"
                                             : std::strerror(error);
  return refuse(path, "this folder can't be made: " + why);
}

base::Result<std::string> make_fresh() {
  std::error_code failed;
  const auto temporary = std::filesystem::temp_directory_path(failed);
  if (failed) return refuse("the folder of temporary files", failed.message());
  std::string name = (temporary / "backstop-demo.XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) return refuse_making(name, errno);
  return name;
}

base::Result<std::string> make_wanted(const std::string& wanted) {
  if (::mkdir(wanted.c_str(), 0700) != 0) {
    if (errno != EEXIST) return refuse_making(wanted, errno);
    std::error_code failed;
    const bool is_empty = std::filesystem::is_empty(wanted, failed);
    if (failed || !std::filesystem::is_directory(wanted, failed)) return refuse(wanted, "it is no folder");
    if (!is_empty) return refuse(wanted, "the folder is not empty");
  }
  std::error_code failed;
  const auto absolute = std::filesystem::canonical(wanted, failed);
  if (failed) return refuse(wanted, "this folder can't be looked up: " + failed.message());
  return absolute.string();
}

base::Result<void> write_file(const std::string& path, std::string_view text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.flush()) return refuse(path, "it can't be written");
  return {};
}

base::Result<void> write_key(const std::string& path, std::chrono::sys_days today) {
  auto secret = config::make_secret();
  if (!secret) return std::unexpected(secret.error());
  origin::KeyRing ring;
  const auto added =
      ring.add({.number = 0, .use = origin::KeyUse::Sign, .created = today, .secret = std::move(*secret)});
  if (!added) return added;
  return config::create_key_file(path, ring);
}

std::size_t count_mails(const std::string& folder) {
  std::size_t mails = 0;
  // A folder that does not exist holds no mail.
  static_cast<void>(mailbox::for_each_mail(folder, [&](const mailbox::SourceMail&) { ++mails; }));
  return mails;
}

}  // namespace

base::Result<DemoFolder> make_demo_folder(const std::string& wanted, std::chrono::sys_days today,
                                          std::string_view forged) {
  auto path = wanted.empty() ? make_fresh() : make_wanted(wanted);
  if (!path) return std::unexpected(path.error());
  DemoFolder folder{std::move(*path)};
  if (const auto done = write_key(folder.keys(), today); !done) return std::unexpected(done.error());
  if (const auto done = write_file(folder.config(), kConfig); !done) return std::unexpected(done.error());
  if (const auto done = write_file(folder.forged(), forged); !done) return std::unexpected(done.error());
  return folder;
}

std::vector<Arrived> read_outside(const DemoFolder& folder) {
  std::vector<Arrived> arrived;
  static_cast<void>(mailbox::for_each_mail(folder.outside(), [&](const mailbox::SourceMail& mail) {
    auto one = read_arrived(mail.bytes);
    if (one) arrived.push_back(std::move(*one));
  }));
  return arrived;
}

Held count_held(const DemoFolder& folder) {
  return {.ann = count_mails(folder.ann()), .outside = count_mails(folder.outside())};
}

}  // namespace backstop::demo
