// What setup asks of the machine and does to it. An interface, so that tests can give the answers; the real
// one is SystemMachine. Errors name the file.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace backstop::setup {

/// How a command ended.
struct Outcome {
  static constexpr int kNotStarted = 127;  ///< as a shell has it

  int status = 0;
  std::string out;
  std::string err;

  bool is_good() const { return status == 0; }
  /// Returns the last line of what it said, printable, or its status.
  std::string why() const;
};

using Command = std::vector<std::string>;

/// Whose a file is. An empty user or group: ours.
struct FileOwner {
  mode_t mode = 0644;
  std::string user = {};
  std::string group = {};
};

/// A session with a mail server, of one line each way.
class SmtpTalk {
 public:
  virtual ~SmtpTalk() = default;
  /// Sends a line, or nothing if it is empty, and returns the reply, its lines with a space between them.
  virtual base::Result<std::string> say(std::string_view line) = 0;
  /// Sends a text with LF as line ends, as DATA, and the end of it. Returns the reply.
  virtual base::Result<std::string> send(std::string_view text) = 0;
};

class Machine {
 public:
  virtual ~Machine() = default;

  /// Runs a program with this standard input, and waits for it, three minutes at most.
  virtual Outcome run(const Command& command, std::string_view input = {}) = 0;

  /// Returns nullopt if there is no such file. A file of more than 16 MiB is an error.
  virtual base::Result<std::optional<std::string>> read(const std::string& path) = 0;
  virtual bool is_there(const std::string& path) = 0;
  virtual bool is_folder(const std::string& path) = 0;
  /// Returns whose a file is, or nullopt if it isn't there.
  virtual std::optional<FileOwner> owner_of(const std::string& path) = 0;
  /// Returns true for a file that is ours, and that nobody else can write.
  virtual bool is_ours(const std::string& path) = 0;
  /// Returns the first group of a user, or nullopt if there is no such user.
  virtual std::optional<std::string> group_of(const std::string& user) = 0;

  // Each of these is whole or not at all, and on the disk when it returns. A file or folder is first made
  // beside its place, as PATH.backstop-new; to remove it takes that away, too.

  /// Makes a file that must not be there yet.
  virtual base::Result<void> create(const std::string& path, std::string_view text,
                                    const FileOwner& owner) = 0;
  /// Replaces a file, which keeps its owner and its mode; makes one of mode 0600 if it isn't there.
  virtual base::Result<void> replace(const std::string& path, std::string_view text) = 0;
  /// Makes a folder, or gives the one that is there this owner and this mode.
  virtual base::Result<void> make_folder(const std::string& path, const FileOwner& owner) = 0;
  /// Does nothing if it isn't there.
  virtual base::Result<void> remove(const std::string& path) = 0;
  /// Leaves a folder that isn't empty; returns whether it is gone.
  virtual bool remove_folder(const std::string& path) = 0;

  /// Connects to a milter's socket as that user, and agrees with it on the protocol.
  virtual base::Result<void> greet_milter(const std::string& path, const std::string& user) = 0;
  /// Returns the texts of the TXT records of a name; none if there are none. An error if nobody answers.
  virtual base::Result<std::vector<std::string>> look_up(const std::string& name) = 0;
  /// Connects to a mail server. `port` may be a name.
  virtual base::Result<std::unique_ptr<SmtpTalk>> connect(const std::string& host,
                                                          const std::string& port) = 0;
  /// Sleeps for a fifth of a second.
  virtual void wait_a_moment() = 0;
  virtual std::chrono::sys_seconds now() = 0;
};

}  // namespace backstop::setup
