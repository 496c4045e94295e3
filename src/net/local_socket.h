// A stream socket of the file system (AF_UNIX): a server listens at it, and programs of the same machine ask
// one question each.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "base/error.h"
#include "net/task.h"

namespace backstop::net {

/// The longest path that a socket may have, in bytes.
inline constexpr std::size_t kMostLocalPath = 107;

/// Who may connect.
struct LocalAccess {
  mode_t mode = 0660;      ///< of the socket's file: who may write to it may connect
  std::string group = {};  ///< of the file; empty: the process's own
  int backlog = 64;        ///< connections that may wait to be accepted
};

/// A bound and listening socket. Removes its file at the end, unless another one has taken its place, or the
/// socket was passed to us.
class LocalSocket {
 public:
  LocalSocket(LocalSocket&& other) noexcept;
  LocalSocket& operator=(LocalSocket&&) = delete;
  ~LocalSocket();

  const std::string& path() const { return path_; }
  int descriptor() const { return descriptor_; }
  /// Whether who started this process made it, and keeps it.
  bool is_passed() const { return inode_ == 0; }
  /// Hands the descriptor to the caller, who closes it. The file stays until this object ends.
  int release();

 private:
  friend base::Result<LocalSocket> listen_local(const std::string& path, const LocalAccess& access);
  explicit LocalSocket(std::string path) : path_(std::move(path)) {}

  std::string path_;
  int descriptor_ = -1;
  dev_t device_ = 0;  ///< with `inode_`: the file that we made
  ino_t inode_ = 0;
};

/// Listens at `path`. A socket that a process left behind is replaced. It is an error, and changes nothing,
/// if a server answers there or if the file is no socket.
base::Result<LocalSocket> listen_local(const std::string& path, const LocalAccess& access = {});

/// Why a question has no answer.
struct NoAnswer {
  enum class Kind : std::uint8_t {
    NoServer,    ///< nobody listens there
    NotAllowed,  ///< this user may not connect
    Failed,      ///< the server took too long, closed early, or answered with too much
  };
  Kind kind = Kind::Failed;
  std::string message;  ///< as in base::Error
};

struct QuestionLimits {
  std::chrono::milliseconds time{10'000};  ///< for the whole of it
  std::size_t answer = 16UZ * 1024 * 1024;
};

/// Sends a question to the server at `path`, and returns all that it answers until it closes. Blocks.
std::expected<std::string, NoAnswer> ask_local(const std::string& path, std::string_view question,
                                               const QuestionLimits& limits = {});

}  // namespace backstop::net
